//===- RecurrentCells.cpp - Formulas of RNN, GRU, LSTM ----------*- C++ -*-===//
//
// The formulas of TrainingOps.td and their derivatives. Values are in the order
// in which they are saved: states, then the rest.
//
//===----------------------------------------------------------------------===//

#include "RecurrentLayer.h"
#include "ScalarMath.h"
#include "TrainingMath.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace qnn;

using Predicate = arith::CmpFPredicate;

Value CellMath::number(Value like, double value) {
  return constantLike(b, like, value);
}

Value CellMath::rest(Value x) { return sub(b, number(x, 1.0), x); }

/// (1 + tanh(x / 2)) / 2: the polynomial of tanh is the shortest.
Value CellMath::sigmoid(Value x) {
  Value half = number(x, 0.5);
  if (!layer.hard) {
    Value squashed = math::TanhOp::create(b, mul(b, x, half));
    return add(b, mul(b, squashed, half), half);
  }
  Value line = add(b, mul(b, x, half), half);
  // NaN stays, as the second operand.
  return emitMin(b, number(x, 1.0), emitMax(b, number(x, 0.0), line));
}

Value CellMath::tanh(Value x) {
  if (!layer.hard)
    return math::TanhOp::create(b, x);
  return emitMin(b, number(x, 1.0), emitMax(b, number(x, -1.0), x));
}

Value CellMath::throughSigmoid(Value y, Value grad) {
  if (!layer.hard)
    return mul(b, grad, mul(b, y, rest(y)));
  Value zero = number(y, 0.0);
  Value inside = arith::AndIOp::create(
      b, arith::CmpFOp::create(b, Predicate::OGT, y, zero),
      arith::CmpFOp::create(b, Predicate::OLT, y, number(y, 1.0)));
  return arith::SelectOp::create(b, inside, mul(b, grad, number(y, 0.5)), zero);
}

Value CellMath::throughTanh(Value y, Value grad) {
  if (!layer.hard)
    return mul(b, grad, rest(mul(b, y, y)));
  Value inside = arith::CmpFOp::create(
      b, Predicate::OLT, math::AbsFOp::create(b, y), number(y, 1.0));
  return arith::SelectOp::create(b, inside, grad, number(y, 0.0));
}

Value CellMath::quantize(QuantizerAttr quantizer, Value x) {
  if (!quantizer)
    return x;
  AffineValues affine;
  if (quantizer.getScaleOf(0) != 1.0f)
    affine.scale = number(x, quantizer.getScaleOf(0));
  if (quantizer.getZeroPointOf(0) != 0.0f)
    affine.zeroPoint = number(x, quantizer.getZeroPointOf(0));
  return emitFakeQuantize(b, x, affine, quantizer);
}

Value CellMath::throughQuantizer(QuantizerAttr quantizer, Value x, Value grad) {
  if (!quantizer || quantizer.getSurrogate() != Surrogate::HardTanh)
    return grad;
  Value inside = arith::CmpFOp::create(
      b, Predicate::OLE, math::AbsFOp::create(b, x), number(x, 1.0));
  return arith::SelectOp::create(b, inside, grad, number(x, 0.0));
}

//===----------------------------------------------------------------------===//
// Forward
//===----------------------------------------------------------------------===//

/// A GRU's hidden state before its quantizer.
Value CellMath::nextHidden(Value z, Value n, Value before) {
  return add(b, mul(b, rest(z), n), mul(b, z, before));
}

/// An LSTM's cell state before its quantizer.
Value CellMath::nextCell(Value f, Value c, Value i, Value g) {
  return add(b, mul(b, f, c), mul(b, i, g));
}

Values CellMath::forwardGRU(ArrayRef<Value> sums, Value projection,
                            Value before) {
  Value z = sigmoid(sums[0]), s = sigmoid(sums[1]), recurrent = sums[2];
  Value n = tanh(add(b, projection, mul(b, s, recurrent)));
  Value h = quantize(layer.hiddenQuantizer, nextHidden(z, n, before));
  return {h, z, s, n, recurrent};
}

Values CellMath::forwardLSTM(ArrayRef<Value> sums, Value before) {
  Value i = sigmoid(sums[0]), o = sigmoid(sums[1]), f = sigmoid(sums[2]);
  Value g = tanh(sums[3]);
  Value c = quantize(layer.cellQuantizer, nextCell(f, before, i, g));
  Value h = quantize(layer.hiddenQuantizer, mul(b, o, tanh(c)));
  return {h, c, i, o, f, g};
}

Values CellMath::forward(ArrayRef<Value> sums, Value projection,
                         ArrayRef<Value> before) {
  switch (layer.cell) {
  case RecurrentCell::RNN: {
    Value y = tanh(sums[0]);
    return {quantize(layer.hiddenQuantizer, y), y};
  }
  case RecurrentCell::GRU:
    return forwardGRU(sums, projection, before[0]);
  case RecurrentCell::LSTM:
    return forwardLSTM(sums, before[1]);
  }
  llvm_unreachable("all cells are handled");
}

//===----------------------------------------------------------------------===//
// Backward
//===----------------------------------------------------------------------===//

CellMath::Gradients CellMath::backwardRNN(ArrayRef<Value> values, Value dh) {
  Value y = values[1];
  Value sum = throughTanh(y, throughQuantizer(layer.hiddenQuantizer, y, dh));
  return {{sum}, {}, {}, {}};
}

CellMath::Gradients CellMath::backwardGRU(ArrayRef<Value> values, Value before,
                                          Value dh) {
  Value z = values[1], s = values[2], n = values[3], recurrent = values[4];
  if (layer.hiddenQuantizer)
    dh = throughQuantizer(layer.hiddenQuantizer, nextHidden(z, n, before), dh);
  Value dn = throughTanh(n, mul(b, dh, rest(z)));
  Value dz = throughSigmoid(z, mul(b, dh, sub(b, before, n)));
  Value ds = throughSigmoid(s, mul(b, dn, recurrent));
  return {{dz, ds, dn}, mul(b, dn, s), mul(b, dh, z), {}};
}

CellMath::Gradients CellMath::backwardLSTM(ArrayRef<Value> values, Value before,
                                           Value dh, Value dc) {
  Value i = values[2], o = values[3], f = values[4], g = values[5];
  Value squashed = tanh(values[1]);
  if (layer.hiddenQuantizer)
    dh = throughQuantizer(layer.hiddenQuantizer, mul(b, o, squashed), dh);
  dc = add(b, dc, throughTanh(squashed, mul(b, dh, o)));
  if (layer.cellQuantizer)
    dc = throughQuantizer(layer.cellQuantizer, nextCell(f, before, i, g), dc);
  Value di = throughSigmoid(i, mul(b, dc, g));
  Value dO = throughSigmoid(o, mul(b, dh, squashed));
  Value df = throughSigmoid(f, mul(b, dc, before));
  Value dg = throughTanh(g, mul(b, dc, i));
  return {{di, dO, df, dg}, {}, {}, mul(b, dc, f)};
}

CellMath::Gradients CellMath::backward(ArrayRef<Value> values,
                                       ArrayRef<Value> before, Value dh,
                                       Value dc) {
  switch (layer.cell) {
  case RecurrentCell::RNN:
    return backwardRNN(values, dh);
  case RecurrentCell::GRU:
    return backwardGRU(values, before[0], dh);
  case RecurrentCell::LSTM:
    return backwardLSTM(values, before[1], dh, dc);
  }
  llvm_unreachable("all cells are handled");
}
