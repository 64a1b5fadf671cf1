//===- ExportLayers.cpp - Products, pooling, normalization --------------===//

#include "Exporter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace qnn;

static int64_t rankOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getRank();
}

/// The bias that Conv and Gemm have as their third input: a constant, which
/// nothing but the product meets first. Null for none.
static BiasAddOp fusedBias(Operation *product) {
  if (!product || !product->hasOneUse() || !isa<Conv2dOp, MatmulOp>(product))
    return {};
  auto add = dyn_cast<BiasAddOp>(*product->user_begin());
  bool fits = add && add.getInput().getDefiningOp() == product &&
              add.getAxis() == 1 &&
              add.getBias().getDefiningOp<arith::ConstantOp>();
  auto matmul = dyn_cast<MatmulOp>(product);
  if (matmul)
    fits = fits && matmul.getTransposeRhs() && rankOf(matmul.getLhs()) == 2 &&
           rankOf(matmul.getRhs()) == 2;
  return fits ? add : BiasAddOp();
}

/// The node of a product together with its bias.
static onnx::NodeProto &productNode(Exporter &e, Operation *op, StringRef type,
                                    SmallVector<std::string> inputs) {
  BiasAddOp bias = fusedBias(op);
  if (!bias)
    return e.node(op, type, inputs);
  inputs.push_back(e.nameOf(bias.getBias()));
  return e.node(bias, type, inputs);
}

/// Weights `[n, k]`: Gemm has a switch for them, MatMul needs a transpose.
static LogicalResult exportMatmul(Exporter &e, Operation *op) {
  auto matmul = cast<MatmulOp>(op);
  if (belongsToRecurrent(op))
    return success();
  std::string lhs = e.nameOf(matmul.getLhs()), rhs = e.nameOf(matmul.getRhs());
  if (!matmul.getTransposeRhs()) {
    e.node(op, "MatMul", {lhs, rhs});
    return success();
  }
  int64_t rank = rankOf(matmul.getRhs());
  if (rank == 2 && rankOf(matmul.getLhs()) == 2) {
    Exporter::set(productNode(e, op, "Gemm", {lhs, rhs}), "transB", int64_t(1));
    return success();
  }
  auto permutation = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  std::swap(permutation[rank - 1], permutation[rank - 2]);
  std::string transposed = e.transpose(op, rhs, permutation);
  e.node(op, "MatMul", {lhs, transposed});
  return success();
}

template <typename OpTy>
static void setWindow(onnx::NodeProto &node, OpTy op, ArrayRef<int64_t> kernel,
                      bool dilates) {
  Exporter::set(node, "kernel_shape", kernel);
  Exporter::set(node, "strides", op.getStrides());
  Exporter::set(node, "pads", op.getPads());
  if (dilates)
    Exporter::set(node, "dilations", op.getDilations());
}

/// Padding that is not 0 becomes a Pad in front.
static LogicalResult exportConv(Exporter &e, Operation *op) {
  auto conv = cast<Conv2dOp>(op);
  std::string input = e.nameOf(conv.getInput());
  auto filter = cast<RankedTensorType>(conv.getFilter().getType());
  bool pads = llvm::any_of(conv.getPads(), [](int64_t n) { return n != 0; });
  SmallVector<int64_t> left(conv.getPads());
  if (pads && conv.getPadValue() != PadValue::Zero) {
    float value = conv.getPadValue() == PadValue::PlusOne ? 1.0f : -1.0f;
    std::string counts =
        e.constant("pads", {0, 0, left[0], left[1], 0, 0, left[2], left[3]});
    input = e.helper(op, "Pad", {input, counts, e.constant("pad", {}, value)});
    left.assign(4, 0);
  }
  auto &node = productNode(e, op, "Conv", {input, e.nameOf(conv.getFilter())});
  Exporter::set(node, "kernel_shape", filter.getShape().drop_front(2));
  Exporter::set(node, "strides", conv.getStrides());
  Exporter::set(node, "pads", left);
  Exporter::set(node, "dilations", conv.getDilations());
  Exporter::set(node, "group", int64_t(conv.getGroups()));
  return success();
}

static LogicalResult exportBatchNorm(Exporter &e, Operation *op) {
  SmallVector<std::string> inputs;
  for (Value operand : op->getOperands())
    inputs.push_back(e.nameOf(operand));
  Exporter::set(e.node(op, "BatchNormalization", inputs), "epsilon",
                cast<BatchNormOp>(op).getEpsilon().convertToFloat());
  return success();
}

/// ONNX adds along the last dimension; elsewhere the bias gets dimensions of 1.
static LogicalResult exportBiasAdd(Exporter &e, Operation *op) {
  auto add = cast<BiasAddOp>(op);
  if (fusedBias(add.getInput().getDefiningOp()) || belongsToRecurrent(op))
    return success();
  int64_t rank = rankOf(add.getInput());
  std::string bias = e.nameOf(add.getBias());
  if (int64_t(add.getAxis()) != rank - 1) {
    SmallVector<int64_t> shape(rank, 1);
    shape[add.getAxis()] = -1;
    bias = e.helper(op, "Reshape", {bias, e.constant("shape", shape)});
  }
  e.node(op, "Add", {e.nameOf(add.getInput()), bias});
  return success();
}

static LogicalResult exportMaxPool(Exporter &e, Operation *op) {
  auto pool = cast<MaxPool2dOp>(op);
  setWindow(e.node(op, "MaxPool", {e.nameOf(pool.getInput())}), pool,
            pool.getKernel(), true);
  return success();
}

static LogicalResult exportAvgPool(Exporter &e, Operation *op) {
  auto pool = cast<AvgPool2dOp>(op);
  if (llvm::any_of(pool.getDilations(), [](int64_t n) { return n != 1; }))
    return op->emitOpError("has dilations, which AveragePool has from operand "
                           "set 19 on");
  auto &node = e.node(op, "AveragePool", {e.nameOf(pool.getInput())});
  setWindow(node, pool, pool.getKernel(), false);
  Exporter::set(node, "count_include_pad", int64_t(pool.getCountIncludePad()));
  return success();
}

static LogicalResult exportGlobalPool(Exporter &e, Operation *op) {
  auto pool = cast<GlobalPoolOp>(op);
  bool isMax = pool.getKind() == PoolKind::Max;
  e.node(op, isMax ? "GlobalMaxPool" : "GlobalAveragePool",
         {e.nameOf(pool.getInput())});
  return success();
}

/// The axes of ReduceSum are an input, those of the others an attribute.
static LogicalResult exportReduce(Exporter &e, Operation *op) {
  auto reduce = cast<ReduceOp>(op);
  std::string input = e.nameOf(reduce.getInput());
  ArrayRef<int64_t> axes = reduce.getAxes();
  onnx::NodeProto *node;
  if (reduce.getKind() == ReduceKind::Sum) {
    node = &e.node(op, "ReduceSum", {input, e.constant("axes", axes)});
  } else {
    StringRef type = reduce.getKind() == ReduceKind::Mean  ? "ReduceMean"
                     : reduce.getKind() == ReduceKind::Max ? "ReduceMax"
                                                           : "ReduceMin";
    node = &e.node(op, type, {input});
    Exporter::set(*node, "axes", axes);
  }
  Exporter::set(*node, "keepdims", int64_t(reduce.getKeepDims()));
  return success();
}

static LogicalResult exportSoftmax(Exporter &e, Operation *op) {
  auto softmax = cast<SoftmaxOp>(op);
  Exporter::set(e.node(op, "Softmax", {e.nameOf(softmax.getInput())}), "axis",
                int64_t(softmax.getAxis()));
  return success();
}

static LogicalResult exportArgMax(Exporter &e, Operation *op) {
  auto argmax = cast<ArgMaxOp>(op);
  auto &node = e.node(op, "ArgMax", {e.nameOf(argmax.getInput())});
  Exporter::set(node, "axis", int64_t(argmax.getAxis()));
  Exporter::set(node, "keepdims", int64_t(argmax.getKeepDims()));
  return success();
}

void qnn::addLayerExporters(OpExporterTable &table) {
  table["qnn.argmax"] = exportArgMax;
  table["qnn.avg_pool2d"] = exportAvgPool;
  table["qnn.batch_norm"] = exportBatchNorm;
  table["qnn.bias_add"] = exportBiasAdd;
  table["qnn.conv2d"] = exportConv;
  table["qnn.global_pool"] = exportGlobalPool;
  table["qnn.matmul"] = exportMatmul;
  table["qnn.max_pool2d"] = exportMaxPool;
  table["qnn.reduce"] = exportReduce;
  table["qnn.softmax"] = exportSoftmax;
}
