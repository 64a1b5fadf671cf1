//===- QuantizerSpec.cpp - Quantizers by name ---------------------------===//
//
// A quantizer in a description is a name or a table:
//   weights = "sign"
//   quantize = { method = "linear", bits = 2, surrogate = "hard_tanh" }
//
// none: the identity. sign: +1 or -1 times `scale`; `zero` is sign(0).
// linear: clip(round(x / scale), least, greatest) * scale of a code of `bits`
// bits, `signed` and `narrow` or not; scale 2^(1-bits), unsigned 1/(2^bits-1).
// grid: sign for one bit, else linear. These are qnn.quantize, also in
// training, unless they have another surrogate than its two. All other methods
// are those of qnn.train_quantize, by their names there.
//
//===----------------------------------------------------------------------===//

#include "LayerBuilder.h"
#include "qnn/Training/Calibrate.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include <cmath>

using namespace mlir;
using namespace qnn;

namespace {
struct Grid {
  unsigned bits = 1;
  Encoding encoding = Encoding::Bipolar;
  bool narrow = false;
  SignZero zero = SignZero::PlusOne;
  float scale = 1;
};
} // namespace

static Grid readGrid(Fields &fields, StringRef method) {
  bool oneBit = method == "grid" && fields.integer("bits", 1) == 1;
  if (method == "sign" || oneBit) {
    Grid grid;
    int64_t zero = fields.integer("zero", 1, -1, 1);
    grid.zero = zero > 0   ? SignZero::PlusOne
                : zero < 0 ? SignZero::MinusOne
                           : SignZero::Zero;
    grid.scale = fields.number("scale", 1);
    return grid;
  }
  int64_t bits = fields.integer("bits", 8, 1, 32);
  if (bits == 32)
    return {32};
  if (bits > 8)
    fields.fail("bits: expected 1 to 8 or 32 here");
  bool isSigned = fields.flag("signed", true);
  float otherwise =
      isSigned ? std::ldexp(1.0f, 1 - bits) : 1.0f / ((1 << bits) - 1);
  Grid grid{unsigned(bits), isSigned ? Encoding::Signed : Encoding::Unsigned};
  grid.scale = fields.number("scale", otherwise);
  grid.narrow = fields.flag("narrow", false);
  return grid;
}

/// `spec` as a table.
static llvm::json::Object tableOf(const llvm::json::Value &spec) {
  if (auto *object = spec.getAsObject())
    return *object;
  llvm::json::Object table;
  if (auto name = spec.getAsString())
    table["method"] = *name;
  return table;
}

static bool isGrid(StringRef method) {
  return method == "sign" || method == "linear" || method == "grid";
}

/// Latent weights are clipped, so by default their gradient passes everywhere
/// (BinaryConnect, BinaryNet); that of activations is hard tanh's.
static std::string defaultSurrogate(StringRef role) {
  return role == "weights" ? "straight_through" : "hard_tanh";
}

/// A grid of more bits than codes have, as a table of the method `linear`,
/// whose results are floats.
static llvm::json::Object wideGrid(Fields &fields, llvm::json::Object table,
                                   int64_t bits) {
  bool isSigned = fields.flag("signed", true);
  double least = isSigned ? -std::ldexp(1.0, bits - 1) : 0;
  double greatest = std::ldexp(1.0, isSigned ? bits - 1 : bits) - 1;
  double scale = fields.number("scale", isSigned ? std::ldexp(1.0, 1 - bits)
                                                 : 1 / greatest);
  if (fields.flag("narrow", false))
    least = isSigned ? least + 1 : least;
  table["method"] = "linear";
  table["scale"] = scale;
  table["range"] = llvm::json::Array{least * scale, greatest * scale};
  for (StringRef key : {"signed", "narrow"})
    table.erase(key);
  return table;
}

QuantizerAttr LayerBuilder::quantizerAttr(const llvm::json::Value *spec,
                                          StringRef role) {
  if (!spec)
    return {};
  llvm::json::Object table = tableOf(*spec);
  Fields fields(table, llvm::Twine(place) + "." + role);
  std::string method = fields.text("method", "sign");
  if (method == "none")
    return {};
  if (!isGrid(method))
    fields.fail("method: expected none, sign, linear or grid here, but got '" +
                llvm::Twine(method) + "'");
  Grid grid = readGrid(fields, method);
  auto surrogate =
      symbolizeSurrogate(fields.text("surrogate", defaultSurrogate(role)));
  if (!surrogate)
    fields.fail("surrogate: expected hard_tanh or straight_through here");
  fields.finish();
  if (grid.bits == 32)
    return {};
  auto scale = grid.scale == 1 ? DenseF32ArrayAttr()
                               : builder.getDenseF32ArrayAttr(grid.scale);
  return QuantizerAttr::get(builder.getContext(), grid.bits, grid.encoding,
                            grid.narrow, RoundingMode::HalfEven, grid.zero,
                            scale, {}, -1, *surrogate);
}

/// The methods by name, for messages.
static std::string methodNames() {
  std::string names = "none, grid";
  for (unsigned i = 0; auto method = symbolizeQuantizerMethod(i); ++i)
    names += (", " + stringifyQuantizerMethod(*method)).str();
  return names;
}

/// The name of a method that `name` is a misspelling of, for messages.
static std::string methodSuggestion(StringRef name) {
  SmallVector<StringRef> known = {"none", "grid"};
  for (unsigned i = 0; auto method = symbolizeQuantizerMethod(i); ++i)
    known.push_back(stringifyQuantizerMethod(*method));
  return suggestion(name, known);
}

/// All digits of a number.
static std::string exactText(double number) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.17g", number);
  return text;
}

/// How learned operand `i` of `count` begins: with `numbers`, of which each
/// operand has one, or a single operand one for each element; by itself where
/// there are none.
static std::string learnedInit(ArrayRef<double> numbers, unsigned i,
                               unsigned count, int64_t size,
                               QuantizerMethod method) {
  if (numbers.empty())
    return method == QuantizerMethod::TrainedTernary ? "ones" : kFromData.str();
  if (count > 1 || size == 1)
    return "constant(" + exactText(i < numbers.size() ? numbers[i] : 1) + ")";
  return "values(" + llvm::join(llvm::map_range(numbers, exactText), ",") + ")";
}

SmallVector<Value> LayerBuilder::learnedParameters(Fields &fields,
                                                   StringRef role,
                                                   QuantizerMethod method,
                                                   unsigned count,
                                                   int64_t size) {
  SmallVector<Value> learned;
  SmallVector<double> numbers = fields.numbers("learned");
  for (unsigned i = 0; i < count; ++i) {
    std::string name = (role + "_learned" + llvm::Twine(i)).str();
    ParameterSpec spec{
        name, {size}, learnedInit(numbers, i, count, size, method)};
    spec.rateScale = fields.number("learned_lr_scale", 1);
    // A range is observed, not trained.
    spec.isStatistic = method == QuantizerMethod::Observed;
    learned.push_back(parameter(spec));
  }
  return learned;
}

/// The surrogate that a table names, if it does, and its parameters:
/// `surrogate_parameters`, or those that follow from `k` and the range of the
/// method's levels.
static std::optional<SurrogateKind>
readSurrogate(Fields &fields, QuantizerMethod method, int64_t bits,
              SmallVectorImpl<float> &numbers) {
  for (double number : fields.numbers("surrogate_parameters"))
    numbers.push_back(number);
  float k = fields.number("k", 4);
  std::string name = fields.text("surrogate", "");
  if (name.empty())
    return std::nullopt;
  auto kind = symbolizeSurrogateKind(name == "hard_tanh" ? "window" : name);
  if (!kind)
    fields.fail("surrogate: unknown '" + llvm::Twine(name) + "'");
  if (!numbers.empty())
    return kind;
  float m = method == QuantizerMethod::Levels ? std::ldexp(1.0f, bits) - 1 : 1;
  if (*kind == SurrogateKind::Window || *kind == SurrogateKind::OpenWindow)
    numbers.append({-m, m});
  else if (*kind == SurrogateKind::Tanh)
    numbers.push_back(k);
  else if (*kind == SurrogateKind::ModifiedTanh)
    numbers.append({k, m});
  return kind;
}

Value LayerBuilder::trainQuantize(Fields &fields, QuantizerMethod method,
                                  StringRef role, Value value) {
  QuantizerRole kind = role == "weights" ? QuantizerRole::Weight
                       : fields.flag("gradient", false)
                           ? QuantizerRole::Gradient
                           : QuantizerRole::Activation;
  int64_t bits = fields.integer("bits", 1, 1, 32);
  int64_t axis = fields.integer("axis", -1, -1, 3);
  int64_t channels = axis < 0 ? 1 : shapeOf(value)[axis];
  if (method == QuantizerMethod::Observed)
    channels = 2;
  if (method == QuantizerMethod::LQNets || method == QuantizerMethod::ABCNet)
    channels *= bits;
  QuantizerNeeds needs = needsOf(method, kind, bits);
  SmallVector<Value> operands = {value};
  llvm::append_range(
      operands, learnedParameters(fields, role, method, needs.least, channels));
  if (needs.key)
    operands.push_back(randomKey());
  SmallVector<float> numbers, range;
  std::optional<SurrogateKind> surrogate =
      readSurrogate(fields, method, bits, numbers);
  for (double number : fields.numbers("range"))
    range.push_back(number);
  int64_t zero = fields.integer("zero", 1, -1, 1);
  return create<TrainQuantizeOp>(operands, [&](auto &properties) {
    properties.role = kind;
    properties.method = method;
    properties.zero = zero > 0   ? SignZero::PlusOne
                      : zero < 0 ? SignZero::MinusOne
                                 : SignZero::Zero;
    properties.surrogate = surrogate;
    properties.surrogate_parameters = builder.getDenseF32ArrayAttr(numbers);
    properties.bits = builder.getI64IntegerAttr(bits);
    properties.axis = builder.getI64IntegerAttr(axis);
    if (fields.flag("unsigned", false))
      properties.is_unsigned = builder.getUnitAttr();
    if (fields.has("scale"))
      properties.scale = builder.getF32FloatAttr(fields.number("scale", 1));
    if (!range.empty())
      properties.range = builder.getDenseF32ArrayAttr(range);
    properties.id = builder.getI64IntegerAttr(needs.key ? nextRandomId() : 0);
    properties.operandSegmentSizes = {1, int(needs.least), int(needs.key)};
  });
}

Value LayerBuilder::quantize(const llvm::json::Value *spec, Value value,
                             StringRef role) {
  if (!spec)
    return value;
  // The layer's name is its product's.
  part = role == "weights" ? ".weights" : "";
  llvm::scope_exit leave([&] { part.clear(); });
  llvm::json::Object table = tableOf(*spec);
  Fields fields(table, llvm::Twine(place) + "." + role);
  std::string method = fields.text("method", "");
  if (method == "none" || fields.integer("bits", 1, 1, 32) == 32)
    return value;
  int64_t bits = fields.integer("bits", 1, 1, 32);
  bool isWide = isGrid(method) && method != "sign" && bits > 8;
  if (isWide && !fields.has("range")) {
    llvm::json::Value linear = wideGrid(fields, table, bits);
    return quantize(&linear, value, role);
  }
  bool plainSurrogate =
      symbolizeSurrogate(fields.text("surrogate", "hard_tanh")).has_value();
  bool isPlain = !isWide && !fields.flag("gradient", false) && plainSurrogate;
  if (isGrid(method) && (isPlain || (method == "grid" && !isWide))) {
    QuantizerAttr quantizer = quantizerAttr(spec, role);
    return create<QuantizeOp>(
        value, [&](auto &properties) { properties.quantizer = quantizer; });
  }
  auto known = symbolizeQuantizerMethod(method);
  if (!known)
    fields.fail("method: expected one of " + methodNames() + ", but got '" +
                method + "'" + methodSuggestion(method));
  Value result = trainQuantize(fields, *known, role, value);
  fields.finish();
  return result;
}
