//===- InitialValues.cpp - How parameters begin -------------------------===//

#include "qnn/Training/InitialValues.h"
#include "qnn/Arith/Philox.h"
#include "qnn/Reference/Tensor.h"
#include "qnn/Support/Files.h"
#include "qnn/Training/Batches.h"
#include "qnn/Training/BuildModel.h"
#include "qnn/Training/Calibrate.h"
#include "qnn/Training/ModelForm.h"
#include "qnn/Transforms/ModelAttributes.h"
#include <cmath>

using namespace mlir;
using namespace qnn;

/// Standard normal numbers from pairs of words (Box and Muller), in f64.
static double normal(uint32_t a, uint32_t b) {
  constexpr double pi = 3.14159265358979323846;
  double radius = std::sqrt(-2 * std::log((a + 1.0) / 4294967296.0));
  return radius * std::cos(2 * pi * b / 4294967296.0);
}

namespace {
struct Fans {
  double in = 1, out = 1;
  explicit Fans(ArrayRef<int64_t> shape) {
    double taps = 1;
    for (int64_t dim : shape.drop_front(std::min<size_t>(2, shape.size())))
      taps *= dim;
    in = taps * (shape.size() > 1 ? shape[1] : 1);
    out = taps * (shape.empty() ? 1 : shape[0]);
  }
};
} // namespace

/// Bound of a uniform distribution, or deviation of a normal one, by name.
static std::optional<double> spread(StringRef init, const Fans &fans) {
  double argument;
  auto parse = [&](StringRef name) {
    return init.consume_front(name) && init.consume_front("(") &&
           init.consume_back(")") && !init.getAsDouble(argument);
  };
  if (init == "glorot_uniform")
    return std::sqrt(6 / (fans.in + fans.out));
  if (init == "glorot_normal")
    return std::sqrt(2 / (fans.in + fans.out));
  if (init == "he_uniform")
    return std::sqrt(6 / fans.in);
  if (init == "he_normal")
    return std::sqrt(2 / fans.in);
  if (parse("uniform") || parse("normal") || parse("constant"))
    return argument;
  return std::nullopt;
}

/// `forget_gates(x)`: x in the third quarter of an LSTM's bias, else 0.
static bool fillForgetGates(StringRef init, MutableArrayRef<float> values) {
  double number;
  if (!init.consume_front("forget_gates(") || !init.consume_back(")") ||
      init.getAsDouble(number) || values.size() % 4 != 0)
    return false;
  size_t units = values.size() / 4;
  llvm::fill(values, 0.0f);
  llvm::fill(values.slice(2 * units, units), static_cast<float>(number));
  return true;
}

/// `values(1, 2, 3)`: a number for each element.
static llvm::Error fillListed(StringRef init, StateView &state) {
  SmallVector<StringRef> parts;
  init.drop_front(strlen("values(")).drop_back().split(parts, ',');
  if (int64_t(parts.size()) != state.size())
    return makeError("parameter '" + state.name +
                     "': " + llvm::Twine(parts.size()) + " values for " +
                     llvm::Twine(state.size()) + " elements");
  for (auto [i, part] : llvm::enumerate(parts)) {
    double number;
    if (part.trim().getAsDouble(number))
      return makeError("parameter '" + state.name + "': '" + part +
                       "' is not a number");
    state.values()[i] = number;
  }
  return llvm::Error::success();
}

llvm::Error qnn::fillInitial(StringRef init, uint64_t seed, uint32_t number,
                             StateView &state) {
  MutableArrayRef<float> values = state.values();
  if (init == "zeros" || init == "ones") {
    llvm::fill(values, init == "ones");
    return llvm::Error::success();
  }
  if (fillForgetGates(init, values))
    return llvm::Error::success();
  if (init == kFromData) { // until calibration
    llvm::fill(values, 1);
    return llvm::Error::success();
  }
  if (init.starts_with("values("))
    return fillListed(init, state);
  std::optional<double> size = spread(init, Fans(state.shape));
  if (!size)
    return makeError("parameter '" + state.name + "': unknown init '" + init +
                     "'");
  if (init.starts_with("constant")) {
    llvm::fill(values, *size);
    return llvm::Error::success();
  }
  RandomStream stream{seed, 0, kInitialStream + number};
  bool isNormal = init.contains("normal");
  std::vector<uint32_t> words = stream.words(values.size() * (1 + isNormal));
  for (auto [i, value] : llvm::enumerate(values))
    value = *size * (isNormal ? normal(words[2 * i], words[2 * i + 1])
                              : uniform11(words[i]));
  return llvm::Error::success();
}

/// The arguments of the model's function by their names.
static llvm::StringMap<DictionaryAttr> argumentAttributes(ModuleOp model) {
  llvm::StringMap<DictionaryAttr> result;
  func::FuncOp function = entryOf(model);
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (auto name = function.getArgAttrOfType<StringAttr>(i, kNameAttr))
      result[name] = function.getArgAttrDict(i);
  return result;
}

llvm::Error qnn::initialize(ModuleOp model, TrainStep &step, uint64_t seed) {
  llvm::StringMap<DictionaryAttr> arguments = argumentAttributes(model);
  for (auto [i, state] : llvm::enumerate(step.editStates())) {
    DictionaryAttr attributes = arguments.lookup(state.name);
    if (!attributes)
      continue;
    if (auto value = attributes.getAs<ElementsAttr>(kValueAttr)) {
      Tensor tensor = Tensor::fromAttr(value);
      llvm::copy(tensor.floats, state.values().begin());
    } else if (auto init = attributes.getAs<StringAttr>(kInitAttr)) {
      if (llvm::Error error = fillInitial(init, seed, i, state))
        return error;
    }
  }
  return llvm::Error::success();
}
