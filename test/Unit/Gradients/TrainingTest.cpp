//===- TrainingTest.cpp - Gradients of the training ops ---------*- C++ -*-===//

#include "Check.h"

#include "llvm/Support/FormatVariadic.h"

TEST(TrainingGradients, BatchNorm) {
  for (const char *shape : {"4x3", "2x3x2x2", "3x3x1"})
    checkGradient(
        llvm::formatv("(%x: tensor<{0}xf32>, %s: tensor<3xf32>, %b: "
                      "tensor<3xf32>) -> tensor<{0}xf32> {{\n"
                      "%0:4 = qnn.batch_norm_train %x, %s, %b {{epsilon = "
                      "1.0e-2 : f32} : (tensor<{0}xf32>, tensor<3xf32>, "
                      "tensor<3xf32>) -> (tensor<{0}xf32>, tensor<3xf32>, "
                      "tensor<3xf32>, tensor<3xf32>)\n"
                      "return %0#0 : tensor<{0}xf32> }",
                      shape)
            .str());
}

// Courbariaux et al. as in their program, by hand: x = 1, 3, 2, 6 has mean 3,
// c = -2, 0, -1, 3; ap2(c) = -2, 0, -1, 4 (log2 3 is 1.58), variance
// (4 + 0 + 1 + 12) / 4 = 4.25, 1 / sqrt(4.25) = 0.485, s = 0.5, ap2(3) = 4.
// With g = 1, 0, 0, 0: mean g = 1/4, mean ap2(c) g = -1/2, dx = (g - 1/4 +
// ap2(c) / 2 / 4) * 0.5 * 4.
TEST(TrainingGradients, ShiftBatchNorm) {
  auto grads = gradientsOf(
      R"((%x: tensor<4x1xf32>, %s: tensor<1xf32>, %b: tensor<1xf32>) -> tensor<1x1xf32> {
        %0:4 = qnn.batch_norm_train %x, %s, %b {epsilon = 0.0 : f32, shift} : (tensor<4x1xf32>, tensor<1xf32>, tensor<1xf32>)
            -> (tensor<4x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>)
        %1 = qnn.slice %0#0 {offsets = array<i64: 0, 0>, sizes = array<i64: 1, 1>, steps = array<i64: 1, 1>} : (tensor<4x1xf32>) -> tensor<1x1xf32>
        return %1 : tensor<1x1xf32> })",
      {doubles({4, 1}, {1, 3, 2, 6}), doubles({1}, {3}), doubles({1}, {7})});
  EXPECT_EQ(grads[0], (std::vector<double>{1, -0.5, -0.75, 0.5}));
  EXPECT_EQ(grads[1], std::vector<double>{-1});
  EXPECT_EQ(grads[2], std::vector<double>{1});
}

// TinyModel's: autograd through the formula, powers of two being constants.
TEST(TrainingGradients, PowersOfTwoAreConstants) {
  auto grads = gradientsOf(R"((%x: tensor<2xf32>) -> tensor<2xf32> {
    %0 = qnn.ap2 %x : (tensor<2xf32>) -> tensor<2xf32>
    %1 = qnn.mul %x, %0 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    return %1 : tensor<2xf32> })",
                           {doubles({2}, {3, -0.75})});
  EXPECT_EQ(grads[0], (std::vector<double>{4, -1}));
}

TEST(TrainingGradients, Losses) {
  checkGradient(R"((%z: tensor<4x3xf32>, %l: tensor<4xi64>) -> tensor<f32> {
    %0 = qnn.softmax_cross_entropy %z, %l : (tensor<4x3xf32>, tensor<4xi64>) -> tensor<f32>
    return %0 : tensor<f32> })");
  // Labels 0, 1, 2, 3, of which 3 is none.
  checkGradient(R"((%z: tensor<4x3xf32>, %l: tensor<4xi64>) -> tensor<f32> {
    %0 = qnn.softmax_cross_entropy %z, %l : (tensor<4x3xf32>, tensor<4xi64>) -> tensor<f32>
    return %0 : tensor<f32> })",
                {}, 4);
  checkGradient(R"((%z: tensor<2x3xf32>, %p: tensor<2x3xf32>) -> tensor<f32> {
    %c = qnn.stop_gradient %p : (tensor<2x3xf32>) -> tensor<2x3xf32>
    %t = arith.constant dense<[[0.1, 0.7, 0.2], [0.5, 0.0, 0.25]]> : tensor<2x3xf32>
    %0 = qnn.softmax_cross_entropy %z, %t : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<f32>
    return %0 : tensor<f32> })");
  checkGradient(R"((%z: tensor<3x2xf32>) -> tensor<f32> {
    %t = arith.constant dense<[[0.0, 1.0], [1.0, 1.0], [0.25, 0.5]]> : tensor<3x2xf32>
    %0 = qnn.sigmoid_cross_entropy %z, %t : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<f32>
    return %0 : tensor<f32> })",
                {-3, 3});
}

TEST(TrainingGradients, RowsAndBroadcast) {
  checkGradient(
      R"((%t: tensor<3x2xf32>, %i: tensor<2x4xi64>) -> tensor<2x4x2xf32> {
    %0 = qnn.gather %t, %i : (tensor<3x2xf32>, tensor<2x4xi64>) -> tensor<2x4x2xf32>
    return %0 : tensor<2x4x2xf32> })");
  checkGradient(R"((%x: tensor<3x1xf32>) -> tensor<2x3x4xf32> {
    %0 = qnn.broadcast %x : (tensor<3x1xf32>) -> tensor<2x3x4xf32>
    return %0 : tensor<2x3x4xf32> })");
}

TEST(TrainingGradients, Dropout) {
  checkGradient(R"((%x: tensor<5x7xf32>, %k: tensor<2xi64>) -> tensor<5x7xf32> {
    %0 = qnn.dropout %x, %k {rate = 0.4 : f32, id = 1 : i64} : (tensor<5x7xf32>, tensor<2xi64>) -> tensor<5x7xf32>
    return %0 : tensor<5x7xf32> })");
  checkGradient(R"((%x: tensor<3xf32>) -> tensor<3xf32> {
    %0 = qnn.dropout %x {rate = 0.4 : f32, id = 1 : i64} : (tensor<3xf32>) -> tensor<3xf32>
    return %0 : tensor<3xf32> })");
}

//===----------------------------------------------------------------------===//
// Recurrent layers
//===----------------------------------------------------------------------===//

struct RecurrentCase {
  const char *cell;
  int gates, saved, states;
};
static const RecurrentCase cells[] = {
    {"rnn", 1, 2, 1}, {"gru", 3, 5, 1}, {"lstm", 4, 6, 2}};

/// All results of a layer of 3 units over 4 steps of 2 rows; `groups` are
/// operand groups behind projection and weights.
static std::string layer(const RecurrentCase &c, const char *attributes,
                         bool initial, bool lengths) {
  std::string gated = std::to_string(c.gates * 3);
  std::string p = "tensor<4x2x" + gated + "xf32>";
  std::string w = "tensor<" + gated + "x3xf32>",
              b = "tensor<" + gated + "xf32>";
  std::string state = "tensor<2x3xf32>", y = "tensor<4x2x3xf32>";
  std::string saved = "tensor<5x" + std::to_string(c.saved * 3) + "x2xf32>";
  std::string arguments = "%p: " + p + ", %w: " + w + ", %b: " + b;
  std::string operands = p + ", " + w + ", " + b;
  std::string groups = "bias(%b)", results = y + ", " + saved, last;
  for (int i = 0; i < c.states; ++i) {
    results += ", " + state;
    last += ", %0#" + std::to_string(2 + i);
    if (!initial)
      continue;
    std::string name = "%s" + std::to_string(i);
    arguments += ", " + name + ": " + state;
    operands += ", " + state;
    groups += (i ? ", " : " initial(") + name + (i + 1 == c.states ? ")" : "");
  }
  if (lengths) {
    arguments += ", %n: tensor<2xi64>";
    operands += ", tensor<2xi64>";
    groups += " lengths(%n)";
  }
  std::string types = y;
  for (int i = 0; i < c.states; ++i)
    types += ", " + state;
  return "(" + arguments + ") -> (" + types +
         ") {\n%0:" + std::to_string(2 + c.states) + " = qnn.recurrent<" +
         c.cell + "> %p, %w " + groups + " " + attributes + " : (" + operands +
         ") -> (" + results + ")\nreturn %0#0" + last + " : " + types + " }";
}

TEST(TrainingGradients, Recurrent) {
  for (const RecurrentCase &c : cells)
    for (const char *attributes : {"", "{hard}", "{reverse}"}) {
      checkGradient(layer(c, attributes, true, false));
      checkGradient(layer(c, attributes, false, false));
      checkGradient(layer(c, attributes, true, true), {}, 4); // 0 and 1 steps
    }
}

// What leaves step 2 backwards is cut off: only steps 2 and 3 see the last
// state's gradient, and none reaches the initial states.
TEST(TrainingGradients, TruncatedRecurrence) {
  for (const RecurrentCase &c : cells) {
    std::string full = layer(c, "", true, false);
    std::string cut = layer(c, "{truncate = 2 : i64}", true, false);
    std::vector<qnn::Tensor> arguments = {doubles({4, 2, c.gates * 3}, {}),
                                          doubles({c.gates * 3, 3}, {}),
                                          doubles({c.gates * 3}, {})};
    for (int i = 0; i < c.states; ++i)
      arguments.push_back(doubles({2, 3}, {}));
    for (qnn::Tensor &tensor : arguments)
      for (int64_t i = 0; i < tensor.size(); ++i)
        tensor.floats.push_back(0.3 * ((i * 7) % 5 - 2));
    auto whole = gradientsOf(full, arguments),
         parts = gradientsOf(cut, arguments);
    size_t late = 3 * 2 * c.gates * 3; // the last step is the same
    for (size_t i = late; i < whole[0].size(); ++i)
      EXPECT_EQ(parts[0][i], whole[0][i]);
    EXPECT_NE(parts[0], whole[0]);
    for (size_t state = 3; state < parts.size(); ++state)
      EXPECT_EQ(parts[state], std::vector<double>(6, 0.0));
  }
}
