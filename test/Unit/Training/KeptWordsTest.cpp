//===- KeptWordsTest.cpp - Words of weights live from step to step --------===//
//
// The words that an update packs of what it has in registers are those of the
// weights that it stores: steps that pack the weights anew give the same bits.
// Filters that lie otherwise in the step are trained as the network says.
//
//===----------------------------------------------------------------------===//

#include "mlir/Parser/Parser.h"
#include "qnn/Driver/Compile.h"
#include "qnn/Training/TrainStep.h"
#include "llvm/Support/FormatVariadic.h"
#include <gtest/gtest.h>
#include <random>

using namespace mlir;
using namespace qnn;

static void replaceAll(std::string &text, StringRef from, int64_t number) {
  for (size_t at; (at = text.find(from)) != std::string::npos;)
    text.replace(at, from.size(), std::to_string(number));
}

namespace {
struct Network {
  std::string text;
  SmallVector<int64_t> inputShape;
};
} // namespace

// Floats and signs by signs, a matrix in either order; the second has no name.
static Network dense(int64_t inputs, int64_t units) {
  std::string text = R"(
  #plus = #qnn.quantizer<bits = 1, encoding = bipolar>
  #minus = #qnn.quantizer<bits = 1, encoding = bipolar, sign_zero = minus_one>
  func.func @net(%x: tensor<6xINxf32> {qnn.name = "x"},
      %w1: tensor<UNITSxINxf32> {qnn.name = "w1", qnn.parameter, qnn.clip = 1.0 : f32},
      %w2: tensor<UNITSxUNITSxf32> {qnn.parameter, qnn.clip = 1.0 : f32},
      %w3: tensor<3xUNITSxf32> {qnn.name = "w3", qnn.parameter}) -> tensor<6x3xf32> {
    %q1 = qnn.quantize %w1 {quantizer = #minus} : (tensor<UNITSxINxf32>) -> tensor<UNITSxINxf32>
    %0 = qnn.matmul %x, %q1 {transpose_rhs} : (tensor<6xINxf32>, tensor<UNITSxINxf32>) -> tensor<6xUNITSxf32>
    %1 = qnn.quantize %0 {quantizer = #plus} : (tensor<6xUNITSxf32>) -> tensor<6xUNITSxf32>
    %q2 = qnn.quantize %w2 {quantizer = #plus} : (tensor<UNITSxUNITSxf32>) -> tensor<UNITSxUNITSxf32>
    %2 = qnn.matmul %1, %q2 : (tensor<6xUNITSxf32>, tensor<UNITSxUNITSxf32>) -> tensor<6xUNITSxf32>
    %3 = qnn.quantize %2 {quantizer = #plus} : (tensor<6xUNITSxf32>) -> tensor<6xUNITSxf32>
    %q3 = qnn.quantize %w3 {quantizer = #minus} : (tensor<3xUNITSxf32>) -> tensor<3xUNITSxf32>
    %4 = qnn.matmul %3, %q3 {transpose_rhs} : (tensor<6xUNITSxf32>, tensor<3xUNITSxf32>) -> tensor<6x3xf32>
    return %4 : tensor<6x3xf32>
  })";
  replaceAll(text, "IN", inputs);
  replaceAll(text, "UNITS", units);
  return {text, {6, inputs}};
}

// Signs of floats, and floats, by filters of signs, with and without padding.
static Network convolutions(int64_t channels, int64_t filters) {
  std::string text = R"(
  #plus = #qnn.quantizer<bits = 1, encoding = bipolar>
  func.func @net(%x: tensor<6xINx5x5xf32> {qnn.name = "x"},
      %w1: tensor<OUTxINx3x3xf32> {qnn.name = "w1", qnn.parameter, qnn.clip = 1.0 : f32},
      %w2: tensor<OUTxOUTx2x2xf32> {qnn.parameter, qnn.clip = 1.0 : f32},
      %w3: tensor<3xOUTx1x1xf32> {qnn.name = "w3", qnn.parameter}) -> tensor<6x3xf32> {
    %q1 = qnn.quantize %w1 {quantizer = #plus} : (tensor<OUTxINx3x3xf32>) -> tensor<OUTxINx3x3xf32>
    %0 = qnn.conv2d %x, %q1 {pads = array<i64: 1, 1, 1, 1>} : (tensor<6xINx5x5xf32>, tensor<OUTxINx3x3xf32>) -> tensor<6xOUTx5x5xf32>
    %1 = qnn.quantize %0 {quantizer = #plus} : (tensor<6xOUTx5x5xf32>) -> tensor<6xOUTx5x5xf32>
    %q2 = qnn.quantize %w2 {quantizer = #plus} : (tensor<OUTxOUTx2x2xf32>) -> tensor<OUTxOUTx2x2xf32>
    %2 = qnn.conv2d %1, %q2 {strides = array<i64: 2, 2>, pads = array<i64: 1, 0, 0, 1>} : (tensor<6xOUTx5x5xf32>, tensor<OUTxOUTx2x2xf32>) -> tensor<6xOUTx3x3xf32>
    %3 = qnn.quantize %2 {quantizer = #plus} : (tensor<6xOUTx3x3xf32>) -> tensor<6xOUTx3x3xf32>
    %q3 = qnn.quantize %w3 {quantizer = #plus} : (tensor<3xOUTx1x1xf32>) -> tensor<3xOUTx1x1xf32>
    %4 = qnn.conv2d %3, %q3 : (tensor<6xOUTx3x3xf32>, tensor<3xOUTx1x1xf32>) -> tensor<6x3x3x3xf32>
    %5 = qnn.reduce %4 {axes = array<i64: 2, 3>, kind = #qnn.reduce_kind<sum>} : (tensor<6x3x3x3xf32>) -> tensor<6x3xf32>
    return %5 : tensor<6x3xf32>
  })";
  replaceAll(text, "IN", channels);
  replaceAll(text, "OUT", filters);
  return {text, {6, channels, 5, 5}};
}

namespace {
using States = std::vector<std::vector<float>>;

class Training {
public:
  using Create = decltype(createTrainStep);

  Training(const Network &network, const TrainOptions &options,
           Create &create = createTrainStep)
      : context(createContext()), inputShape(network.inputShape) {
    auto module = parseSourceString<ModuleOp>(network.text, context.get());
    step = llvm::cantFail(create(*module, options));
  }

  /// Many are 0, or so small that their signs change.
  void begin() {
    std::mt19937 random(3);
    std::uniform_int_distribution<int> draw(-4, 4);
    for (StateView &state : step->editStates())
      for (float &x : state.values())
        x = state.isParameter ? draw(random) / 8.0f : 0.0f;
  }

  void run(int64_t number) {
    std::mt19937 random(number);
    std::uniform_int_distribution<int> draw(-32, 32);
    Array x(ElementType::F32, inputShape);
    std::generate_n(x.data<float>(), x.size(),
                    [&] { return draw(random) / 32.0f; });
    llvm::cantFail(step->run({x}, {0, 1, 2, 2, 1, 0}, 0.1f, number, 1));
  }

  States states() const {
    States all;
    for (const StateView &state : step->states())
      all.push_back(state.values().vec());
    return all;
  }

  std::unique_ptr<MLIRContext> context;
  std::unique_ptr<TrainStep> step;
  SmallVector<int64_t> inputShape;
};
} // namespace

static void expectSameBits(const Network &network,
                           const TrainOptions &options) {
  SCOPED_TRACE(llvm::formatv("{0} {1} threads {2}", network.text,
                             options.optimizer, options.threads)
                   .str());
  Training training(network, options);
  training.begin();
  std::vector<States> kept{training.states()};
  for (int64_t number = 0; number < 4; ++number) {
    training.run(number);
    kept.push_back(training.states());
    ASSERT_NE(kept[number + 1], kept[number]);
  }
  training.begin();
  for (int64_t number = 0; number < 4; ++number) {
    // As after a checkpoint was read.
    (void)training.step->editStates();
    training.run(number);
    ASSERT_EQ(training.states(), kept[number + 1]) << number;
  }
}

TEST(KeptWords, AreThoseOfTheWeights) {
  TrainOptions one, two;
  two.threads = 2;
  expectSameBits(dense(1, 33), one);
  expectSameBits(dense(31, 32), two);
  expectSameBits(dense(32, 31), one);
  expectSameBits(dense(33, 65), two);
  expectSameBits(dense(97, 40), one);
}

TEST(KeptWords, OfEachOptimizerAndMode) {
  for (const char *optimizer :
       {"sgd", "adamw", "adamax", "shift_adamax", "rmsprop", "bop"}) {
    TrainOptions options;
    options.optimizer = optimizer;
    expectSameBits(dense(33, 64), options);
  }
  TrainOptions separate, clipped;
  separate.separateUpdate = true;
  expectSameBits(dense(33, 64), separate);
  clipped.clipNorm = 0.5;
  expectSameBits(dense(33, 64), clipped);
}

TEST(KeptWords, OfFilters) {
  TrainOptions one, two, separate;
  two.threads = 2;
  separate.separateUpdate = true;
  expectSameBits(convolutions(31, 32), one);
  expectSameBits(convolutions(32, 64), two);
  expectSameBits(convolutions(64, 33), one);
  expectSameBits(convolutions(96, 96), two);
  expectSameBits(convolutions(64, 64), separate);
}

TEST(KeptWords, FiltersAreThoseOfTheNetwork) {
  TrainOptions options;
  options.optimizer = "sgd";
  for (int64_t channels : {32, 64}) {
    Network network = convolutions(channels, 64);
    Training native(network, options);
    Training reference(network, options, createReferenceTrainStep);
    native.begin();
    reference.begin();
    // Sums are exact in the first step: no sign can differ.
    native.run(0);
    reference.run(0);
    for (auto [got, wanted] :
         llvm::zip_equal(native.states(), reference.states()))
      for (auto [x, y] : llvm::zip_equal(got, wanted))
        ASSERT_NEAR(x, y, 1e-5) << channels;
  }
}
