//===- TrainingModels.cpp - Values, random numbers, losses ------*- C++ -*-===//
//
// Sums over rows and logarithms are made in f64 and rounded once.
//
//===----------------------------------------------------------------------===//

#include "Models.h"

#include "qnn/Arith/Philox.h"
#include "qnn/Arith/PowerOfTwo.h"
#include "qnn/Dialect/QNN/IR/Training.h"
#include <cmath>

using namespace mlir;
using namespace qnn;

//===----------------------------------------------------------------------===//
// Values with a gradient of their own
//===----------------------------------------------------------------------===//

/// The value is the first operand.
template <typename OpTy>
static void evaluateValue(OpTy op, Operands in, Results out) {
  out[0].floats = in[0].floats;
}

static void evaluateSurrogateGrad(SurrogateGradOp op, Operands in,
                                  Results out) {
  SurrogateGradient surrogate = surrogateOf(op);
  for (size_t i = 0; i < in[0].floats.size(); ++i) {
    Real derivative = surrogateDerivative<Real>(surrogate, in[0].floats[i]);
    out[0].floats[i] = derivative == 0 ? 0 : in[1].floats[i] * derivative;
  }
}

//===----------------------------------------------------------------------===//
// Masks, random numbers, small functions
//===----------------------------------------------------------------------===//

static bool holds(ComparePredicate predicate, Real a, Real b) {
  switch (predicate) {
  case ComparePredicate::Equal:
    return a == b;
  case ComparePredicate::Greater:
    return a > b;
  case ComparePredicate::GreaterEqual:
    return a >= b;
  }
  return false;
}

static void evaluateCompare(CompareOp op, Operands in, Results out) {
  std::vector<Real> a = broadcastTo(in[0], out[0]);
  std::vector<Real> b = broadcastTo(in[1], out[0]);
  for (size_t i = 0; i < a.size(); ++i)
    out[0].floats[i] = holds(op.getPredicate(), a[i], b[i]);
}

static void evaluateBroadcast(BroadcastOp op, Operands in, Results out) {
  out[0].floats = broadcastTo(in[0], out[0]);
}

static void evaluateAp2(Ap2Op op, Operands in, Results out) {
  llvm::transform(in[0].floats, out[0].floats.begin(),
                  [](Real x) { return ap2(static_cast<float>(x)); });
}

static void evaluateOneHot(OneHotOp op, Operands in, Results out) {
  int64_t classes = out[0].shape.back();
  Real on = op.getOn().convertToFloat(), off = op.getOff().convertToFloat();
  for (int64_t i = 0; i < out[0].size(); ++i)
    out[0].floats[i] = in[0].integers[i / classes] == i % classes ? on : off;
}

/// The words of the elements of `tensor`.
static std::vector<uint32_t> randomWords(const Tensor &key, int64_t id,
                                         const Tensor &tensor) {
  RandomStream stream;
  stream.seed = key.integers[0];
  stream.step = key.integers[1];
  stream.tensor = static_cast<uint32_t>(id);
  return stream.words(tensor.size());
}

static void evaluateRandomUniform(RandomUniformOp op, Operands in,
                                  Results out) {
  Real low = op.getLow().convertToFloat(), high = op.getHigh().convertToFloat();
  Real width = high - low;
  llvm::transform(randomWords(in[0], op.getId(), out[0]), out[0].floats.begin(),
                  [=](uint32_t word) {
                    Real scaled = uniform01(word) * width;
                    return scaled + low;
                  });
}

static void evaluateDropout(DropoutOp op, Operands in, Results out) {
  out[0].floats = in[0].floats;
  if (in.size() == 1)
    return;
  float rate = op.getRate().convertToFloat();
  Real factor = Real(1) / (Real(1) - rate);
  for (auto [x, word] :
       llvm::zip(out[0].floats, randomWords(in[1], op.getId(), out[0])))
    x = bernoulli(word, rate) ? 0 : x * factor;
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

/// Calls f(row of the table, first element of it among the gathered) for every
/// index; indices outside the table are skipped.
template <typename F>
static void forEachRow(const Tensor &table, const Tensor &indices, F f) {
  for (auto [i, index] : llvm::enumerate(indices.integers))
    if (index >= 0 && index < table.shape[0])
      f(index, i);
}

static void evaluateGather(GatherOp op, Operands in, Results out) {
  int64_t width = in[0].shape[0] ? in[0].size() / in[0].shape[0] : 0;
  forEachRow(in[0], in[1], [&](int64_t row, int64_t i) {
    std::copy_n(in[0].floats.begin() + row * width, width,
                out[0].floats.begin() + i * width);
  });
}

static void evaluateGatherGrad(GatherGradOp op, Operands in, Results out) {
  int64_t width = out[0].shape[0] ? out[0].size() / out[0].shape[0] : 0;
  std::vector<double> sums(out[0].floats.size());
  forEachRow(out[0], in[1], [&](int64_t row, int64_t i) {
    for (int64_t j = 0; j < width; ++j)
      sums[row * width + j] += in[0].floats[i * width + j];
  });
  llvm::copy(sums, out[0].floats.begin());
}

static void evaluateSliceGrad(SliceGradOp op, Operands in, Results out) {
  SmallVector<int64_t> strides = out[0].strides();
  int64_t start = 0;
  for (int64_t d = 0; d < out[0].rank(); ++d) {
    start += op.getOffsets()[d] * strides[d];
    strides[d] *= op.getSteps()[d];
  }
  forEachStrided(in[0].shape, strides, start, [&](int64_t n, int64_t offset) {
    out[0].floats[offset] = in[0].floats[n];
  });
}

//===----------------------------------------------------------------------===//
// Losses and metrics
//===----------------------------------------------------------------------===//

namespace {
/// Logits [N, C] and what they should be.
struct Classification {
  const Tensor &logits, &labels;
  int64_t rows, classes;

  Classification(const Tensor &logits, const Tensor &labels)
      : logits(logits), labels(labels), rows(logits.shape[0]),
        classes(logits.shape[1]) {}

  double logit(int64_t n, int64_t c) const {
    return logits.floats[n * classes + c];
  }
  double target(int64_t n, int64_t c) const {
    return labels.isFloat ? labels.floats[n * classes + c]
                          : double(labels.integers[n] == c);
  }
  bool counts(int64_t n) const {
    return labels.isFloat ||
           (labels.integers[n] >= 0 && labels.integers[n] < classes);
  }
  int64_t countedRows() const {
    int64_t count = 0;
    for (int64_t n = 0; n < rows; ++n)
      count += counts(n);
    return count;
  }
  double logSumOfRow(int64_t n) const {
    double greatest = logit(n, 0), sum = 0;
    for (int64_t c = 0; c < classes; ++c)
      greatest = std::max(greatest, logit(n, c));
    for (int64_t c = 0; c < classes; ++c)
      sum += std::exp(logit(n, c) - greatest);
    return greatest + std::log(sum);
  }
};
} // namespace

static void evaluateSoftmaxCrossEntropy(SoftmaxCrossEntropyOp op, Operands in,
                                        Results out) {
  Classification task(in[0], in[1]);
  double sum = 0;
  for (int64_t n = 0; n < task.rows; ++n)
    if (task.counts(n)) {
      double logSum = task.logSumOfRow(n);
      for (int64_t c = 0; c < task.classes; ++c)
        if (double target = task.target(n, c))
          sum += target * (logSum - task.logit(n, c));
    }
  out[0].floats[0] = sum / std::max<int64_t>(task.countedRows(), 1);
}

static void evaluateSoftmaxCrossEntropyGrad(SoftmaxCrossEntropyGradOp op,
                                            Operands in, Results out) {
  Classification task(in[1], in[2]);
  double factor =
      in[0].floats[0] / double(std::max<int64_t>(task.countedRows(), 1));
  for (int64_t n = 0; n < task.rows; ++n) {
    if (!task.counts(n))
      continue;
    double total = 0, logSum = task.logSumOfRow(n);
    for (int64_t c = 0; c < task.classes; ++c)
      total += task.target(n, c);
    for (int64_t c = 0; c < task.classes; ++c)
      out[0].floats[n * task.classes + c] =
          factor *
          (std::exp(task.logit(n, c) - logSum) * total - task.target(n, c));
  }
}

static void evaluateSigmoidCrossEntropy(SigmoidCrossEntropyOp op, Operands in,
                                        Results out) {
  double sum = 0;
  for (auto [x, target] : llvm::zip(in[0].floats, in[1].floats)) {
    double logit = x;
    sum += std::max(logit, 0.0) - logit * target +
           std::log1p(std::exp(-std::fabs(logit)));
  }
  out[0].floats[0] = sum / in[0].floats.size();
}

static void evaluateCountCorrect(CountCorrectOp op, Operands in, Results out) {
  Classification task(in[0], in[1]);
  for (int64_t n = 0; n < task.rows; ++n) {
    int64_t best = 0;
    for (int64_t c = 1; c < task.classes; ++c)
      if (task.logit(n, c) > task.logit(n, best))
        best = c;
    if (task.classes == 1)
      best = task.logit(n, 0) > 0;
    out[0].integers[0] += in[1].integers[n] == best;
  }
}

void qnn::attachTrainingModels(MLIRContext *context) {
  attach<evaluateValue<StopGradientOp>>(context);
  attach<evaluateValue<StraightThroughOp>>(context);
  attach<evaluateValue<CustomGradientOp>>(context);
  attach<evaluateSurrogateGrad>(context);
  attach<evaluateCompare>(context);
  attach<evaluateBroadcast>(context);
  attach<evaluateAp2>(context);
  attach<evaluateOneHot>(context);
  attach<evaluateRandomUniform>(context);
  attach<evaluateDropout>(context);
  attach<evaluateGather>(context);
  attach<evaluateGatherGrad>(context);
  attach<evaluateSliceGrad>(context);
  attach<evaluateSoftmaxCrossEntropy>(context);
  attach<evaluateSoftmaxCrossEntropyGrad>(context);
  attach<evaluateSigmoidCrossEntropy>(context);
  attach<evaluateCountCorrect>(context);
}
