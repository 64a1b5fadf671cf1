//===- BinaryConvGrid.cpp - The grid of binary convolutions ---------------===//
//
// The grid that Larq Compute Engine holds its binary convolution against:
// sizes of image and filter, channels, groups, strides, dilations, padding,
// activation, kind of output; every combination that has a result, none left
// out. Native code, made by the whole pipeline, equals the reference evaluator
// bit for bit. Cases with one image and one number of channels are compiled as
// one function of many results, with different weights.
//
//   qnn-binary-conv-grid              the whole grid (some hours)
//   qnn-binary-conv-grid --sample=N   N cases, always the same
//   --target=CPU                      for a lesser CPU than this machine's
//   -O1                               faster to compile, slower code
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Verifier.h"
#include "qnn/Dialect/QNN/IR/QNN.h"
#include "qnn/Driver/Model.h"
#include "qnn/Transforms/ModelAttributes.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include <random>

using namespace mlir;
using namespace qnn;
namespace cl = llvm::cl;

static cl::opt<int64_t> sample("sample", cl::init(0),
                               cl::desc("Run only N cases"));
static cl::opt<unsigned>
    seed("seed", cl::init(1),
         cl::desc("Seed of the sample and of all numbers"));
static cl::opt<std::string> target("target", cl::init("native"),
                                   cl::desc("Compile for this CPU"));
static cl::opt<unsigned> optLevel("O", cl::init(3), cl::Prefix,
                                  cl::desc("Optimization by LLVM, 0 to 3"));

//===----------------------------------------------------------------------===//
// The grid
//===----------------------------------------------------------------------===//

namespace {
enum class Padding { Valid, SameZero, SameOne };
enum class Output { Packed, Float, Int8 };

/// What cases of one function have in common.
struct Layer {
  int64_t size, channels, outputs, groups;
};

struct Variant {
  int64_t filterHeight, filterWidth;
  bool strided, dilated;
  Padding padding;
  bool relu;
  Output output;

  SmallVector<int64_t> strides() const {
    return strided ? SmallVector<int64_t>{2, 3} : SmallVector<int64_t>{1, 1};
  }
  SmallVector<int64_t> dilations() const {
    return dilated ? SmallVector<int64_t>{3, 2} : SmallVector<int64_t>{1, 1};
  }
};

struct Case {
  Layer layer;
  Variant variant;
};
} // namespace

static SmallVector<Layer> allLayers() {
  const std::pair<int64_t, SmallVector<int64_t>> images[] = {
      {4, {4, 8, 16, 32, 64, 128, 256}},
      {7, {4, 8, 16, 32, 64, 128, 256, 512}}};
  SmallVector<Layer> layers;
  for (const auto &[size, channelCounts] : images)
    for (int64_t channels : channelCounts)
      for (int64_t outputs : {4, 8, 12, 32, 36, 64, 68, 96, 128})
        for (int64_t groups : {1, 2, 4})
          layers.push_back({size, channels, outputs, groups});
  return layers;
}

static int64_t reachOf(int64_t taps, int64_t dilation) {
  return (taps - 1) * dilation + 1;
}

/// Without padding a window must fit into the image.
static bool hasResult(const Layer &layer, const Variant &variant) {
  SmallVector<int64_t> dilations = variant.dilations();
  return variant.padding != Padding::Valid ||
         (reachOf(variant.filterHeight, dilations[0]) <= layer.size &&
          reachOf(variant.filterWidth, dilations[1]) <= layer.size);
}

static SmallVector<Variant> allVariants(const Layer &layer) {
  const std::pair<int64_t, int64_t> filters[] = {{1, 1}, {2, 3}, {3, 3}};
  SmallVector<Variant> variants;
  for (auto [height, width] : filters)
    for (bool strided : {false, true})
      for (bool dilated : {false, true})
        for (Padding padding :
             {Padding::Valid, Padding::SameZero, Padding::SameOne})
          for (bool relu : {false, true})
            for (Output output :
                 {Output::Packed, Output::Float, Output::Int8}) {
              Variant variant = {height,  width, strided, dilated,
                                 padding, relu,  output};
              if (hasResult(layer, variant))
                variants.push_back(variant);
            }
  return variants;
}

static std::string describe(const Case &c) {
  const Variant &v = c.variant;
  const char *paddings[] = {"valid", "same, zeros", "same, ones"};
  const char *outputs[] = {"packed", "float", "int8"};
  std::string text;
  llvm::raw_string_ostream(text)
      << c.layer.size << "x" << c.layer.size << "x" << c.layer.channels
      << " to " << c.layer.outputs << ", filter " << v.filterHeight << "x"
      << v.filterWidth << ", groups " << c.layer.groups << ", strides "
      << v.strides()[0] << "x" << v.strides()[1] << ", dilation "
      << v.dilations()[0] << "x" << v.dilations()[1] << ", "
      << paddings[static_cast<int>(v.padding)]
      << (v.relu ? ", relu, " : ", no activation, ")
      << outputs[static_cast<int>(v.output)];
  return text;
}

//===----------------------------------------------------------------------===//
// Graphs
//===----------------------------------------------------------------------===//

namespace {
/// Builds the function of several variants of a layer.
class GraphBuilder {
public:
  GraphBuilder(MLIRContext *context, const Layer &layer, std::mt19937 &random)
      : b(UnknownLoc::get(context), context), layer(layer), random(random) {}

  OwningOpRef<ModuleOp> build(ArrayRef<Variant> variants);

private:
  Value buildVariant(Value input, const Variant &variant);
  Value convolve(Value input, const Variant &variant);
  Value finish(Value value, Output output);
  Value perChannel(std::initializer_list<float> choices);
  Value constant(ArrayRef<int64_t> shape, ArrayRef<float> numbers);
  QuantizerAttr quantizer(unsigned bits, Encoding encoding, float scale);

  ImplicitLocOpBuilder b;
  const Layer &layer;
  std::mt19937 &random;
};
} // namespace

QuantizerAttr GraphBuilder::quantizer(unsigned bits, Encoding encoding,
                                      float scale) {
  DenseF32ArrayAttr scales;
  if (scale != 1.0f)
    scales = b.getDenseF32ArrayAttr(scale);
  return QuantizerAttr::get(b.getContext(), bits, encoding, /*narrow=*/false,
                            RoundingMode::HalfEven, SignZero::PlusOne, scales,
                            /*zero_point=*/{}, /*axis=*/-1,
                            Surrogate::StraightThrough);
}

Value GraphBuilder::constant(ArrayRef<int64_t> shape, ArrayRef<float> numbers) {
  auto type = RankedTensorType::get(shape, b.getF32Type());
  return arith::ConstantOp::create(b, DenseElementsAttr::get(type, numbers));
}

Value GraphBuilder::perChannel(std::initializer_list<float> choices) {
  SmallVector<float> numbers;
  for (int64_t c = 0; c < layer.outputs; ++c)
    numbers.push_back(choices.begin()[random() % choices.size()]);
  return constant({layer.outputs, 1, 1}, numbers);
}

/// Own weights for each variant, so that none shares sums with another.
Value GraphBuilder::convolve(Value input, const Variant &variant) {
  SmallVector<int64_t> shape = {layer.outputs, layer.channels / layer.groups,
                                variant.filterHeight, variant.filterWidth};
  std::vector<float> weights(llvm::product_of(shape));
  for (float &weight : weights)
    weight = random() % 2 ? 1.0f : -1.0f;
  Value filter = QuantizeOp::create(b, constant(shape, weights),
                                    quantizer(1, Encoding::Bipolar, 1));
  SmallVector<int64_t> strides = variant.strides(),
                       dilations = variant.dilations(), pads(4, 0);
  int64_t taps[] = {variant.filterHeight, variant.filterWidth};
  for (int64_t d : {0, 1}) {
    if (variant.padding == Padding::Valid)
      continue;
    int64_t count = (layer.size + strides[d] - 1) / strides[d];
    int64_t total =
        std::max<int64_t>(0, (count - 1) * strides[d] +
                                 reachOf(taps[d], dilations[d]) - layer.size);
    pads[d] = total / 2;
    pads[2 + d] = total - pads[d];
  }
  PadValue padValue =
      variant.padding == Padding::SameOne ? PadValue::PlusOne : PadValue::Zero;
  return Conv2dOp::create(b, input, filter, strides, pads, dilations,
                          layer.groups, padValue);
}

/// Activation, then a factor and an offset for each channel, as in Larq. The
/// factors are whole numbers, no sum of which is a tie of a third: exact.
Value GraphBuilder::buildVariant(Value input, const Variant &variant) {
  Value value = convolve(input, variant);
  if (variant.relu)
    value = ReluOp::create(b, value);
  value = MulOp::create(b, value, perChannel({2.0f, 1.0f, -1.0f, -2.0f}));
  value = AddOp::create(b, value, perChannel({-3.0f, 0.0f, 1.0f, 5.0f}));
  return finish(value, variant.output);
}

/// Words and bytes channels last, as kernels write them.
Value GraphBuilder::finish(Value value, Output output) {
  if (output == Output::Float)
    return value;
  bool isPacked = output == Output::Packed;
  QuantizerAttr codes = isPacked ? quantizer(1, Encoding::Bipolar, 1)
                                 : quantizer(8, Encoding::Signed, 3);
  auto shape = cast<RankedTensorType>(value.getType()).getShape();
  auto type = RankedTensorType::get(shape, b.getIntegerType(isPacked ? 1 : 8));
  value = EncodeOp::create(b, type, value, codes);
  value = TransposeOp::create(b, value, ArrayRef<int64_t>{0, 2, 3, 1});
  return isPacked ? PackOp::create(b, value, codes.getCode()).getResult()
                  : value;
}

OwningOpRef<ModuleOp> GraphBuilder::build(ArrayRef<Variant> variants) {
  OwningOpRef<ModuleOp> module = ModuleOp::create(b.getLoc());
  b.setInsertionPointToStart(module->getBody());
  auto type = RankedTensorType::get({1, layer.channels, layer.size, layer.size},
                                    b.getF32Type());
  auto function = func::FuncOp::create(b, "grid", b.getFunctionType(type, {}));
  b.setInsertionPointToStart(function.addEntryBlock());
  Value input = QuantizeOp::create(b, function.getArgument(0),
                                   quantizer(1, Encoding::Bipolar, 1));
  SmallVector<Value> results;
  for (const Variant &variant : variants)
    results.push_back(buildVariant(input, variant));
  func::ReturnOp::create(b, results);
  function.setFunctionType(
      b.getFunctionType(type, ValueRange(results).getTypes()));
  function.setArgAttr(0, kNameAttr, b.getStringAttr("x"));
  for (size_t i = 0; i < results.size(); ++i)
    function.setResultAttr(i, kNameAttr,
                           b.getStringAttr("y" + std::to_string(i)));
  return module;
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

/// A random image with zeros of both signs.
static Array randomImage(const Layer &layer, std::mt19937 &random) {
  Array image(ElementType::F32, {1, layer.channels, layer.size, layer.size});
  for (int64_t i = 0, e = image.size(); i < e; ++i)
    image.data<float>()[i] = random() % 16 == 0
                                 ? (random() % 2 ? 0.0f : -0.0f)
                                 : std::normal_distribution<float>()(random);
  return image;
}

static std::vector<Array>
runOrExit(llvm::Expected<std::unique_ptr<Model>> model, const Array &image) {
  llvm::ExitOnError exitOnError("qnn-binary-conv-grid: ");
  return exitOnError(exitOnError(std::move(model))->run(image));
}

/// Runs variants of a layer; returns how many differ, and names them.
static int64_t runLayer(const Layer &layer, ArrayRef<Variant> variants) {
  auto context = createContext();
  std::mt19937 random(seed + layer.size + 10 * layer.channels +
                      10000 * layer.outputs + layer.groups);
  OwningOpRef<ModuleOp> module =
      GraphBuilder(context.get(), layer, random).build(variants);
  if (failed(verify(*module)))
    exit(1);
  Array image = randomImage(layer, random);
  std::vector<Array> expected =
      runOrExit(evaluateModule(*module, "grid"), image);
  std::vector<Array> actual =
      runOrExit(compileInProcess(*module, "grid", target, optLevel), image);
  int64_t failures = 0;
  for (auto [variant, e, a] : llvm::zip_equal(variants, expected, actual)) {
    if (e.type == a.type && e.shape == a.shape && e.bytes == a.bytes)
      continue;
    llvm::outs() << "differs: " << describe({layer, variant}) << "\n";
    ++failures;
  }
  return failures;
}

/// `count` cases; several of a layer, for what is compiled once.
static SmallVector<std::pair<Layer, SmallVector<Variant>>>
chooseSample(ArrayRef<Layer> layers, int64_t count) {
  constexpr int64_t casesOfLayer = 12;
  std::mt19937 random(seed);
  SmallVector<std::pair<Layer, SmallVector<Variant>>> chosen;
  for (int64_t left = count; left > 0;) {
    const Layer &layer = layers[random() % layers.size()];
    SmallVector<Variant> variants = allVariants(layer);
    std::shuffle(variants.begin(), variants.end(), random);
    variants.truncate(std::min(left, casesOfLayer));
    left -= variants.size();
    chosen.push_back({layer, std::move(variants)});
  }
  return chosen;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::ParseCommandLineOptions(argc, argv, "Grid of binary convolutions\n");
  SmallVector<Layer> layers = allLayers();
  SmallVector<std::pair<Layer, SmallVector<Variant>>> work;
  if (sample > 0)
    work = chooseSample(layers, sample);
  else
    for (const Layer &layer : layers)
      work.push_back({layer, allVariants(layer)});
  int64_t done = 0, failures = 0;
  for (auto [i, part] : llvm::enumerate(work)) {
    failures += runLayer(part.first, part.second);
    done += part.second.size();
    llvm::errs() << "\r" << i + 1 << " of " << work.size() << " functions, "
                 << done << " cases, " << failures << " failed" << " ";
  }
  llvm::errs() << "\n";
  llvm::outs() << done - failures << " passed, " << failures << " failed\n";
  return failures != 0;
}
