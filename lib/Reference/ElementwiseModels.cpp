//===- ElementwiseModels.cpp - Functions of one and two floats --*- C++ -*-===//
//
// Computed in f32; transcendental functions are those of the C++ library. Min
// and max are IEEE's minimum and maximum: NaN wins, -0 is less than +0.
//
//===----------------------------------------------------------------------===//

#include "Models.h"

#include "qnn/Arith/Rounding.h"
#include <cmath>

using namespace mlir;
using namespace qnn;

float qnn::maximum(float a, float b) {
  if (std::isnan(a) || std::isnan(b))
    return a + b;
  if (a == b) // zeros
    return std::signbit(a) ? b : a;
  return a > b ? a : b;
}

float qnn::minimum(float a, float b) { return -maximum(-a, -b); }

//===----------------------------------------------------------------------===//
// One operand
//===----------------------------------------------------------------------===//

static float apply(ReluOp, float x) { return maximum(x, 0.0f); }
static float apply(SigmoidOp, float x) { return 1.0f / (1.0f + std::exp(-x)); }
static float apply(TanhOp, float x) { return std::tanh(x); }
static float apply(ExpOp, float x) { return std::exp(x); }
static float apply(LogOp, float x) { return std::log(x); }
static float apply(SqrtOp, float x) { return std::sqrt(x); }
static float apply(AbsOp, float x) { return std::fabs(x); }
static float apply(NegOp, float x) { return -x; }
static float apply(FloorOp, float x) { return std::floor(x); }
static float apply(CeilOp, float x) { return std::ceil(x); }

static float apply(RoundOp, float x) {
  return roundTo(x, RoundingMode::HalfEven);
}

static float apply(SignOp, float x) {
  if (std::isnan(x))
    return x;
  return static_cast<float>((x > 0) - (x < 0));
}

template <typename OpTy>
static void evaluateUnary(OpTy op, Operands in, Results out) {
  llvm::transform(in[0].floats, out[0].floats.begin(),
                  [op](float x) { return apply(op, x); });
}

// Attributes are read once, not for each element.

static void evaluateLeakyRelu(LeakyReluOp op, Operands in, Results out) {
  float alpha = op.getAlpha().convertToFloat();
  llvm::transform(in[0].floats, out[0].floats.begin(),
                  [=](float x) { return x >= 0 ? x : alpha * x; });
}

static void evaluateClip(ClipOp op, Operands in, Results out) {
  float min = op.getMin().convertToFloat(), max = op.getMax().convertToFloat();
  llvm::transform(in[0].floats, out[0].floats.begin(),
                  [=](float x) { return minimum(maximum(x, min), max); });
}

static void evaluateHardSigmoid(HardSigmoidOp op, Operands in, Results out) {
  float alpha = op.getAlpha().convertToFloat();
  float beta = op.getBeta().convertToFloat();
  llvm::transform(in[0].floats, out[0].floats.begin(), [=](float x) {
    float product = alpha * x;
    return minimum(maximum(product + beta, 0.0f), 1.0f);
  });
}

//===----------------------------------------------------------------------===//
// Two operands
//===----------------------------------------------------------------------===//

static float apply(AddOp, float a, float b) { return a + b; }
static float apply(SubOp, float a, float b) { return a - b; }
static float apply(MulOp, float a, float b) { return a * b; }
static float apply(DivOp, float a, float b) { return a / b; }
static float apply(MinOp, float a, float b) { return minimum(a, b); }
static float apply(MaxOp, float a, float b) { return maximum(a, b); }
static float apply(PowOp, float a, float b) { return std::pow(a, b); }

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

/// The elements of `tensor`, repeated to fill `shape`.
static std::vector<float> broadcast(const Tensor &tensor,
                                    const Tensor &shaped) {
  if (tensor.shape == shaped.shape)
    return tensor.floats;
  std::vector<float> elements(shaped.floats.size());
  forEachStrided(
      shaped.shape, broadcastStrides(tensor, shaped.shape), 0,
      [&](int64_t n, int64_t offset) { elements[n] = tensor.floats[offset]; });
  return elements;
}

template <typename OpTy>
static void evaluateBinary(OpTy op, Operands in, Results out) {
  std::vector<float> a = broadcast(in[0], out[0]), b = broadcast(in[1], out[0]);
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
