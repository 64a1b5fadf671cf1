//===- QuantizeModels.cpp - Floats, codes and sums --------------*- C++ -*-===//

#include "Models.h"

#include "qnn/Arith/Requantize.h"
#include "qnn/Arith/Thresholds.h"

using namespace mlir;
using namespace qnn;

QuantizerSpec qnn::specOf(QuantizerAttr quantizer) {
  QuantizerSpec spec;
  spec.bits = quantizer.getBits();
  spec.encoding = quantizer.getEncoding();
  spec.narrow = quantizer.getNarrow();
  spec.rounding = quantizer.getRounding();
  spec.signZero = quantizer.getSignZero();
  return spec;
}

/// Calls f(element, scale, zero point) for every element of a tensor.
template <typename F>
static void forEachQuantized(QuantizerAttr quantizer, ArrayRef<int64_t> shape,
                             F f) {
  AxisView view(shape, quantizer.getAxis());
  SmallVector<float> scales, zeroPoints;
  for (int64_t c = 0; c < view.channels; ++c) {
    scales.push_back(quantizer.getScaleOf(c));
    zeroPoints.push_back(quantizer.getZeroPointOf(c));
  }
  view.forEach([&](int64_t i, int64_t c) { f(i, scales[c], zeroPoints[c]); });
}

static void evaluateQuantize(QuantizeOp op, Operands in, Results out) {
  QuantizerSpec spec = specOf(op.getQuantizer());
  forEachQuantized(op.getQuantizer(), in[0].shape,
                   [&](int64_t i, float scale, float zeroPoint) {
                     out[0].floats[i] =
                         fakeQuantize(in[0].floats[i], scale, zeroPoint, spec);
                   });
}

static void evaluateEncode(EncodeOp op, Operands in, Results out) {
  QuantizerSpec spec = specOf(op.getQuantizer());
  forEachQuantized(op.getQuantizer(), in[0].shape,
                   [&](int64_t i, float scale, float zeroPoint) {
                     out[0].integers[i] =
                         encode(in[0].floats[i], scale, zeroPoint, spec);
                   });
  patternsToElements(out[0], op.getQuantizer().getCode(),
                     op.getResult().getType());
}

/// The number of channel `c` where there may be one number for all.
static float channelOf(ArrayRef<float> numbers, int64_t c) {
  return numbers[numbers.size() == 1 ? 0 : c];
}

static void evaluateDequantize(DequantizeOp op, Operands in, Results out) {
  CodeAttr code = op.getCodeAttr();
  Type type = op.getInput().getType().getElementType();
  const float zero = 0;
  ArrayRef<float> scale = op.getScale();
  ArrayRef<float> zeroPoint = op.getZeroPoint().value_or(ArrayRef<float>(zero));
  AxisView(in[0].shape, op.getAxis()).forEach([&](int64_t i, int64_t c) {
    out[0].floats[i] = decode(numberOf(in[0].integers[i], code, type),
                              channelOf(scale, c), channelOf(zeroPoint, c));
  });
}

static void evaluateThreshold(ThresholdOp op, Operands in, Results out) {
  CodeAttr code = op.getCode();
  Type type = op.getInput().getType().getElementType();
  int64_t levels = in[1].shape[1];
  std::vector<int32_t> thresholds(in[1].integers.begin(), in[1].integers.end());
  AxisView(in[0].shape, op.getAxis()).forEach([&](int64_t i, int64_t c) {
    ArrayRef<int32_t> row(thresholds.data() + c * levels, levels);
    out[0].integers[i] = codeOfLevel(
        countReached(row, numberOf(in[0].integers[i], {}, type)), code);
  });
  patternsToElements(out[0], code, op.getResult().getType());
}

static void evaluateRequantize(RequantizeOp op, Operands in, Results out) {
  CodeAttr code = op.getCode();
  Type type = op.getInput().getType().getElementType();
  AxisView(in[0].shape, op.getAxis()).forEach([&](int64_t i, int64_t c) {
    int32_t number =
        requantize(numberOf(in[0].integers[i], {}, type),
                   channelOf(op.getScale(), c), channelOf(op.getBias(), c),
                   op.getRounding(), code.getMin(), code.getMax());
    out[0].integers[i] =
        numberToCode(number, code.getBits(), code.getEncoding());
  });
  patternsToElements(out[0], code, op.getResult().getType());
}

void qnn::attachQuantizeModels(MLIRContext *context) {
  attach<evaluateQuantize>(context);
  attach<evaluateEncode>(context);
  attach<evaluateDequantize>(context);
  attach<evaluateThreshold>(context);
  attach<evaluateRequantize>(context);
}
