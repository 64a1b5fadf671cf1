//===- TrainingGradientModels.cpp - Gradients of windows, batch norm ------===//
//
// Sums in f64, rounded once.
//
//===----------------------------------------------------------------------===//

#include "Models.h"
#include "Windows.h"

#include "qnn/Arith/BatchNorm.h"
#include "qnn/Arith/Code.h"
#include "qnn/Arith/Packing.h"
#include "qnn/Arith/PowerOfTwo.h"
#include "qnn/Dialect/QNN/IR/Training.h"
#include <cmath>

using namespace mlir;
using namespace qnn;

//===----------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------===//

namespace {
/// The products of a convolution, one after another.
struct Convolution {
  ArrayRef<int64_t> input, filter, result, strides, pads, dilations;
  int64_t groups;

  template <typename OpTy>
  Convolution(OpTy op, const Tensor &input, const Tensor &filter,
              const Tensor &result)
      : input(input.shape), filter(filter.shape), result(result.shape),
        strides(op.getStrides()), pads(op.getPads()),
        dilations(op.getDilations()), groups(op.getGroups()) {}

  /// Calls f(input element, filter element) for the products of the result at
  /// (n, o, oh, ow); the input element is -1 in the padding.
  template <typename F>
  void forEachTap(int64_t n, int64_t o, int64_t oh, int64_t ow, F f) const {
    int64_t first = o / (filter[0] / groups) * filter[1];
    int64_t tap = o * filter[1] * filter[2] * filter[3];
    for (int64_t c = 0; c < filter[1]; ++c)
      for (int64_t kh = 0; kh < filter[2]; ++kh)
        for (int64_t kw = 0; kw < filter[3]; ++kw, ++tap) {
          int64_t h = oh * strides[0] + kh * dilations[0] - pads[0];
          int64_t w = ow * strides[1] + kw * dilations[1] - pads[1];
          bool inside = h >= 0 && h < input[2] && w >= 0 && w < input[3];
          int64_t channel = n * input[1] + first + c;
          f(inside ? (channel * input[2] + h) * input[3] + w : -1, tap);
        }
  }

  /// Calls f(result element, input element, filter element).
  template <typename F>
  void forEach(F f) const {
    int64_t element = 0;
    for (int64_t n = 0; n < result[0]; ++n)
      for (int64_t o = 0; o < result[1]; ++o)
        for (int64_t oh = 0; oh < result[2]; ++oh)
          for (int64_t ow = 0; ow < result[3]; ++ow, ++element)
            forEachTap(n, o, oh, ow,
                       [&](int64_t in, int64_t tap) { f(element, in, tap); });
  }
};
} // namespace

static void evaluateConvInputGrad(Conv2dInputGradOp op, Operands in,
                                  Results out) {
  std::vector<double> sums(out[0].floats.size());
  Convolution(op, out[0], in[1], in[0])
      .forEach([&](int64_t result, int64_t input, int64_t tap) {
        if (input >= 0)
          sums[input] += double(in[0].floats[result]) * in[1].floats[tap];
      });
  llvm::copy(sums, out[0].floats.begin());
}

static void evaluateConvFilterGrad(Conv2dFilterGradOp op, Operands in,
                                   Results out) {
  double padding = padNumber(op.getPadValue());
  std::vector<double> sums(out[0].floats.size());
  Convolution(op, in[0], out[0], in[1])
      .forEach([&](int64_t result, int64_t input, int64_t tap) {
        double x = input >= 0 ? in[0].floats[input] : padding;
        sums[tap] += x * in[1].floats[result];
      });
  llvm::copy(sums, out[0].floats.begin());
}

//===----------------------------------------------------------------------===//
// What taps see
//===----------------------------------------------------------------------===//

static void evaluateUnfold(UnfoldOp op, Operands in, Results out) {
  Windows windows(op);
  ArrayRef<int64_t> shape = in[0].shape;
  std::array<int64_t, 2> size = windows.countOf(in[0], channelsFirst);
  int64_t i = 0;
  for (int64_t n = 0; n < shape[0]; ++n)
    for (int64_t oh = 0; oh < size[0]; ++oh)
      for (int64_t ow = 0; ow < size[1]; ++ow)
        windows.forEachTap(oh, ow, [&](int64_t h, int64_t w) {
          bool inside = h >= 0 && h < shape[2] && w >= 0 && w < shape[3];
          for (int64_t c = 0; c < shape[1]; ++c, ++i)
            if (inside)
              out[0].floats[i] =
                  in[0].floats[((n * shape[1] + c) * shape[2] + h) * shape[3] +
                               w];
        });
}

/// Sets bit `row` of the columns of a tile, whose words begin with step
/// `first`, to the bits of `word`.
static void setColumns(int64_t word, int64_t row, std::vector<int64_t> &tiles,
                       int64_t first) {
  for (int64_t i = 0; i < wordBits; ++i) {
    int64_t &column = tiles[(first + row / wordBits) * wordBits + i];
    uint32_t bit = word >> i & 1;
    column = static_cast<int32_t>(static_cast<uint32_t>(column) |
                                  bit << row % wordBits);
  }
}

static void evaluateTurnWords(TurnWordsOp op, Operands in, Results out) {
  ArrayRef<int64_t> shape = in[0].shape;
  int64_t steps = out[0].shape[1];
  for (int64_t row = 0; row < shape[0]; ++row)
    for (int64_t block = 0; block < shape[1]; ++block)
      setColumns(in[0].integers[row * shape[1] + block], row, out[0].integers,
                 block * steps);
}

static void evaluateTurnWindows(TurnWindowsOp op, Operands in, Results out) {
  Windows windows(op);
  ArrayRef<int64_t> shape = in[0].shape;
  std::array<int64_t, 2> size = windows.countOf(in[0], channelsLast);
  int64_t steps = out[0].shape[1], window = 0;
  for (int64_t n = 0; n < shape[0]; ++n)
    for (int64_t oh = 0; oh < size[0]; ++oh)
      for (int64_t ow = 0; ow < size[1]; ++ow, ++window) {
        int64_t block = 0;
        windows.forEachTap(oh, ow, [&](int64_t h, int64_t w) {
          int64_t pixel = (n * shape[1] + h) * shape[2] + w;
          for (int64_t i = 0; i < shape[3]; ++i, ++block)
            setColumns(in[0].integers[pixel * shape[3] + i], window,
                       out[0].integers, block * steps);
        });
      }
}

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

static void evaluateMaxPoolGrad(MaxPool2dGradOp op, Operands in, Results out) {
  Windows windows(op);
  const Tensor &x = in[0], &grad = in[1];
  std::vector<double> sums(out[0].floats.size());
  auto pool = [&](int64_t result, int64_t start, int64_t oh, int64_t ow) {
    int64_t best = -1;
    auto visit = [&](int64_t offset) {
      Real element = x.floats[start + offset];
      bool isFirst = best < 0;
      Real greatest = isFirst ? element : x.floats[best];
      if (isFirst || element > greatest ||
          (std::isnan(element) && !std::isnan(greatest)))
        best = start + offset;
    };
    windows.forEachInside(x, channelsFirst, oh, ow, visit);
    sums[best] += grad.floats[result];
  };
  windows.forEach(x, grad, channelsFirst, pool);
  llvm::copy(sums, out[0].floats.begin());
}

static void evaluateAvgPoolGrad(AvgPool2dGradOp op, Operands in, Results out) {
  Windows windows(op);
  std::vector<double> sums(out[0].floats.size());
  auto pool = [&](int64_t result, int64_t start, int64_t oh, int64_t ow) {
    SmallVector<int64_t> elements;
    windows.forEachInside(out[0], channelsFirst, oh, ow, [&](int64_t offset) {
      elements.push_back(start + offset);
    });
    int64_t count = op.getCountIncludePad()
                        ? windows.kernel[0] * windows.kernel[1]
                        : elements.size();
    for (int64_t element : elements)
      sums[element] += double(in[0].floats[result]) / count;
  };
  windows.forEach(out[0], in[0], channelsFirst, pool);
  llvm::copy(sums, out[0].floats.begin());
}

//===----------------------------------------------------------------------===//
// Batch normalization by the batch
//===----------------------------------------------------------------------===//

static Real ap2Of(Real x) { return ap2(static_cast<float>(x)); }

/// Means over all dimensions but 1 of f(element, channel), as f64.
template <typename F>
static std::vector<double> channelMeans(const Tensor &x, F f) {
  AxisView view(x.shape, 1);
  std::vector<double> sums(view.channels);
  view.forEach([&](int64_t i, int64_t c) { sums[c] += f(i, c); });
  for (double &sum : sums)
    sum /= view.outer * view.inner;
  return sums;
}

static void evaluateBatchNormTrain(BatchNormTrainOp op, Operands in,
                                   Results out) {
  const std::vector<Real> &x = in[0].floats, &scale = in[1].floats;
  std::vector<Real> &mean = out[1].floats, &inverse = out[3].floats;
  Real epsilon = op.getEpsilon().convertToFloat();
  bool shift = op.getShift();
  llvm::copy(channelMeans(in[0], [&](int64_t i, int64_t) { return x[i]; }),
             mean.begin());
  auto square = [&](int64_t i, int64_t c) {
    Real difference = x[i] - mean[c];
    return double(difference) * (shift ? ap2Of(difference) : difference);
  };
  llvm::copy(channelMeans(in[0], square), out[2].floats.begin());
  for (size_t c = 0; c < inverse.size(); ++c) {
    Real factor = batchNormFactor(Real(1), out[2].floats[c], epsilon);
    inverse[c] = shift ? ap2Of(factor) : factor;
  }
  AxisView(in[0].shape, 1).forEach([&](int64_t i, int64_t c) {
    Real factor = inverse[c] * (shift ? ap2Of(scale[c]) : scale[c]);
    out[0].floats[i] = batchNorm(x[i], factor, in[2].floats[c], mean[c]);
  });
}

static void evaluateBatchNormTrainGrad(BatchNormTrainGradOp op, Operands in,
                                       Results out) {
  const std::vector<Real> &grad = in[0].floats, &x = in[1].floats;
  const std::vector<Real> &scale = in[2].floats, &mean = in[3].floats;
  const std::vector<Real> &inverse = in[4].floats;
  bool shift = op.getShift();
  auto difference = [&](int64_t i, int64_t c) { return x[i] - mean[c]; };
  // What the variance was the mean product of, but for one factor.
  auto other = [&](int64_t i, int64_t c) {
    return double(shift ? ap2Of(difference(i, c)) : difference(i, c)) *
           inverse[c];
  };
  std::vector<double> meanGrad =
      channelMeans(in[0], [&](int64_t i, int64_t) { return double(grad[i]); });
  std::vector<double> meanOther = channelMeans(
      in[0], [&](int64_t i, int64_t c) { return grad[i] * other(i, c); });
  std::vector<double> meanNormal =
      channelMeans(in[0], [&](int64_t i, int64_t c) {
        return double(grad[i]) * difference(i, c) * inverse[c];
      });
  AxisView view(in[1].shape, 1);
  view.forEach([&](int64_t i, int64_t c) {
    double factor = double(shift ? ap2Of(scale[c]) : scale[c]) * inverse[c];
    double centered = grad[i] - meanGrad[c] - other(i, c) * meanOther[c];
    out[0].floats[i] = centered * factor;
  });
  double count = view.outer * view.inner;
  for (int64_t c = 0; c < view.channels; ++c) {
    out[1].floats[c] = meanNormal[c] * count;
    out[2].floats[c] = meanGrad[c] * count;
  }
}

void qnn::attachTrainingGradientModels(MLIRContext *context) {
  attach<evaluateConvInputGrad>(context);
  attach<evaluateConvFilterGrad>(context);
  attach<evaluateUnfold>(context);
  attach<evaluateTurnWords>(context);
  attach<evaluateTurnWindows>(context);
  attach<evaluateMaxPoolGrad>(context);
  attach<evaluateAvgPoolGrad>(context);
  attach<evaluateBatchNormTrain>(context);
  attach<evaluateBatchNormTrainGrad>(context);
}
