//===- Compare.cpp - Native code against the reference ----------*- C++ -*-===//

#include "qnn/Driver/Compare.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "qnn/Dialect/QNN/IR/QNN.h"
#include "qnn/Driver/Diagnostics.h"
#include "qnn/Support/Files.h"
#include "qnn/Transforms/ModelAttributes.h"
#include <cmath>

using namespace mlir;
using namespace qnn;

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

bool Tolerance::holds(double actual, double expected) const {
  if (actual == expected || (std::isnan(actual) && std::isnan(expected)))
    return true;
  return std::abs(actual - expected) <=
         absolute + relative * std::abs(expected);
}

std::optional<Difference> qnn::firstDifference(const Array &actual,
                                               const Array &expected,
                                               Tolerance tolerance,
                                               int64_t threads) {
  for (int64_t i = 0, e = expected.size(); i < e; ++i)
    if (!tolerance.holds(actual.at(i), expected.at(i)))
      return Difference{i, actual.at(i), expected.at(i)};
  return std::nullopt;
}

double qnn::greatestDifference(const Array &actual, const Array &expected) {
  double greatest = 0;
  for (int64_t i = 0, e = expected.size(); i < e; ++i)
    greatest = std::max(greatest, std::abs(actual.at(i) - expected.at(i)));
  return greatest;
}

std::string qnn::indexName(int64_t index, ArrayRef<int64_t> shape) {
  std::string text;
  for (int64_t dim : llvm::reverse(shape)) {
    text = std::to_string(index % dim) + (text.empty() ? "" : ", ") + text;
    index /= dim;
  }
  return "[" + text + "]";
}

const LayerComparison *Comparison::firstDifferent() const {
  auto found =
      llvm::find_if(layers, [](const auto &layer) { return layer.differs; });
  return found == layers.end() ? nullptr : &*found;
}

//===----------------------------------------------------------------------===//
// Layers as results
//===----------------------------------------------------------------------===//

/// Shape ops only move numbers, constants are no layers.
static bool isLayer(Operation *op) {
  if (op->getNumResults() != 1 || !isa<QNNDialect>(op->getDialect()))
    return false;
  return !isa<ReshapeOp, TransposeOp, ConcatOp, PadOp, SliceOp>(op) &&
         isa<RankedTensorType>(op->getResult(0).getType());
}

/// Sums that one op consumes are made in its registers: observing them would
/// change the code. Their consumer is observed.
static bool isFused(Operation *op) {
  if (!isa<IMatmulOp, IConv2dOp>(op) || !op->hasOneUse())
    return false;
  return isa<ThresholdOp, RequantizeOp>(*op->user_begin());
}

static CodeAttr codeOf(Operation *op) {
  if (auto encode = dyn_cast<EncodeOp>(op))
    return encode.getQuantizer().getCode();
  return op->getAttrOfType<CodeAttr>("code");
}

/// The numbers of a layer as floats; null where it has none.
static Value asFloats(Operation *op) {
  Value result = op->getResult(0);
  auto type = cast<RankedTensorType>(result.getType());
  if (type.getElementType().isF32())
    return result;
  if (!isa<EncodeOp, IMatmulOp, IConv2dOp, ThresholdOp, RequantizeOp,
           IMaxPool2dOp>(op))
    return {};
  OpBuilder builder(op->getContext());
  builder.setInsertionPointAfter(op);
  return DequantizeOp::create(
      builder, op->getLoc(), type.clone(builder.getF32Type()), result,
      codeOf(op), builder.getDenseF32ArrayAttr({1.0f}), DenseF32ArrayAttr(),
      /*axis=*/-1);
}

/// Makes every layer of the function a result of it, behind its own results.
static std::vector<LayerComparison> addLayerResults(func::FuncOp function) {
  std::vector<LayerComparison> layers;
  SmallVector<Operation *> ops;
  for (Operation &op : function.getBody().front())
    if (isLayer(&op) && !isFused(&op))
      ops.push_back(&op);
  Operation *terminator = function.getBody().front().getTerminator();
  SmallVector<Value> results(terminator->getOperands());
  unsigned own = results.size();
  for (Operation *op : ops) {
    bool exact = isa<IntegerType>(getElementTypeOrSelf(op->getResult(0)));
    Value floats = asFloats(op);
    if (!floats || llvm::is_contained(results, floats))
      continue;
    results.push_back(floats);
    layers.push_back(
        {nodeName(op->getLoc()), op->getName().getStringRef().str(), exact});
  }
  terminator->setOperands(results);
  function.setFunctionType(FunctionType::get(function.getContext(),
                                             function.getArgumentTypes(),
                                             terminator->getOperandTypes()));
  // The number of results changed, so their attributes are set anew.
  SmallVector<DictionaryAttr> attributes(results.size());
  OpBuilder builder(function.getContext());
  for (unsigned i = 0; i < results.size(); ++i)
    attributes[i] = builder.getDictionaryAttr(builder.getNamedAttr(
        kNameAttr,
        builder.getStringAttr(i < own ? "output" + llvm::Twine(i)
                                      : "layer" + llvm::Twine(i - own))));
  function.setAllResultAttrs(attributes);
  return layers;
}

//===----------------------------------------------------------------------===//
// Both engines side by side
//===----------------------------------------------------------------------===//

namespace {
/// One model in both engines.
struct Pair {
  OwningOpRef<ModuleOp> nativeModule, referenceModule;
  std::unique_ptr<Model> native, reference;

  llvm::Error build(ModuleOp module, StringRef path, StringRef target,
                    unsigned optLevel, std::optional<Level> reached,
                    int64_t threads, StringRef tuning) {
    nativeModule = module.clone();
    referenceModule = module.clone();
    auto compiled = compileInProcess(*nativeModule, path, target, optLevel,
                                     reached, threads, tuning);
    if (!compiled)
      return compiled.takeError();
    native = std::move(*compiled);
    auto evaluated = evaluateModule(*referenceModule, path);
    if (!evaluated)
      return evaluated.takeError();
    reference = std::move(*evaluated);
    return llvm::Error::success();
  }
};
} // namespace

/// Compares results `first` and after of a pair on one sample.
static llvm::Error compareSample(Pair &pair, ArrayRef<Array> inputs,
                                 int64_t sample, size_t first,
                                 MutableArrayRef<LayerComparison> layers,
                                 Tolerance tolerance) {
  auto native = pair.native->run(inputs);
  if (!native)
    return native.takeError();
  auto reference = pair.reference->run(inputs);
  if (!reference)
    return reference.takeError();
  for (auto [i, layer] : llvm::enumerate(layers)) {
    const Array &actual = (*native)[first + i];
    const Array &expected = (*reference)[first + i];
    layer.greatest =
        std::max(layer.greatest, greatestDifference(actual, expected));
    auto difference = firstDifference(actual, expected,
                                      layer.exact ? Tolerance() : tolerance);
    if (!difference || layer.differs)
      continue;
    layer.differs = true;
    layer.sample = sample;
    layer.where = indexName(difference->index, expected.shape);
    layer.native = difference->actual;
    layer.reference = difference->expected;
  }
  return llvm::Error::success();
}

llvm::Expected<Comparison>
qnn::compareEngines(ModuleOp module, StringRef path, StringRef target,
                    unsigned optLevel, InputSource &inputs, Tolerance tolerance,
                    int64_t threads, StringRef tuning) {
  Pair whole, layered;
  if (llvm::Error error = whole.build(module, path, target, optLevel,
                                      std::nullopt, threads, tuning))
    return std::move(error);
  OwningOpRef<ModuleOp> integer = module.clone();
  CompileOptions options;
  options.level = Level::Integer;
  options.target = target.str();
  options.tuning = tuning.str();
  if (llvm::Error error = compileModule(*integer, path, options))
    return std::move(error);
  llvm::Expected<func::FuncOp> entry = getEntry(*integer, path);
  if (!entry)
    return entry.takeError();
  size_t own = entry->getNumResults();
  Comparison comparison;
  comparison.layers = addLayerResults(*entry);
  if (llvm::Error error = layered.build(*integer, path, target, optLevel,
                                        Level::Integer, threads, tuning))
    return std::move(error);
  size_t numLayers = comparison.layers.size();
  for (const TensorInfo &output : whole.native->outputs())
    comparison.layers.push_back({output.name, "output", false});
  MutableArrayRef<LayerComparison> all(comparison.layers);
  comparison.samples = inputs.samples();
  for (int64_t i = 0; i < comparison.samples; ++i) {
    std::vector<Array> sample = inputs.read(i, 1);
    if (llvm::Error error = compareSample(layered, sample, i, own,
                                          all.take_front(numLayers), tolerance))
      return std::move(error);
    if (llvm::Error error = compareSample(whole, sample, i, 0,
                                          all.drop_front(numLayers), tolerance))
      return std::move(error);
  }
  return comparison;
}
