//===- TrainingRecurrentModels.cpp - RNN, GRU, LSTM through time ----------===//
//
// One row of the batch after another, one step after another; products with
// the recurrent weights are summed in f64.
//
//===----------------------------------------------------------------------===//

#include "Models.h"

#include "qnn/Dialect/QNN/IR/Training.h"
#include <cmath>

using namespace mlir;
using namespace qnn;

using Row = std::vector<double>;

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

namespace {
/// What both directions know of a layer. Rows are [gate or saved value, H].
struct Layer {
  RecurrentCell cell;
  bool hard, reverse;
  QuantizerAttr hiddenQuantizer, cellQuantizer;
  int64_t steps, batch, hidden, gates, saved;
  const Tensor &weights;
  const Tensor *lengths = nullptr;

  template <typename OpTy>
  Layer(OpTy op, Value projection, const Tensor &weights)
      : cell(op.getCell()), hard(op.getHard()), reverse(op.getReverse()),
        hiddenQuantizer(op.getHiddenQuantizerAttr()),
        cellQuantizer(op.getCellQuantizerAttr()), steps(shapeOf(projection)[0]),
        batch(shapeOf(projection)[1]), hidden(weights.shape[1]),
        gates(gatesOf(cell)), saved(savedOf(cell)), weights(weights) {}

  /// The steps of row `b` in the order of the walk.
  SmallVector<int64_t> walk(int64_t b) const {
    int64_t length = lengths ? lengths->integers[b] : steps;
    SmallVector<int64_t> order;
    for (int64_t t = 0; t < std::min(length, steps); ++t)
      order.push_back(t);
    if (reverse)
      std::reverse(order.begin(), order.end());
    return order;
  }

  /// First element of `count` numbers per hidden unit at step t of row b.
  int64_t at(int64_t t, int64_t b, int64_t count) const {
    return (t * batch + b) * count * hidden;
  }
  Row read(const Tensor &sequence, int64_t t, int64_t b, int64_t count) const {
    auto first = sequence.floats.begin() + at(t, b, count);
    return Row(first, first + count * hidden);
  }
  void write(const Row &row, Tensor &sequence, int64_t t, int64_t b,
             int64_t count) const {
    llvm::copy(row, sequence.floats.begin() + at(t, b, count));
  }

  /// Element of saved values `[slot, value of a unit, row]`, in blocks of rows.
  int64_t savedAt(int64_t slot, int64_t i, int64_t b) const {
    int64_t values = saved * hidden, first = b / kSavedRows * kSavedRows;
    int64_t rows = std::min(kSavedRows, batch - first);
    return (first * (steps + 1) + slot * rows) * values + i * rows + b - first;
  }
  /// The first `count` saved values of every unit.
  Row readSaved(const Tensor &tensor, int64_t slot, int64_t b,
                int64_t count) const {
    Row row(count * hidden);
    for (size_t i = 0; i < row.size(); ++i)
      row[i] = tensor.floats[savedAt(slot, i, b)];
    return row;
  }
  void writeSaved(const Row &row, Tensor &tensor, int64_t slot,
                  int64_t b) const {
    for (size_t i = 0; i < row.size(); ++i)
      tensor.floats[savedAt(slot, i, b)] = row[i];
  }
  /// The slot behind step t.
  int64_t slotAfter(int64_t t) const { return reverse ? steps - t : t + 1; }

  double sigmoid(double x) const {
    return hard ? std::min(std::max((x + 1) / 2, 0.0), 1.0)
                : 1 / (1 + std::exp(-x));
  }
  double tanh(double x) const {
    return hard ? std::min(std::max(x, -1.0), 1.0) : std::tanh(x);
  }
  // Derivatives, given the function's value.
  double sigmoidGrad(double y) const {
    return hard ? (y > 0 && y < 1 ? 0.5 : 0.0) : y * (1 - y);
  }
  double tanhGrad(double y) const {
    return hard ? double(std::fabs(y) < 1) : 1 - y * y;
  }
};
} // namespace

static double quantizeState(QuantizerAttr quantizer, double x) {
  if (!quantizer)
    return x;
  return fakeQuantize(static_cast<float>(x), quantizer.getScaleOf(0),
                      quantizer.getZeroPointOf(0), specOf(quantizer));
}

static double surrogateOfState(QuantizerAttr quantizer, double x) {
  bool isWindow = quantizer && quantizer.getSurrogate() == Surrogate::HardTanh;
  return isWindow ? double(std::fabs(x) <= 1) : 1.0;
}

/// weights * h.
static Row multiplyWeights(const Layer &layer, const Row &h) {
  Row product(layer.gates * layer.hidden);
  for (size_t i = 0; i < product.size(); ++i)
    for (int64_t j = 0; j < layer.hidden; ++j)
      product[i] += layer.weights.floats[i * layer.hidden + j] * h[j];
  return product;
}

//===----------------------------------------------------------------------===//
// Forward
//===----------------------------------------------------------------------===//

namespace {
/// One unit of a cell: from its gates' sums `p` and `r` and its states to the
/// new states; `saved` gets these and what else the gradient needs.
struct UnitStep {
  const Layer &layer;
  int64_t j;
  const Row &p, &r;

  double sum(int64_t gate) const {
    return p[gate * layer.hidden + j] + r[gate * layer.hidden + j];
  }
  double hidden(double raw) const {
    return quantizeState(layer.hiddenQuantizer, raw);
  }
  void save(Row &saved, ArrayRef<double> values) const {
    for (auto [k, value] : llvm::enumerate(values))
      saved[k * layer.hidden + j] = value;
  }

  void rnn(double &h, Row &saved) const {
    double y = layer.tanh(sum(0));
    h = hidden(y);
    save(saved, {h, y});
  }
  void gru(double &h, Row &saved) const {
    double z = layer.sigmoid(sum(0)), s = layer.sigmoid(sum(1));
    double recurrent = r[2 * layer.hidden + j];
    double n = layer.tanh(p[2 * layer.hidden + j] + s * recurrent);
    h = hidden((1 - z) * n + z * h);
    save(saved, {h, z, s, n, recurrent});
  }
  void lstm(double &h, double &c, Row &saved) const {
    double i = layer.sigmoid(sum(0)), o = layer.sigmoid(sum(1));
    double f = layer.sigmoid(sum(2)), g = layer.tanh(sum(3));
    c = quantizeState(layer.cellQuantizer, f * c + i * g);
    h = hidden(o * layer.tanh(c));
    save(saved, {h, c, i, o, f, g});
  }
  void run(double &h, double &c, Row &saved) const {
    if (layer.cell == RecurrentCell::RNN)
      return rnn(h, saved);
    return layer.cell == RecurrentCell::GRU ? gru(h, saved) : lstm(h, c, saved);
  }
};
} // namespace

/// Row b of the `state`-th of `states`, zeros where there are none.
static Row stateOf(Operands states, size_t state, int64_t b, int64_t hidden) {
  Row row(hidden);
  if (state < states.size())
    std::copy_n(states[state].floats.begin() + b * hidden, hidden, row.begin());
  return row;
}

/// The operands of an op's group of operands.
static Operands segment(Operands in, std::pair<unsigned, unsigned> indexSize) {
  return in.slice(indexSize.first, indexSize.second);
}

static void evaluateRecurrent(RecurrentOp op, Operands in, Results out) {
  Layer layer(op, op.getProjection(), in[1]);
  Operands bias = segment(in, op.getODSOperandIndexAndLength(2));
  Operands initial = segment(in, op.getODSOperandIndexAndLength(3));
  Operands lengths = segment(in, op.getODSOperandIndexAndLength(4));
  layer.lengths = lengths.empty() ? nullptr : &lengths[0];
  for (int64_t b = 0; b < layer.batch; ++b) {
    Row h = stateOf(initial, 0, b, layer.hidden);
    Row c = stateOf(initial, 1, b, layer.hidden);
    auto saveStates = [&](int64_t slot) {
      Row states = h;
      if (layer.cell == RecurrentCell::LSTM)
        llvm::append_range(states, c);
      layer.writeSaved(states, out[1], slot, b);
    };
    // Where the row is not walked, it keeps its states.
    SmallVector<int64_t> walk = layer.walk(b);
    int64_t walked = walk.size(), first = layer.steps - walked;
    for (int64_t slot = 0; slot <= (layer.reverse ? first : 0); ++slot)
      saveStates(slot);
    for (int64_t t : walk) {
      Row p = layer.read(in[0], t, b, layer.gates);
      Row r = multiplyWeights(layer, h), saved(layer.saved * layer.hidden);
      for (size_t i = 0; !bias.empty() && i < r.size(); ++i)
        r[i] += bias[0].floats[i];
      for (int64_t j = 0; j < layer.hidden; ++j)
        UnitStep{layer, j, p, r}.run(h[j], c[j], saved);
      layer.write(h, out[0], t, b, 1);
      layer.writeSaved(saved, out[1], layer.slotAfter(t), b);
    }
    for (int64_t slot = walked + 1; !layer.reverse && slot <= layer.steps;
         ++slot)
      saveStates(slot);
    llvm::copy(h, out[2].floats.begin() + b * layer.hidden);
    if (out.size() > 3)
      llvm::copy(c, out[3].floats.begin() + b * layer.hidden);
  }
}

//===----------------------------------------------------------------------===//
// Backward
//===----------------------------------------------------------------------===//

namespace {
/// The gradient of one unit of a cell: from that of its new hidden state (and
/// of `c`, an LSTM's new cell state) to those of its gates' sums, `p` and `r`,
/// and of the states before; of h the part that does not pass the weights.
struct UnitGrad {
  const Layer &layer;
  int64_t j;
  const Row &saved;
  Row &p, &r;

  double value(int64_t k) const { return saved[k * layer.hidden + j]; }
  void put(int64_t gate, double forInput, double forRecurrent) const {
    p[gate * layer.hidden + j] = forInput;
    r[gate * layer.hidden + j] = forRecurrent;
  }

  double rnn(double dh) const {
    dh *= surrogateOfState(layer.hiddenQuantizer, value(1));
    double sum = dh * layer.tanhGrad(value(1));
    put(0, sum, sum);
    return 0;
  }
  double gru(double dh, double before) const {
    double z = value(1), s = value(2), n = value(3), recurrent = value(4);
    dh *= surrogateOfState(layer.hiddenQuantizer, (1 - z) * n + z * before);
    double dn = dh * (1 - z) * layer.tanhGrad(n);
    double dz = dh * (before - n) * layer.sigmoidGrad(z);
    double ds = dn * recurrent * layer.sigmoidGrad(s);
    put(0, dz, dz);
    put(1, ds, ds);
    put(2, dn, dn * s);
    return dh * z;
  }
  double lstm(double dh, double &dc, double cellBefore) const {
    double i = value(2), o = value(3), f = value(4), g = value(5);
    double squashed = layer.tanh(value(1));
    dh *= surrogateOfState(layer.hiddenQuantizer, o * squashed);
    dc += dh * o * layer.tanhGrad(squashed);
    dc *= surrogateOfState(layer.cellQuantizer, f * cellBefore + i * g);
    double sums[] = {
        dc * g * layer.sigmoidGrad(i), dh * squashed * layer.sigmoidGrad(o),
        dc * cellBefore * layer.sigmoidGrad(f), dc * i * layer.tanhGrad(g)};
    for (auto [gate, sum] : llvm::enumerate(sums))
      put(gate, sum, sum);
    dc *= f;
    return 0;
  }
  double run(double dh, double &dc, double before, double cellBefore) const {
    if (layer.cell == RecurrentCell::RNN)
      return rnn(dh);
    return layer.cell == RecurrentCell::GRU ? gru(dh, before)
                                            : lstm(dh, dc, cellBefore);
  }
};

/// Sums over rows and steps.
struct WeightGrads {
  Row weights, bias;

  /// Adds the gradient `r` of the gates' sums at hidden state `h`; returns that
  /// of h.
  Row add(const Layer &layer, const Row &r, const Row &h) {
    Row dh(layer.hidden);
    for (size_t i = 0; i < r.size(); ++i) {
      bias[i] += r[i];
      for (int64_t j = 0; j < layer.hidden; ++j) {
        weights[i * layer.hidden + j] += r[i] * h[j];
        dh[j] += layer.weights.floats[i * layer.hidden + j] * r[i];
      }
    }
    return dh;
  }
};
} // namespace

static void evaluateRecurrentGrad(RecurrentGradOp op, Operands in,
                                  Results out) {
  Layer layer(op, op.getProjectionGrad(), in[0]);
  Operands grads = segment(in, op.getODSOperandIndexAndLength(2));
  Operands lastGrads = segment(in, op.getODSOperandIndexAndLength(3));
  Operands lengths = segment(in, op.getODSOperandIndexAndLength(4));
  layer.lengths = lengths.empty() ? nullptr : &lengths[0];
  const int64_t hidden = layer.hidden, truncate = op.getTruncate();
  WeightGrads sums{Row(out[1].floats.size()), Row(out[2].floats.size())};
  for (int64_t b = 0; b < layer.batch; ++b) {
    Row dh = stateOf(lastGrads, 0, b, hidden);
    Row dc = stateOf(lastGrads, 1, b, hidden);
    SmallVector<int64_t> walk = layer.walk(b);
    for (int64_t t : llvm::reverse(walk)) {
      int64_t slot = layer.slotAfter(t);
      Row states = layer.readSaved(in[1], slot - 1, b, statesOf(layer.cell));
      Row before(states.begin(), states.begin() + hidden);
      Row cellBefore(states.end() - hidden, states.end());
      Row grad(hidden);
      if (!grads.empty())
        grad = layer.read(grads[0], t, b, 1);
      Row saved = layer.readSaved(in[1], slot, b, layer.saved);
      Row p(layer.gates * hidden), r(layer.gates * hidden), direct(hidden);
      for (int64_t j = 0; j < hidden; ++j)
        direct[j] = UnitGrad{layer, j, saved, p, r}.run(
            dh[j] + grad[j], dc[j], before[j], cellBefore[j]);
      dh = sums.add(layer, r, before);
      for (int64_t j = 0; j < hidden; ++j)
        dh[j] += direct[j];
      if (truncate > 0 && t % truncate == 0) {
        dh.assign(hidden, 0);
        dc.assign(hidden, 0);
      }
      layer.write(p, out[0], t, b, layer.gates);
    }
    llvm::copy(dh, out[3].floats.begin() + b * hidden);
    if (out.size() > 4)
      llvm::copy(dc, out[4].floats.begin() + b * hidden);
  }
  llvm::copy(sums.weights, out[1].floats.begin());
  llvm::copy(sums.bias, out[2].floats.begin());
}

void qnn::attachTrainingRecurrentModels(MLIRContext *context) {
  attach<evaluateRecurrent>(context);
  attach<evaluateRecurrentGrad>(context);
}
