//===- PoolModels.cpp - Pooling of floats, codes and words ------*- C++ -*-===//
//
// All poolings walk the same windows; they differ in layout (channels first or
// last) and in what they do with the elements of one.
//
//===----------------------------------------------------------------------===//

#include "Models.h"
#include "Windows.h"

#include "qnn/Arith/Code.h"
#include <cmath>
#include <limits>

using namespace mlir;
using namespace qnn;

static void evaluateMaxPool(MaxPool2dOp op, Operands in, Results out) {
  Windows windows(op);
  auto pool = [&](int64_t result, int64_t start, int64_t oh, int64_t ow) {
    Real best = -std::numeric_limits<Real>::infinity();
    auto visit = [&](int64_t offset) {
      Real x = in[0].floats[start + offset];
      if (x > best || std::isnan(x))
        best = x;
    };
    windows.forEachInside(in[0], channelsFirst, oh, ow, visit);
    out[0].floats[result] = best;
  };
  windows.forEach(in[0], out[0], channelsFirst, pool);
}

/// The sum is made in f64, divided there, and rounded once.
static void evaluateAvgPool(AvgPool2dOp op, Operands in, Results out) {
  Windows windows(op);
  auto pool = [&](int64_t result, int64_t start, int64_t oh, int64_t ow) {
    double sum = 0;
    int64_t count = 0;
    auto visit = [&](int64_t offset) {
      sum += in[0].floats[start + offset];
      ++count;
    };
    windows.forEachInside(in[0], channelsFirst, oh, ow, visit);
    if (op.getCountIncludePad())
      count = windows.kernel[0] * windows.kernel[1];
    out[0].floats[result] = sum / count;
  };
  windows.forEach(in[0], out[0], channelsFirst, pool);
}

/// The element of a window that holds nothing: the least number.
static int64_t leastElement(CodeAttr code, Type type) {
  if (code)
    return numberToCode(code.getMin(), code.getBits(), code.getEncoding());
  return -(int64_t(1) << (type.getIntOrFloatBitWidth() - 1));
}

static void evaluateIMaxPool(IMaxPool2dOp op, Operands in, Results out) {
  Windows windows(op);
  CodeAttr code = op.getCodeAttr();
  Type type = op.getInput().getType().getElementType();
  int64_t least = leastElement(code, type);
  auto pool = [&](int64_t result, int64_t start, int64_t oh, int64_t ow) {
    int64_t best = least;
    auto visit = [&](int64_t offset) {
      int64_t element = in[0].integers[start + offset];
      if (numberOf(element, code, type) > numberOf(best, code, type))
        best = element;
    };
    windows.forEachInside(in[0], channelsLast, oh, ow, visit);
    out[0].integers[result] = best;
  };
  windows.forEach(in[0], out[0], channelsLast, pool);
  if (code)
    patternsToElements(out[0], code, op.getResult().getType());
}

static void evaluatePackedMaxPool(PackedMaxPool2dOp op, Operands in,
                                  Results out) {
  Windows windows(op);
  auto pool = [&](int64_t result, int64_t start, int64_t oh, int64_t ow) {
    int64_t bits = 0;
    auto visit = [&](int64_t offset) {
      bits |= in[0].integers[start + offset];
    };
    windows.forEachInside(in[0], channelsLast, oh, ow, visit);
    out[0].integers[result] = bits;
  };
  windows.forEach(in[0], out[0], channelsLast, pool);
}

void qnn::attachPoolModels(MLIRContext *context) {
  attach<evaluateMaxPool>(context);
  attach<evaluateAvgPool>(context);
  attach<evaluateIMaxPool>(context);
  attach<evaluatePackedMaxPool>(context);
}
