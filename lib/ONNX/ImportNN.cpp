//===- ImportNN.cpp - Products, normalization, softmax --------------------===//

#include "Importer.h"

#include "onnx/defs/attr_proto_util.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"

using namespace mlir;
using namespace qnn;

//===----------------------------------------------------------------------===//
// Matrix products
//===----------------------------------------------------------------------===//

static Value matmul(NodeImporter &node, Value lhs, Value rhs,
                    bool transposeRhs) {
  return node.create<MatmulOp>({lhs, rhs}, [&](auto &properties) {
    if (transposeRhs)
      properties.transpose_rhs = node.getBuilder().getUnitAttr();
  });
}

/// A vector on the left is a row, on the right a column; neither stays in the
/// shape of the result.
static void importMatMul(NodeImporter &node) {
  Value lhs = node.input(0), rhs = node.input(1);
  int64_t lhsRank = node.rank(0), rhsRank = node.rank(1);
  if (lhsRank == 0 || rhsRank == 0)
    node.fail("expected operands of rank 1 or more");
  if (lhsRank == 1)
    lhs = node.reshape(lhs, {1, node.shape(0)[0]});
  if (rhsRank == 1)
    rhs = node.reshape(rhs, {node.shape(1)[0], 1});
  Value product = matmul(node, lhs, rhs, /*transposeRhs=*/false);
  SmallVector<int64_t> shape(shapeOf(product));
  if (rhsRank == 1)
    shape.pop_back();
  if (lhsRank == 1)
    shape.erase(shape.end() - (rhsRank == 1 ? 1 : 2));
  node.define(0, node.reshape(product, shape));
}

static Value scale(NodeImporter &node, Value value, float factor) {
  if (factor == 1.0f)
    return value;
  return node.create<MulOp>({value, node.splat(factor)});
}

static Value biasAdd(NodeImporter &node, Value value, Value bias) {
  return node.create<BiasAddOp>({value, bias}, [&](auto &properties) {
    properties.axis = node.getBuilder().getI64IntegerAttr(1);
  });
}

static Value addGemmBias(NodeImporter &node, Value product) {
  float beta = node.getFloat("beta", 1.0f);
  if (!node.hasInput(2) || beta == 0.0f)
    return product;
  Value bias = scale(node, node.input(2), beta);
  if (shapeOf(bias) == shapeOf(product).take_back(1))
    return biasAdd(node, product, bias);
  Value sum = node.create<AddOp>({product, bias});
  if (shapeOf(sum) != shapeOf(product))
    node.fail("expected C to broadcast to the product");
  return sum;
}

/// alpha * A' * B' + beta * C.
static void importGemm(NodeImporter &node) {
  Value a = node.input(0), b = node.input(1);
  if (node.rank(0) != 2 || node.rank(1) != 2)
    node.fail("expected matrices, but got ranks " + Twine(node.rank(0)) +
              " and " + Twine(node.rank(1)));
  if (node.getInt("transA", 0))
    a = node.transpose(a, {1, 0});
  Value product = matmul(node, a, b, node.getInt("transB", 0) != 0);
  product = scale(node, product, node.getFloat("alpha", 1.0f));
  node.define(0, addGemmBias(node, product));
}

//===----------------------------------------------------------------------===//
// Normalization and softmax
//===----------------------------------------------------------------------===//

static void importBatchNormalization(NodeImporter &node) {
  if (node.getInt("training_mode", 0) != 0 || node.numOutputs() > 1)
    node.notSupported("training mode");
  if (node.getInt("spatial", 1) == 0)
    node.notSupported("statistics for each position (spatial = 0)");
  if (node.rank(0) < 2)
    node.notSupported("an input of rank " + Twine(node.rank(0)));
  SmallVector<Value> operands;
  for (int i = 0; i < 5; ++i)
    operands.push_back(node.input(i));
  node.define(0, node.create<BatchNormOp>(operands, [&](auto &properties) {
    properties.epsilon =
        node.getBuilder().getF32FloatAttr(node.getFloat("epsilon", 1e-5f));
  }));
}

/// Mean 0 and variance 1 of each channel of each sample, then scale and bias of
/// the channel.
static void importInstanceNormalization(NodeImporter &node) {
  int64_t rank = node.rank(0);
  if (rank < 3)
    node.notSupported("an input of rank " + Twine(rank));
  auto axes = llvm::to_vector(llvm::seq<int64_t>(2, rank));
  SmallVector<int64_t> perChannel(rank - 1, 1);
  perChannel[0] = node.shape(0)[1];
  if (node.shape(1) != node.shape(0).slice(1, 1) ||
      node.shape(2) != node.shape(0).slice(1, 1))
    node.fail("expected a scale and a bias for each channel");
  Value x = node.input(0);
  Value difference =
      node.create<SubOp>({x, node.reduce(x, ReduceKind::Mean, axes)});
  Value variance = node.reduce(node.create<MulOp>({difference, difference}),
                               ReduceKind::Mean, axes);
  Value epsilon = node.splat(node.getFloat("epsilon", 1e-5f));
  Value deviation =
      node.create<SqrtOp>(node.create<AddOp>({variance, epsilon}));
  Value result = node.create<DivOp>({difference, deviation});
  result =
      node.create<MulOp>({result, node.reshape(node.input(1), perChannel)});
  node.define(
      0, node.create<AddOp>({result, node.reshape(node.input(2), perChannel)}));
}

/// x / (bias + alpha * (mean of squares of neighbouring channels))^beta. The
/// mean is an average pool over channels as rows, zeros beyond the last.
static void importLRN(NodeImporter &node) {
  ArrayRef<int64_t> shape = node.shape(0);
  int64_t size = node.getInt("size", 0);
  if (shape.size() < 2 || size < 1)
    node.fail("expected channels and a size of 1 or more");
  Value x = node.input(0);
  Value squares = node.reshape(
      node.create<MulOp>({x, x}),
      {shape[0], 1, shape[1], llvm::product_of(shape.drop_front(2))});
  int64_t before = (size - 1) / 2;
  std::string means = node.importPart(
      "AveragePool", node.nameOf(squares),
      {onnx::MakeAttribute("kernel_shape", std::vector<int64_t>{size, 1}),
       onnx::MakeAttribute(
           "pads", std::vector<int64_t>{before, 0, size - 1 - before, 0}),
       onnx::MakeAttribute("count_include_pad", int64_t(1))});
  Value base = node.reshape(node.valueOf(means), shape);
  base = node.create<MulOp>({base, node.splat(node.getFloat("alpha", 1e-4f))});
  base = node.create<AddOp>({base, node.splat(node.getFloat("bias", 1.0f))});
  Value power =
      node.create<PowOp>({base, node.splat(node.getFloat("beta", 0.75f))});
  node.define(0, node.create<DivOp>({x, power}));
}

/// Up to operand set 12 the dimensions from `axis` on count as one.
template <typename Function>
static void importSoftmaxLike(NodeImporter &node, Function build) {
  Value input = node.input(0);
  int64_t rank = node.rank(0);
  bool flattens = node.opset() < 13;
  if (rank == 0)
    node.notSupported("an input of rank 0");
  int64_t axis = node.getInt("axis", flattens && rank > 1 ? 1 : -1);
  axis = node.normalizeAxis(axis, rank);
  if (!flattens || axis == rank - 1)
    return node.define(0, build(input, axis));
  SmallVector<int64_t> shape(node.shape(0));
  int64_t rows = 1, columns = 1;
  for (int64_t d = 0; d < rank; ++d)
    (d < axis ? rows : columns) *= shape[d];
  Value result = build(node.reshape(input, {rows, columns}), 1);
  node.define(0, node.reshape(result, shape));
}

static void importSoftmax(NodeImporter &node) {
  importSoftmaxLike(node, [&](Value input, int64_t axis) {
    return node.create<SoftmaxOp>(input, [&](auto &properties) {
      properties.axis = node.getBuilder().getI64IntegerAttr(axis);
    });
  });
}

/// d - log(sum(exp(d))) with d = x - max(x): small probabilities do not become
/// log(0), as log(softmax(x)) would make them.
static void importLogSoftmax(NodeImporter &node) {
  importSoftmaxLike(node, [&](Value input, int64_t axis) {
    Value greatest = node.reduce(input, ReduceKind::Max, axis);
    Value difference = node.create<SubOp>({input, greatest});
    Value sum =
        node.reduce(node.create<ExpOp>(difference), ReduceKind::Sum, axis);
    return node.create<SubOp>({difference, node.create<LogOp>(sum)});
  });
}

void qnn::addNNHandlers(HandlerTable &table) {
  table["BatchNormalization"] = importBatchNormalization;
  table["Gemm"] = importGemm;
  table["InstanceNormalization"] = importInstanceNormalization;
  table["LRN"] = importLRN;
  table["LogSoftmax"] = importLogSoftmax;
  table["MatMul"] = importMatMul;
  table["Softmax"] = importSoftmax;
}
