//===- RecurrentLayers.cpp - embedding, rnn, gru, lstm, dropout ---------===//

#include "LayerBuilder.h"
#include "qnn/Dialect/QNN/IR/Training.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace qnn;

static Value dropout(LayerBuilder &b, Fields &fields, StringRef key,
                     Value input) {
  double rate = fields.number(key, 0);
  if (!(rate >= 0 && rate < 1))
    b.fail("expected a number from 0 to less than 1");
  if (rate == 0)
    return input;
  int64_t id = b.nextRandomId();
  return b.create<DropoutOp>(input, [&](auto &properties) {
    properties.rate = b.getBuilder().getF32FloatAttr(rate);
    properties.id = b.getBuilder().getI64IntegerAttr(id);
  });
}

/// Rows of a table for indices `[batch, steps]`.
static Value embedding(LayerBuilder &b, Fields &fields, StringRef key,
                       Value input) {
  int64_t width = fields.integer(key, 0, 1);
  int64_t words = fields.integer("words", 0, 1);
  auto type = cast<RankedTensorType>(input.getType());
  if (!type.getElementType().isInteger(64))
    b.fail("expected indices as input (input_type = \"index\")");
  Value table = b.parameter(
      {"table", {words, width}, fields.text("init", "uniform(0.05)")});
  return b.create<GatherOp>({table, input});
}

static Value transpose(LayerBuilder &b, Value value,
                       ArrayRef<int64_t> permutation) {
  return b.create<TransposeOp>(value, [&](auto &properties) {
    properties.permutation = b.getBuilder().getDenseI64ArrayAttr(permutation);
  });
}

/// How the bias of the input's side begins. `forget_bias` is that of an LSTM's
/// forget gates: where it is positive, cells remember at first.
static std::string biasInit(LayerBuilder &b, Fields &fields,
                            RecurrentCell cell) {
  double forget = fields.number("forget_bias", 0);
  if (forget == 0)
    return "zeros";
  if (cell != RecurrentCell::LSTM)
    b.fail("forget_bias: only an lstm has forget gates");
  return llvm::formatv("forget_gates({0:e})", forget);
}

/// One layer over the steps of `[batch, steps, width]`. The result is the last
/// hidden state `[batch, units]`, or with `sequences` all `[batch, steps,
/// units]`. `recurrent_weights` quantizes the weights of the hidden state,
/// which are quantized as those of the input where it is missing.
template <RecurrentCell cell>
static Value recurrent(LayerBuilder &b, Fields &fields, StringRef key,
                       Value input) {
  int64_t units = fields.integer(key, 0, 1), gates = gatesOf(cell);
  if (shapeOf(input).size() != 3)
    b.fail("expected sequences [steps, width] as input");
  const llvm::json::Value *quantizer = fields.take("weights");
  const llvm::json::Value *recurrentQuantizer =
      fields.take("recurrent_weights");
  double clip = fields.number("clip", 0);
  int64_t width = shapeOf(input)[2];
  auto weight = [&](StringRef name, int64_t inputs, StringRef init,
                    const llvm::json::Value *quantizer, StringRef role) {
    ParameterSpec spec{name, {gates * units, inputs}, init.str()};
    spec.clip = clip;
    return b.quantize(quantizer, b.parameter(spec), role);
  };
  Value wx =
      weight("input_weight", width, fields.text("init", "glorot_uniform"),
             quantizer, "weights");
  Value wh =
      weight("recurrent_weight", units,
             fields.text("recurrent_init", "glorot_uniform"),
             recurrentQuantizer ? recurrentQuantizer : quantizer, "weights");
  Value x = transpose(b, input, {1, 0, 2});
  Value projection = b.create<MatmulOp>({x, wx}, [&](auto &properties) {
    properties.transpose_rhs = b.getBuilder().getUnitAttr();
  });
  projection =
      b.biasAdd(projection, fields, true, 2, biasInit(b, fields, cell));
  auto hidden = b.quantizerAttr(fields.take("hidden"), "hidden");
  auto state = b.quantizerAttr(fields.take("cell"), "cell");
  bool hard = fields.flag("hard", false);
  int64_t truncate = fields.integer("truncate", 0);
  auto results =
      b.createAll<RecurrentOp>({projection, wh}, [&](auto &properties) {
        Builder &builder = b.getBuilder();
        properties.cell = cell;
        properties.hard = hard ? builder.getUnitAttr() : UnitAttr();
        properties.hidden_quantizer = hidden;
        properties.cell_quantizer = state;
        properties.truncate = builder.getI64IntegerAttr(truncate);
        properties.operandSegmentSizes = {1, 1, 0, 0, 0};
      });
  if (fields.flag("sequences", false))
    return transpose(b, results[0], {1, 0, 2});
  return results[2];
}

void qnn::addRecurrentLayers(LayerTable &table) {
  table["dropout"] = dropout;
  table["embedding"] = embedding;
  table["gru"] = recurrent<RecurrentCell::GRU>;
  table["lstm"] = recurrent<RecurrentCell::LSTM>;
  table["rnn"] = recurrent<RecurrentCell::RNN>;
}
