//===- SurrogateTest.cpp - Gradients that are not derivatives ---*- C++ -*-===//

#include "Check.h"

#include "qnn/Arith/Surrogates.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace qnn;

static const std::vector<double> points = {-2.5, -1,   -0.75, -0.5, -0.3,
                                           -0.1, 0,    0.1,   0.25, 0.5,
                                           0.6,  0.75, 1,     1.9,  3.2};

/// d result / d x at `points` of a value that is sign(x) forward.
static std::vector<double> gradientOf(const std::string &kind,
                                      const std::string &parameters) {
  std::string attributes =
      parameters.empty() ? ""
                         : " {parameters = array<f32: " + parameters + ">}";
  auto grads = gradientsOf(
      "(%x: tensor<15xf32>) -> tensor<15xf32> {\n%s = qnn.sign %x : "
      "(tensor<15xf32>) -> tensor<15xf32>\n%0 = qnn.straight_through<" +
          kind + "> %s, %x" + attributes +
          " : (tensor<15xf32>, tensor<15xf32>) -> tensor<15xf32>\n"
          "return %0 : tensor<15xf32> }",
      {doubles({15}, points)});
  return grads.empty() ? std::vector<double>(15) : grads[0];
}

// The surrogates against differences of their primitives, away from corners.
TEST(Surrogates, DifferencesOfPrimitives) {
  struct {
    const char *kind, *parameters;
    SurrogateGradient surrogate;
  } cases[] = {
      {"identity", "", SurrogateGradient::identity()},
      {"window", "-1.125, 1.125", SurrogateGradient::window(-1.125f, 1.125f)},
      {"open_window", "0.3125, 2.0", SurrogateGradient::openWindow(0.3125f, 2)},
      {"tanh", "3.0", SurrogateGradient::tanh(3)},
      {"modified_tanh", "3.0, 2.875",
       SurrogateGradient::modifiedTanh(3, 2.875f)},
      {"approx_sign", "", SurrogateGradient::approxSign()},
      {"swish_sign", "5.0", SurrogateGradient::swishSign(5)},
      {"ir_net", "0.5, 2.0", SurrogateGradient::irNet(0.5f, 2)},
      {"leaky_tanh", "0.2", SurrogateGradient::leakyTanh(0.2f)}};
  for (auto &[kind, parameters, surrogate] : cases) {
    std::vector<double> grads = gradientOf(kind, parameters);
    for (size_t i = 0; i < points.size(); ++i) {
      double x = points[i], h = 1e-5;
      if (std::fabs(x) == 1) // corners, and the pieces of the modified tanh
        continue;
      double difference = (surrogatePrimitive(surrogate, x + h) -
                           surrogatePrimitive(surrogate, x - h)) /
                          (2 * h);
      EXPECT_NEAR(grads[i], difference, 2e-5) << kind << " at " << x;
    }
  }
}

TEST(Surrogates, ModifiedTanhVectors) {
  const std::vector<double> expected[] = {
      {0.54212, 0.0295981, 0.130395, 0.54212, 1.46075, 2.74541, 3, 2.74541,
       1.78976, 0.54212, 0.310675, 0.130395, 0.0295981, 2.74541, 0},
      {0.282603, 0.0053638, 0.0394641, 0.282603, 1.22008, 3.42256, 4, 3.42256,
       1.6799, 0.282603, 0.129535, 0.0394641, 0.0053638, 3.42256, 0},
      {0.132961, 0.000907916, 0.0110495, 0.132961, 0.903533, 3.93224, 5,
       3.93224, 1.40207, 0.132961, 0.0493302, 0.0110495, 0.000907916, 3.93224,
       0}};
  for (int k : {3, 4, 5}) {
    std::vector<double> grads =
        gradientOf("modified_tanh", std::to_string(k) + ".0, 3.0");
    for (size_t i = 0; i < points.size(); ++i)
      EXPECT_NEAR(grads[i], expected[k - 3][i], 5e-6 * (1 + expected[k - 3][i]))
          << "k = " << k << " at " << points[i];
  }
}

TEST(Surrogates, WindowsIncludeTheirBounds) {
  std::vector<double> closed = gradientOf("window", "-1.0, 1.0");
  std::vector<double> open = gradientOf("open_window", "-1.0, 1.0");
  for (size_t i = 0; i < points.size(); ++i) {
    EXPECT_EQ(closed[i], std::fabs(points[i]) <= 1);
    EXPECT_EQ(open[i], std::fabs(points[i]) < 1);
  }
}

// qnn.quantize hands on its surrogate's gradient, whatever its steps.
TEST(Surrogates, Quantizers) {
  for (const char *quantizer :
       {"bits = 1, encoding = bipolar", "bits = 2, encoding = ternary",
        "bits = 4, encoding = signed, scale = array<f32: 0.25>"})
    for (bool window : {false, true}) {
      auto grads = gradientsOf(
          llvm::formatv("(%x: tensor<15xf32>) -> tensor<15xf32> {{\n%0 = "
                        "qnn.quantize %x {{quantizer = #qnn.quantizer<{0}, "
                        "surrogate = {1}>} : (tensor<15xf32>) -> "
                        "tensor<15xf32>\nreturn %0 : tensor<15xf32> }",
                        quantizer, window ? "hard_tanh" : "straight_through")
              .str(),
          {doubles({15}, points)});
      for (size_t i = 0; i < points.size(); ++i)
        EXPECT_EQ(grads[0][i], !window || std::fabs(points[i]) <= 1);
    }
}

TEST(Surrogates, NothingFlowsToTheValue) {
  auto grads =
      gradientsOf(R"((%v: tensor<2xf32>, %x: tensor<2xf32>) -> tensor<2xf32> {
    %0 = qnn.straight_through<identity> %v, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %1 = qnn.stop_gradient %0 : (tensor<2xf32>) -> tensor<2xf32>
    %2 = qnn.mul %0, %1 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    return %2 : tensor<2xf32> })",
                  {doubles({2}, {3, 4}), doubles({2}, {5, 6})});
  EXPECT_EQ(grads[0], (std::vector<double>{0, 0}));
  EXPECT_EQ(grads[1], (std::vector<double>{3, 4}));
}

TEST(Surrogates, CustomGradients) {
  auto grads =
      gradientsOf(R"((%x: tensor<2xf32>, %a: tensor<2xf32>) -> tensor<2xf32> {
    %s = qnn.sign %x : (tensor<2xf32>) -> tensor<2xf32>
    %0 = qnn.custom_gradient %s, %x, %a : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32> {
    ^bb0(%g: tensor<2xf32>):
      %d = qnn.mul %g, %a : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
      %e = qnn.mul %g, %s : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
      qnn.yield %d, %e : tensor<2xf32>, tensor<2xf32>
    }
    return %0 : tensor<2xf32> })",
                  {doubles({2}, {-3, 4}), doubles({2}, {5, 6})});
  EXPECT_EQ(grads[0], (std::vector<double>{5, 6}));
  EXPECT_EQ(grads[1], (std::vector<double>{-1, 1}));
}

TEST(Surrogates, QuantizedStatesOfACell) {
  // h = sign(tanh(p + w h)): one step, so that only the window is left.
  auto grads = gradientsOf(
      R"((%p: tensor<1x1x2xf32>, %w: tensor<2x2xf32>) -> tensor<1x1x2xf32> {
    %0:3 = qnn.recurrent<rnn> %p, %w {hard, hidden_quantizer = #qnn.quantizer<bits = 1, encoding = bipolar, surrogate = hard_tanh>}
        : (tensor<1x1x2xf32>, tensor<2x2xf32>) -> (tensor<1x1x2xf32>, tensor<2x4x1xf32>, tensor<1x2xf32>)
    return %0#0 : tensor<1x1x2xf32> })",
      {doubles({1, 1, 2}, {0.5, 1.5}), doubles({2, 2}, {0, 0, 0, 0})});
  EXPECT_EQ(grads[0], (std::vector<double>{1, 0}));
}

TEST(Autodiff, RefusesOpsWithoutAGradient) {
  EXPECT_EQ(refusalOf(R"((%x: tensor<4xf32>) -> tensor<4xf32> {
    %0 = qnn.surrogate_grad<approx_sign> %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    return %0 : tensor<4xf32> })"),
            "'qnn.surrogate_grad' op has no gradient");
}
