//===- ProductGradients.cpp - Matmul, convolution, pooling ------*- C++ -*-===//

#include "GradientBuilder.h"

using namespace mlir;
using namespace qnn;

//===----------------------------------------------------------------------===//
// Matmul
//===----------------------------------------------------------------------===//

static Value matmul(GradientBuilder &b, Value lhs, Value rhs,
                    bool transposeRhs = false) {
  return b.createWith<MatmulOp>(ValueRange{lhs, rhs}, [&](auto &properties) {
    if (transposeRhs)
      properties.transpose_rhs = b.getBuilder().getUnitAttr();
  });
}

/// The last two dimensions swapped.
static Value transposeLast(GradientBuilder &b, Value x) {
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(x).size()));
  std::swap(order[order.size() - 1], order[order.size() - 2]);
  return b.transpose(x, order);
}

/// All dimensions but the last become one.
static Value asMatrix(GradientBuilder &b, Value x) {
  ArrayRef<int64_t> shape = shapeOf(x);
  int64_t rows = 1;
  for (int64_t size : shape.drop_back())
    rows *= size;
  return b.reshape(x, {rows, shape.back()});
}

static void differentiateMatmul(MatmulOp op, GradientBuilder &b) {
  Value lhs = op.getLhs(), rhs = op.getRhs(), grad = b.grad();
  bool transposed = op.getTransposeRhs();
  b.flow(0, b.reduceTo(matmul(b, grad, rhs, !transposed), lhs.getType()));
  // One product over all rows where all share the matrix.
  if (shapeOf(rhs).size() == 2) {
    lhs = asMatrix(b, lhs);
    grad = asMatrix(b, grad);
  }
  Value product = transposed ? matmul(b, transposeLast(b, grad), lhs)
                             : matmul(b, transposeLast(b, lhs), grad);
  b.flow(1, b.reduceTo(product, rhs.getType()));
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

/// Strides, padding and dilations of `op`, for its gradient.
template <typename OpTy, typename Properties>
static void copyWindow(OpTy op, Properties &properties) {
  properties.strides = op.getStridesAttr();
  properties.pads = op.getPadsAttr();
  properties.dilations = op.getDilationsAttr();
}

static void differentiateConv(Conv2dOp op, GradientBuilder &b) {
  b.flow(0, b.createTyped<Conv2dInputGradOp>(
                op.getInput().getType(), ValueRange{b.grad(), op.getFilter()},
                [&](auto &properties) {
                  copyWindow(op, properties);
                  properties.groups = op.getGroupsAttr();
                }));
  b.flow(1, b.createTyped<Conv2dFilterGradOp>(
                op.getFilter().getType(), ValueRange{op.getInput(), b.grad()},
                [&](auto &properties) {
                  copyWindow(op, properties);
                  properties.groups = op.getGroupsAttr();
                  properties.pad_value = op.getPadValueAttr();
                }));
}

static void differentiateMaxPool(MaxPool2dOp op, GradientBuilder &b) {
  b.flow(0, b.createTyped<MaxPool2dGradOp>(
                op.getInput().getType(), ValueRange{op.getInput(), b.grad()},
                [&](auto &properties) {
                  copyWindow(op, properties);
                  properties.kernel = op.getKernelAttr();
                }));
}

static void differentiateAvgPool(AvgPool2dOp op, GradientBuilder &b) {
  b.flow(0, b.createTyped<AvgPool2dGradOp>(
                op.getInput().getType(), ValueRange{b.grad()},
                [&](auto &properties) {
                  copyWindow(op, properties);
                  properties.kernel = op.getKernelAttr();
                  properties.count_include_pad = op.getCountIncludePadAttr();
                }));
}

static void differentiateGlobalPool(GlobalPoolOp op, GradientBuilder &b) {
  Type type = op.getInput().getType();
  ArrayRef<int64_t> size = shapeOf(op.getInput()).drop_front(2);
  if (op.getKind() == PoolKind::Average) {
    Value part = b.scale(b.grad(), 1.0 / (size[0] * size[1]));
    return b.flow(0, b.broadcast(part, type));
  }
  b.flow(0,
         b.createTyped<MaxPool2dGradOp>(
             type, ValueRange{op.getInput(), b.grad()}, [&](auto &properties) {
               properties.kernel = b.getBuilder().getDenseI64ArrayAttr(size);
               properties.strides = b.getBuilder().getDenseI64ArrayAttr({1, 1});
               properties.pads =
                   b.getBuilder().getDenseI64ArrayAttr({0, 0, 0, 0});
               properties.dilations =
                   b.getBuilder().getDenseI64ArrayAttr({1, 1});
             }));
}

void qnn::attachProductGradients(MLIRContext *context) {
  attachGradient<differentiateMatmul>(context);
  attachGradient<differentiateConv>(context);
  attachGradient<differentiateMaxPool>(context);
  attachGradient<differentiateAvgPool>(context);
  attachGradient<differentiateGlobalPool>(context);
}
