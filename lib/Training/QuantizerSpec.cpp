//===- QuantizerSpec.cpp - Quantizers by name ---------------------------===//
//
// A quantizer in a description is a name or a table:
//   weights = "sign"
//   quantize = { method = "linear", bits = 2, surrogate = "hard_tanh" }
//
//===----------------------------------------------------------------------===//

#include "LayerBuilder.h"

using namespace mlir;
using namespace qnn;

namespace {
struct Grid {
  unsigned bits = 1;
  Encoding encoding = Encoding::Bipolar;
  bool narrow = false;
  SignZero zero = SignZero::PlusOne;
  float scale = 1, zeroPoint = 0;
};
} // namespace

/// Seed 2's q(x, a, n) with a = 2^bits - 1: the odd integers from -a to a; the
/// tie at 0 is -1 for one bit.
static Grid oddIntegers(unsigned bits) {
  Grid grid{bits};
  grid.zero = SignZero::MinusOne;
  if (bits == 1)
    return grid;
  grid.encoding = Encoding::Unsigned;
  grid.scale = 2;
  grid.zeroPoint = ((1 << bits) - 1) * 0.5f;
  return grid;
}

static Grid readGrid(Fields &fields, StringRef method) {
  if (method == "sign") {
    Grid grid;
    int64_t zero = fields.integer("zero", 1, -1, 1);
    grid.zero = zero > 0   ? SignZero::PlusOne
                : zero < 0 ? SignZero::MinusOne
                           : SignZero::Zero;
    grid.scale = fields.number("scale", 1);
    return grid;
  }
  int64_t bits = fields.integer("bits", 8, 1, 32);
  if (bits > 8)
    return {32};
  if (method == "odd")
    return oddIntegers(bits);
  bool isSigned = fields.flag("signed", true);
  float otherwise =
      isSigned ? std::ldexp(1.0f, 1 - bits) : 1.0f / ((1 << bits) - 1);
  Grid grid{unsigned(bits), isSigned ? Encoding::Signed : Encoding::Unsigned};
  grid.scale = fields.number("scale", otherwise);
  grid.narrow = fields.flag("narrow", false);
  return grid;
}

/// The quantizer that `spec` describes; null for none.
QuantizerAttr LayerBuilder::quantizerAttr(const llvm::json::Value *spec,
                                          StringRef role) {
  if (!spec)
    return {};
  llvm::json::Object table;
  if (auto *object = spec->getAsObject())
    table = *object;
  else if (auto name = spec->getAsString())
    table["method"] = *name;
  Fields fields(table, llvm::Twine(place) + "." + role);
  std::string method =
      fields.choice("method", {"none", "sign", "odd", "linear"});
  if (method == "none")
    return {};
  Grid grid = readGrid(fields, method);
  // Latent weights are clipped instead (BinaryConnect, BinaryNet).
  bool isWeight = role == "weights";
  std::string surrogate = fields.choice(
      "surrogate", isWeight
                       ? ArrayRef<StringRef>{"straight_through", "hard_tanh"}
                       : ArrayRef<StringRef>{"hard_tanh", "straight_through"});
  fields.finish();
  if (grid.bits == 32)
    return {};
  auto numbers = [&](float number, float missing) {
    return number == missing ? DenseF32ArrayAttr()
                             : builder.getDenseF32ArrayAttr(number);
  };
  return QuantizerAttr::get(builder.getContext(), grid.bits, grid.encoding,
                            grid.narrow, RoundingMode::HalfEven, grid.zero,
                            numbers(grid.scale, 1), numbers(grid.zeroPoint, 0),
                            -1, *symbolizeSurrogate(surrogate));
}

Value LayerBuilder::quantize(const llvm::json::Value *spec, Value value,
                             StringRef role) {
  QuantizerAttr quantizer = quantizerAttr(spec, role);
  if (!quantizer)
    return value;
  return create<QuantizeOp>(
      value, [&](auto &properties) { properties.quantizer = quantizer; });
}
