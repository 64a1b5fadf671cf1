//===- ElementwiseModels.cpp - Functions of one and two floats --*- C++ -*-===//
//
// Computed in Real; transcendental functions are those of the C++ library. Min
// and max are IEEE's minimum and maximum: NaN wins, -0 is less than +0.
//
//===----------------------------------------------------------------------===//

#include "Models.h"

#include "qnn/Arith/Rounding.h"
#include <cmath>

using namespace mlir;
using namespace qnn;

Real qnn::maximum(Real a, Real b) {
  if (std::isnan(a) || std::isnan(b))
    return a + b;
  if (a == b) // zeros
    return std::signbit(a) ? b : a;
  return a > b ? a : b;
}

Real qnn::minimum(Real a, Real b) { return -maximum(-a, -b); }

//===----------------------------------------------------------------------===//
// One operand
//===----------------------------------------------------------------------===//

static Real apply(ReluOp, Real x) { return maximum(x, 0.0f); }
static Real apply(SigmoidOp, Real x) { return 1.0f / (1.0f + std::exp(-x)); }
static Real apply(TanhOp, Real x) { return std::tanh(x); }
static Real apply(ExpOp, Real x) { return std::exp(x); }
static Real apply(LogOp, Real x) { return std::log(x); }
static Real apply(SqrtOp, Real x) { return std::sqrt(x); }
static Real apply(AbsOp, Real x) { return std::fabs(x); }
static Real apply(NegOp, Real x) { return -x; }
static Real apply(FloorOp, Real x) { return std::floor(x); }
static Real apply(CeilOp, Real x) { return std::ceil(x); }

static Real apply(RoundOp, Real x) {
  return roundTo(x, RoundingMode::HalfEven);
}

static Real apply(SignOp, Real x) {
  if (std::isnan(x))
    return x;
  return static_cast<Real>((x > 0) - (x < 0));
}

template <typename OpTy>
static void evaluateUnary(OpTy op, Operands in, Results out) {
  llvm::transform(in[0].floats, out[0].floats.begin(),
                  [op](Real x) { return apply(op, x); });
}

// Attributes are read once, not for each element.

static void evaluateLeakyRelu(LeakyReluOp op, Operands in, Results out) {
  Real alpha = op.getAlpha().convertToFloat();
  llvm::transform(in[0].floats, out[0].floats.begin(),
                  [=](Real x) { return x >= 0 ? x : alpha * x; });
}

static void evaluateClip(ClipOp op, Operands in, Results out) {
  Real min = op.getMin().convertToFloat(), max = op.getMax().convertToFloat();
  llvm::transform(in[0].floats, out[0].floats.begin(),
                  [=](Real x) { return minimum(maximum(x, min), max); });
}

static void evaluateHardSigmoid(HardSigmoidOp op, Operands in, Results out) {
  Real alpha = op.getAlpha().convertToFloat();
  Real beta = op.getBeta().convertToFloat();
  llvm::transform(in[0].floats, out[0].floats.begin(), [=](Real x) {
    Real product = alpha * x;
    return minimum(maximum(product + beta, 0.0f), 1.0f);
  });
}

//===----------------------------------------------------------------------===//
// Two operands
//===----------------------------------------------------------------------===//

static Real apply(AddOp, Real a, Real b) { return a + b; }
static Real apply(SubOp, Real a, Real b) { return a - b; }
static Real apply(MulOp, Real a, Real b) { return a * b; }
static Real apply(DivOp, Real a, Real b) { return a / b; }
static Real apply(MinOp, Real a, Real b) { return minimum(a, b); }
static Real apply(MaxOp, Real a, Real b) { return maximum(a, b); }
static Real apply(PowOp, Real a, Real b) { return std::pow(a, b); }

/// Strides of `tensor` seen as `shape`: 0 where it is broadcast.
static SmallVector<int64_t> broadcastStrides(const Tensor &tensor,
                                             ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 0), own = tensor.strides();
  size_t missing = shape.size() - tensor.rank();
  for (int64_t d = 0; d < tensor.rank(); ++d)
    if (tensor.shape[d] != 1)
      strides[missing + d] = own[d];
  return strides;
}

std::vector<Real> qnn::broadcastTo(const Tensor &tensor, const Tensor &shaped) {
  if (tensor.shape == shaped.shape)
    return tensor.floats;
  std::vector<Real> elements(shaped.floats.size());
  forEachStrided(
      shaped.shape, broadcastStrides(tensor, shaped.shape), 0,
      [&](int64_t n, int64_t offset) { elements[n] = tensor.floats[offset]; });
  return elements;
}

template <typename OpTy>
static void evaluateBinary(OpTy op, Operands in, Results out) {
  std::vector<Real> a = broadcastTo(in[0], out[0]);
  std::vector<Real> b = broadcastTo(in[1], out[0]);
  for (size_t i = 0; i < a.size(); ++i)
    out[0].floats[i] = apply(op, a[i], b[i]);
}

template <typename... Ops>
static void attachUnary(MLIRContext *context) {
  (attach<evaluateUnary<Ops>>(context), ...);
}

template <typename... Ops>
static void attachBinary(MLIRContext *context) {
  (attach<evaluateBinary<Ops>>(context), ...);
}

void qnn::attachElementwiseModels(MLIRContext *context) {
  attachUnary<ReluOp, SigmoidOp, TanhOp, ExpOp, LogOp, SqrtOp, AbsOp, NegOp,
              FloorOp, CeilOp, RoundOp, SignOp>(context);
  attach<evaluateLeakyRelu>(context);
  attach<evaluateClip>(context);
  attach<evaluateHardSigmoid>(context);
  attachBinary<AddOp, SubOp, MulOp, DivOp, MinOp, MaxOp, PowOp>(context);
}
