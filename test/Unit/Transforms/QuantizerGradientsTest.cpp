//===- QuantizerGradientsTest.cpp - Backward rules of methods ---*- C++ -*-===//
//
// qnn-expand-quantizers, then autodiff, against the backward rule of each
// method as its source has it.
//
//===----------------------------------------------------------------------===//

#include "../Reference/Run.h"
#include "mlir/Pass/PassManager.h"
#include "qnn/Arith/Philox.h"
#include "qnn/Arith/PowerOfTwo.h"
#include "qnn/Arith/Quantizers/Basis.h"
#include "qnn/Arith/Quantizers/Binary.h"
#include "qnn/Arith/Quantizers/Linear.h"
#include "qnn/Arith/Surrogates.h"
#include "qnn/Dialect/QNN/Gradients/Gradients.h"
#include "qnn/Dialect/QNN/Transforms/Passes.h"
#include <cmath>
#include <functional>

using namespace mlir;
using namespace qnn;

namespace {
using Floats = std::vector<float>;
constexpr int64_t rows = 4, columns = 30, count = rows * columns;

Floats drawFloats(uint64_t seed, float scale, int64_t size = count) {
  Floats x;
  for (uint32_t word : RandomStream{seed, 0, 0}.words(size))
    x.push_back(scale * uniform11(word));
  return x;
}

/// One greatest magnitude, and bounds of windows.
Floats inputs() {
  Floats x = drawFloats(5, 1.6f);
  const float special[] = {0.5f, -0.5f, 1, -1, 2.5f, -3};
  std::copy(std::begin(special), std::end(special), x.begin() + 7);
  return x;
}

Floats gradients() { return drawFloats(6, 1); }

/// Gradients of input and learned operands, in order.
using Gradients = std::vector<Floats>;

struct Rule {
  /// Between the op's name and its types.
  std::string text;
  std::function<Gradients(const Floats &x, const Floats &g)> expected;
  std::vector<Floats> learned = {};
};

/// dx = g slope(x), nothing learned.
auto slope(std::function<float(float)> f) {
  return [f](const Floats &x, const Floats &g) {
    Floats dx;
    for (int64_t i = 0; i < count; ++i)
      dx.push_back(g[i] * f(x[i]));
    return Gradients{dx};
  };
}

auto window(float low, float high) {
  return slope([=](float x) { return low <= x && x <= high; });
}

float signOfFloat(float x) { return x >= 0 ? 1.0f : -1.0f; }

ArrayRef<float> rowOf(const Floats &x, int64_t row) {
  return ArrayRef(x).slice(row * columns, columns);
}

//===----------------------------------------------------------------------===//
// Rules that need more than a slope
//===----------------------------------------------------------------------===//

Gradients xnor(const Floats &x, const Floats &g) {
  Floats dx;
  for (int64_t i = 0; i < count; ++i) {
    float alpha = meanMagnitude(rowOf(x, i / columns));
    dx.push_back(g[i] * (alpha * (std::fabs(x[i]) < 1) + 1.0f / columns));
  }
  return {dx};
}

/// y = a s(n) + b, n = (x - b) / a: da = s - s' n, db = 1 - s'.
struct Affine {
  double scale = 0, offset = 0;
  Floats direct;

  Affine(const Floats &x, const Floats &g, float a, float b,
         SurrogateGradient surrogate) {
    for (int64_t i = 0; i < count; ++i) {
      double n = (double(x[i]) - b) / a;
      double slope = surrogateDerivative(surrogate, n);
      scale += g[i] * (signOfFloat(float(n)) - slope * n);
      offset += g[i] * (1 - slope);
      direct.push_back(float(g[i] * slope));
    }
  }
};

Gradients adaBinWeight(const Floats &x, const Floats &g) {
  float mean = meanOf(x), deviation = deviationAround(x, mean);
  Affine affine(x, g, deviation, mean, SurrogateGradient::irNet(1, 1));
  Floats dx;
  for (int64_t j = 0; j < count; ++j)
    dx.push_back(float(affine.direct[j] + affine.offset / count +
                       affine.scale * (x[j] - mean) / (count * deviation)));
  return {dx};
}

Gradients adaBinActivation(const Floats &x, const Floats &g) {
  Affine affine(x, g, 0.37f, 0.2f, SurrogateGradient::approxSign());
  return {affine.direct, {float(affine.scale)}, {float(affine.offset)}};
}

/// 2 u - 1 = tanh w / M, M the magnitude of the greatest tanh.
Gradients dorefaWeightRule(const Floats &x, const Floats &g) {
  int64_t greatest = 0;
  for (int64_t i = 0; i < count; ++i)
    if (std::fabs(x[i]) > std::fabs(x[greatest]))
      greatest = i;
  double most = std::fabs(std::tanh(double(x[greatest]))), ofMost = 0;
  for (int64_t i = 0; i < count; ++i)
    ofMost -= g[i] * std::tanh(double(x[i])) / (most * most);
  Floats dx;
  for (int64_t i = 0; i < count; ++i) {
    double t = std::tanh(double(x[i]));
    double dt = g[i] / most + (i == greatest ? ofMost * signOfFloat(t) : 0);
    dx.push_back(float(dt * (1 - t * t)));
  }
  return {dx};
}

/// Their clip is behind the rounding.
float moonsSlope(float x) {
  float rounded = std::nearbyint(x * 8) / 8;
  return -1 <= rounded && rounded <= 0.875f;
}

float moonsReluSlope(float x) {
  float rounded = 2 * std::nearbyint(hardSigmoid(x) * 16) / 16 - 1;
  return std::fabs(x) <= 1 && 0 <= rounded && rounded <= 0.875f;
}

Gradients lsq(const Floats &x, const Floats &g, float step, float low,
              float high, int64_t first, int64_t size) {
  Gradients result(2);
  double sum = 0;
  for (int64_t i = first; i < first + size; ++i) {
    float q = x[i] / step;
    bool inside = low <= q && q <= high;
    result[0].push_back(inside * g[i]);
    sum += g[i] * (inside ? std::nearbyint(q) - q : q < low ? low : high);
  }
  result[1] = {float(sum / std::sqrt(double(size) * high))};
  return result;
}

Gradients lsqRows(const Floats &x, const Floats &g, const Floats &steps) {
  Gradients result(2);
  for (int64_t r = 0; r < rows; ++r) {
    Gradients row = lsq(x, g, steps[r], -4, 3, r * columns, columns);
    result[0].insert(result[0].end(), row[0].begin(), row[0].end());
    result[1].push_back(row[1][0]);
  }
  return result;
}

Gradients pactRule(const Floats &x, const Floats &g) {
  Gradients result(2);
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) {
    result[0].push_back(g[i] * (0 <= x[i] && x[i] <= 1.3f));
    sum += g[i] * (x[i] > 1.3f);
  }
  result[1] = {float(sum)};
  return result;
}

/// Threshold 0.25 * 3, scales 0.6 and 0.9.
Gradients trainedTernaryRule(const Floats &x, const Floats &g) {
  Gradients result(3);
  double positive = 0, negative = 0;
  for (int64_t i = 0; i < count; ++i) {
    bool above = x[i] > 0.75f, below = x[i] < -0.75f;
    result[0].push_back(g[i] * (above ? 0.6f : below ? 0.9f : 1));
    positive += g[i] * above;
    negative -= g[i] * below;
  }
  result[1] = {float(positive)};
  result[2] = {float(negative)};
  return result;
}

Gradients abcWeightRule(const Floats &x, const Floats &g) {
  float sum = 0;
  for (float scale : leastSquares(binaryBases(x, 3), x))
    sum += scale;
  return slope([sum](float) { return sum; })(x, g);
}

const Floats betas = {0.4f, 0.2f, 0.1f}, shifts = {0.5f, 0.1f, -0.4f};

Gradients abcActivationRule(const Floats &x, const Floats &g) {
  Gradients result = {Floats(count), Floats(3), Floats(3)};
  for (int n = 0; n < 3; ++n)
    for (int64_t i = 0; i < count; ++i) {
      float shifted = x[i] + shifts[n];
      float through = betas[n] * g[i] * (0 <= shifted && shifted <= 1);
      result[0][i] += through;
      result[1][n] += g[i] * shiftedStep(x[i], shifts[n]);
      result[2][n] += through;
    }
  return result;
}

std::vector<Rule> rules() {
  Floats steps = {0.37f, 0.2f, 0.5f, 0.9f};
  auto identity = slope([](float) { return 1; });
  return {
      {"<weight sign> %x", identity},
      {"<activation sign> %x", window(-1, 1)},
      {"<activation sign> %x surrogate(swish_sign) "
       "{surrogate_parameters = array<f32: 5.0>}",
       slope([](float x) {
         return surrogateDerivative(SurrogateGradient::swishSign(5), x);
       })},
      {"<activation magnitude_sign> %x",
       [](const Floats &x, const Floats &g) {
         float alpha = meanMagnitude(x);
         return slope([=](float v) { return alpha * (std::fabs(v) <= 1); })(x,
                                                                            g);
       }},
      {"<weight xnor> %x {axis = 0}", xnor},
      {"<weight elastic> %x", identity},
      {"<activation elastic> %x learned(%a) {is_unsigned}",
       [](const Floats &x, const Floats &g) {
         return lsq(x, g, 0.6f, 0, 1, 0, count);
       },
       {{0.6f}}},
      {"<weight adabin> %x", adaBinWeight},
      {"<activation adabin> %x learned(%a, %b)",
       adaBinActivation,
       {{0.37f}, {0.2f}}},
      {"<weight levels> %x {bits = 2}", window(-3, 3)},
      {"<activation levels> %x {bits = 4, scale = 1.0 : f32}", window(-1, 1)},
      {"<activation linear> %x {bits = 4}", window(-1, 0.875f)},
      {"<weight dorefa> %x", identity},
      {"<weight dorefa> %x {bits = 3}", dorefaWeightRule},
      {"<activation dorefa> %x {bits = 4}", window(0, 1)},
      {"<weight moons> %x {bits = 4}", slope(moonsSlope)},
      {"<activation moons_relu> %x {bits = 4}", slope(moonsReluSlope)},
      {"<activation lsq> %x learned(%a) {bits = 3}",
       [](const Floats &x, const Floats &g) {
         return lsq(x, g, 0.37f, -4, 3, 0, count);
       },
       {{0.37f}}},
      {"<weight lsq> %x learned(%a) {bits = 3, axis = 0}",
       [=](const Floats &x, const Floats &g) { return lsqRows(x, g, steps); },
       {steps}},
      {"<activation pact> %x learned(%a) {bits = 2}", pactRule, {{1.3f}}},
      {"<weight ternary> %x", window(-1, 1)},
      {"<weight ttq> %x learned(%a, %b) {scale = 0.25 : f32}",
       trainedTernaryRule,
       {{0.6f}, {0.9f}}},
      {"<weight ternary_connect> %x", identity},
      {"<weight fixed_point> %x {bits = 2}", identity},
      {"<activation log> %x", window(-1, 1)},
      {"<weight exponential> %x", identity},
      {"<weight abc_net> %x {bits = 3}", abcWeightRule},
      {"<activation abc_net> %x learned(%a, %b) {bits = 3}",
       abcActivationRule,
       {betas, shifts}},
  };
}

/// A function whose loss is the sum of the quantized numbers times %g.
std::string lossOf(const Rule &rule) {
  std::string x = "tensor<4x30xf32>", arguments = "%x: " + x, types = x;
  const char *names[] = {"%a", "%b"};
  for (auto [i, values] : llvm::enumerate(rule.learned)) {
    std::string type = "tensor<" + std::to_string(values.size()) + "xf32>";
    arguments += std::string(", ") + names[i] + ": " + type;
    types += ", " + type;
  }
  return "func.func @f(" + arguments + ", %g: " + x +
         ") -> tensor<f32> {\n  %0 = qnn.train_quantize" + rule.text + " : (" +
         types + ") -> " + x + "\n  %1 = qnn.mul %0, %g : (" + x + ", " + x +
         ") -> " + x +
         "\n  %2 = qnn.reduce %1 {kind = #qnn.reduce_kind<sum>, axes = "
         "array<i64: 0, 1>} : (" +
         x + ") -> tensor<f32>\n  return %2 : tensor<f32>\n}\n";
}

/// Expands, differentiates by the first `wanted` arguments and runs.
SmallVector<Tensor> differentiated(const std::string &text, unsigned wanted,
                                   ArrayRef<Tensor> arguments) {
  Program program(text);
  if (!program.module)
    return {};
  DialectRegistry registry;
  registerGradientModels(registry);
  program.context.appendDialectRegistry(registry);
  PassManager passes(&program.context);
  passes.addPass(createExpandQuantizers());
  EXPECT_TRUE(succeeded(passes.run(*program.module))) << program.diagnostic;
  auto numbers = llvm::to_vector(llvm::seq<unsigned>(0, wanted));
  LogicalResult done = differentiate(program.function(), numbers);
  EXPECT_TRUE(succeeded(done)) << program.diagnostic;
  if (failed(done))
    return {};
  SmallVector<Tensor> results = program.run(arguments);
  if (!results.empty())
    results.erase(results.begin()); // the loss
  return results;
}
} // namespace

TEST(QuantizerGradients, Rules) {
  Floats x = inputs(), g = gradients();
  for (const Rule &rule : rules()) {
    SmallVector<Tensor> arguments = {floats({rows, columns}, x)};
    for (const Floats &values : rule.learned)
      arguments.push_back(floats({int64_t(values.size())}, values));
    arguments.push_back(floats({rows, columns}, g));
    Gradients expected = rule.expected(x, g);
    ASSERT_EQ(expected.size(), rule.learned.size() + 1) << rule.text;
    auto actual = differentiated(lossOf(rule), expected.size(), arguments);
    ASSERT_EQ(actual.size(), expected.size()) << rule.text;
    for (size_t a = 0; a < expected.size(); ++a) {
      ASSERT_EQ(actual[a].floats.size(), expected[a].size()) << rule.text;
      for (size_t i = 0; i < expected[a].size(); ++i)
        ASSERT_NEAR(actual[a].floats[i], expected[a][i],
                    2e-5 * (1 + std::fabs(expected[a][i])))
            << rule.text << ", argument " << a << ", element " << i
            << (a ? "" : " at ") << (a ? 0 : x[i]);
    }
  }
}

// t and k of the derivative follow from the argument that says how far training
// is, wherever a method has its surrogate.
TEST(QuantizerGradients, IRNetFollowsTheSchedule) {
  Floats x = inputs(), g = gradients();
  for (float progress : {0.0f, 0.25f, 1.0f}) {
    SurrogateGradient expected = irNetSchedule(progress);
    for (const char *text : {"<activation sign> %x surrogate(ir_net)",
                             "<activation elastic> %x learned(%a) "
                             "surrogate(ir_net)"}) {
      Rule rule{text, {}, {}};
      SmallVector<Tensor> arguments = {floats({rows, columns}, x)};
      if (StringRef(text).contains("learned")) {
        rule.learned = {{1}};
        arguments.push_back(floats({1}, {1}));
      }
      arguments.push_back(floats({rows, columns}, g));
      arguments.push_back(floats({}, {progress}));
      auto actual = differentiated(lossOf(rule), 1, arguments);
      ASSERT_EQ(actual.size(), 1u) << text;
      for (int64_t i = 0; i < count; ++i)
        EXPECT_NEAR(actual[0].floats[i],
                    g[i] * surrogateDerivative(expected, x[i]), 2e-5)
            << text << " at " << x[i] << ", progress " << progress;
    }
  }
}

// dx = g W, dW = g' x_q with x_q powers of two.
TEST(QuantizerGradients, ShiftBackward) {
  Tensor key;
  key.shape = {2};
  key.isFloat = false;
  key.integers = {9, 4};
  Floats x = inputs(), w = drawFloats(8, 1, 2 * columns),
         g = drawFloats(9, 1, rows * 2);
  auto actual = differentiated(
      R"(func.func @f(%x: tensor<4x30xf32>, %w: tensor<2x30xf32>, %g: tensor<4x2xf32>, %key: tensor<2xi64>) -> tensor<f32> {
        %0 = qnn.train_quantize<activation shift_backward> %x key(%key) {id = 3} : (tensor<4x30xf32>, tensor<2xi64>) -> tensor<4x30xf32>
        %1 = qnn.matmul %0, %w {transpose_rhs} : (tensor<4x30xf32>, tensor<2x30xf32>) -> tensor<4x2xf32>
        %2 = qnn.mul %1, %g : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
        %3 = qnn.reduce %2 {kind = #qnn.reduce_kind<sum>, axes = array<i64: 0, 1>} : (tensor<4x2xf32>) -> tensor<f32>
        return %3 : tensor<f32>
      })",
      2,
      {floats({rows, columns}, x), floats({2, columns}, w),
       floats({rows, 2}, g), key});
  ASSERT_EQ(actual.size(), 2u);
  RandomStream stream{9, 4, 3};
  for (int64_t c = 0; c < columns; ++c) {
    for (int64_t r = 0; r < rows; ++r)
      EXPECT_NEAR(actual[0].floats[r * columns + c],
                  g[2 * r] * w[c] + g[2 * r + 1] * w[columns + c], 1e-6);
    for (int64_t o = 0; o < 2; ++o) {
      float sum = 0;
      for (int64_t r = 0; r < rows; ++r) {
        int64_t i = r * columns + c;
        sum += g[2 * r + o] *
               stochasticExponential(x[i], uniform01(stream.word(i)));
      }
      EXPECT_NEAR(actual[1].floats[o * columns + c], sum, 1e-5);
    }
  }
}
