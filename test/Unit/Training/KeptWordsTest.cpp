//===- KeptWordsTest.cpp - Words of weights live from step to step --------===//
//
// The words that an update packs of what it has in registers are those of the
// weights that it stores: steps that pack the weights anew give the same bits.
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

// Floats and signs by signs, a matrix in either order; the second has no name.
static std::string network(int64_t inputs, int64_t units) {
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
  return text;
}

namespace {
using States = std::vector<std::vector<float>>;

class Training {
public:
  Training(int64_t inputs, int64_t units, const TrainOptions &options)
      : context(createContext()), inputs(inputs) {
    auto module =
        parseSourceString<ModuleOp>(network(inputs, units), context.get());
    step = llvm::cantFail(createTrainStep(*module, options));
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
    std::uniform_real_distribution<float> draw(-1, 1);
    Array x(ElementType::F32, {6, inputs});
    std::generate_n(x.data<float>(), x.size(), [&] { return draw(random); });
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
  int64_t inputs;
};
} // namespace

static void expectSameBits(int64_t inputs, int64_t units,
                           const TrainOptions &options) {
  SCOPED_TRACE(llvm::formatv("{0}x{1} {2} threads {3}", units, inputs,
                             options.optimizer, options.threads)
                   .str());
  Training training(inputs, units, options);
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
  expectSameBits(1, 33, one);
  expectSameBits(31, 32, two);
  expectSameBits(32, 31, one);
  expectSameBits(33, 65, two);
  expectSameBits(97, 40, one);
}

TEST(KeptWords, OfEachOptimizerAndMode) {
  for (const char *optimizer :
       {"sgd", "adamw", "adamax", "shift_adamax", "rmsprop", "bop"}) {
    TrainOptions options;
    options.optimizer = optimizer;
    expectSameBits(33, 64, options);
  }
  TrainOptions separate, clipped;
  separate.separateUpdate = true;
  expectSameBits(33, 64, separate);
  clipped.clipNorm = 0.5;
  expectSameBits(33, 64, clipped);
}
