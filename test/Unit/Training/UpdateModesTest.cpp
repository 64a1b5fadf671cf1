//===- UpdateModesTest.cpp - Updates in the product, and separate ---------===//
//
// An update that is computed on the gradient's sums in registers gives the same
// bits as one that reads the gradient from memory.
//
//===----------------------------------------------------------------------===//

#include "mlir/Parser/Parser.h"
#include "qnn/Driver/Compile.h"
#include "qnn/Training/TrainStep.h"
#include <gtest/gtest.h>
#include <random>

using namespace mlir;
using namespace qnn;

// Rows and columns that fill no tile, a matrix in either order, weights that
// are quantized and such that are not.
static const char *const network = R"(
  func.func @net(%x: tensor<6x37xf32> {qnn.name = "x"},
      %w1: tensor<65x37xf32> {qnn.name = "w1", qnn.parameter, qnn.clip = 1.0 : f32},
      %b: tensor<65xf32> {qnn.name = "b", qnn.parameter},
      %w2: tensor<65x33xf32> {qnn.name = "w2", qnn.parameter, qnn.lr_scale = 2.0 : f32},
      %w3: tensor<3x33xf32> {qnn.name = "w3", qnn.parameter}) -> tensor<6x3xf32> {
    %q = qnn.quantize %w1 {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<65x37xf32>) -> tensor<65x37xf32>
    %0 = qnn.matmul %x, %q {transpose_rhs} : (tensor<6x37xf32>, tensor<65x37xf32>) -> tensor<6x65xf32>
    %1 = qnn.bias_add %0, %b {axis = 1 : i64} : (tensor<6x65xf32>, tensor<65xf32>) -> tensor<6x65xf32>
    %2 = qnn.tanh %1 : (tensor<6x65xf32>) -> tensor<6x65xf32>
    %3 = qnn.matmul %2, %w2 : (tensor<6x65xf32>, tensor<65x33xf32>) -> tensor<6x33xf32>
    %4 = qnn.quantize %3 {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<6x33xf32>) -> tensor<6x33xf32>
    %5 = qnn.matmul %4, %w3 {transpose_rhs} : (tensor<6x33xf32>, tensor<3x33xf32>) -> tensor<6x3xf32>
    return %5 : tensor<6x3xf32>
  })";

namespace {
struct Trained {
  std::vector<std::vector<float>> states;
  int64_t peakBytes = 0;
};
} // namespace

static Trained train(const TrainOptions &options) {
  auto context = createContext();
  auto module = parseSourceString<ModuleOp>(network, context.get());
  auto step = llvm::cantFail(createTrainStep(*module, options));
  std::mt19937 random(3);
  std::uniform_real_distribution<float> draw(-1, 1);
  for (StateView &state : step->editStates())
    if (state.isParameter)
      for (float &x : state.values())
        x = draw(random);
  Array x(ElementType::F32, {6, 37});
  std::generate_n(x.data<float>(), x.size(), [&] { return draw(random); });
  for (int64_t number = 0; number < 3; ++number)
    llvm::cantFail(step->run({x}, {0, 1, 2, 2, 1, 0}, 0.1f, number, 1));
  Trained trained;
  for (const StateView &state : step->states())
    trained.states.push_back(state.values().vec());
  trained.peakBytes = step->peakBytes();
  return trained;
}

TEST(UpdateModes, GiveTheSameBits) {
  TrainOptions all[4];
  all[0].optimizer = "sgd";
  all[0].hyper = {{"momentum", 0.9}, {"nesterov", 1}};
  all[1].hyper = {{"weight_decay", 0.01}};
  all[2].threads = 2;
  all[3].optimizer = "bop";
  for (TrainOptions options : all) {
    Trained fused = train(options);
    options.separateUpdate = true;
    Trained separate = train(options);
    EXPECT_EQ(fused.states, separate.states) << options.optimizer;
    // The gradients of matrices, which no buffer is for.
    EXPECT_LT(fused.peakBytes, separate.peakBytes);
  }
}
