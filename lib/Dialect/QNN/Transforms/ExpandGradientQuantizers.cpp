//===- ExpandGradientQuantizers.cpp - Quantized gradients -------*- C++ -*-===//

#include "QuantizerExpansions.h"

#include "mlir/IR/IRMapping.h"
#include "qnn/Arith/Quantizers/Linear.h"
#include <limits>

using namespace mlir;
using namespace qnn;

/// x / y, where y is 0 divided by the least positive float instead.
static Value divideSafely(Formula &f, Value x, Value y) {
  Value least = f.constant(std::numeric_limits<float>::min());
  return f.div(x, f.maximum(y, least));
}

/// DoReFa: 2 M (quantize_k(g / 2 M + 1/2 + N) - 1/2), M of each sample.
static Value dorefaGradientOf(Formula &f, Value g) {
  float last = f.greatest();
  Value twice = f.mul(f.reduce(ReduceKind::Max, f.abs(g), 0), 2);
  Value noise = f.div(f.sub(f.uniform(), 0.5f), last);
  Value unit = f.add(f.add(divideSafely(f, g, twice), 0.5f), noise);
  Value number = f.clip(f.round(f.mul(unit, last)), 0, last);
  return f.mul(twice, f.sub(f.mul(number, 1 / last), 0.5f));
}

/// QNN: LinearQuant of g / M, M the greatest magnitude of the tensor.
static Value linearGradientOf(Formula &f, Value g) {
  float step = f.scaleOr(linearQuantStep(f.bits()));
  Value most = f.reduce(ReduceKind::Max, f.abs(g), -1);
  Value number = f.round(f.div(divideSafely(f, g, most), step));
  return f.mul(f.clip(f.mul(number, step), -1, 1 - step), most);
}

Value qnn::expandGradient(Formula &f) {
  if (f.op.getRole() != QuantizerRole::Gradient)
    return {};
  bool isFloat = f.bits() == 32 &&
                 f.op.getMethod() != QuantizerMethod::StochasticExponential;
  if (isFloat || !f.training)
    return f.input();
  return f.custom(f.input(), f.input(), [&](Value g) -> SmallVector<Value> {
    switch (f.op.getMethod()) {
    case QuantizerMethod::DoReFa:
      return {dorefaGradientOf(f, g)};
    case QuantizerMethod::Linear:
      return {linearGradientOf(f, g)};
    default:
      return {exponentialOf(f, g, f.uniform())};
    }
  });
}

//===----------------------------------------------------------------------===//
// Quantized back-propagation
//===----------------------------------------------------------------------===//

/// `product` with other operands; its second one is the weight.
static Value productOf(Operation *product, Value data, Value weight) {
  OpBuilder b(product);
  IRMapping mapping;
  mapping.map(product->getOperand(0), data);
  mapping.map(product->getOperand(1), weight);
  return b.clone(*product, mapping)->getResult(0);
}

/// Two products with the same gradient: one hands it to the data, the other,
/// with powers of two as data, to the weight. The value of the second is not
/// used.
static void rewriteProduct(Formula &f, Operation *product, Value powers) {
  OpBuilder b(product);
  Value weight = product->getOperand(1);
  Value constant = StopGradientOp::create(b, product->getLoc(), weight);
  Value forward = productOf(product, f.input(), constant);
  Value backward = productOf(product, powers, weight);
  Value path = AddOp::create(b, product->getLoc(), forward, backward);
  Value result = StraightThroughOp::create(b, product->getLoc(), forward, path,
                                           SurrogateKind::Identity,
                                           b.getDenseF32ArrayAttr({}));
  product->getResult(0).replaceAllUsesWith(result);
  product->erase();
}

Value qnn::expandShiftBackward(Formula &f) {
  if (f.op.getMethod() != QuantizerMethod::ShiftBackward)
    return {};
  if (!f.training)
    return f.input();
  Value powers = f.stop(exponentialOf(f, f.input(), f.uniform()));
  for (OpOperand &use : llvm::make_early_inc_range(f.op.getResult().getUses()))
    if (isa<MatmulOp, Conv2dOp>(use.getOwner()) && use.getOperandNumber() == 0)
      rewriteProduct(f, use.getOwner(), powers);
  return f.input();
}
