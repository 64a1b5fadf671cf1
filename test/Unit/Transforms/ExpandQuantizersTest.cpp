//===- ExpandQuantizersTest.cpp - Expansions against qnn/Arith --*- C++ -*-===//
//
// Each method's ops, evaluated, must give what its function in qnn/Arith gives,
// for training and for deployment; and deployment must end in the quantizer
// that names the grid.
//
//===----------------------------------------------------------------------===//

#include "../Reference/Run.h"
#include "mlir/Pass/PassManager.h"
#include "qnn/Arith/Philox.h"
#include "qnn/Arith/PowerOfTwo.h"
#include "qnn/Arith/Quantize.h"
#include "qnn/Arith/Quantizers/Basis.h"
#include "qnn/Arith/Quantizers/Binary.h"
#include "qnn/Arith/Quantizers/Linear.h"
#include "qnn/Arith/Quantizers/Observers.h"
#include "qnn/Arith/Quantizers/Ternary.h"
#include "qnn/Dialect/QNN/IR/Quantizer.h"
#include "qnn/Dialect/QNN/IR/Training.h"
#include "qnn/Dialect/QNN/Transforms/Passes.h"
#include <functional>

using namespace mlir;
using namespace qnn;

namespace {
using Floats = std::vector<float>;
constexpr int64_t rows = 4, columns = 30;

/// Numbers around the levels, zeros and ties among them.
Floats inputs() {
  Floats x;
  for (uint32_t word : RandomStream{5, 0, 0}.words(rows * columns))
    x.push_back(1.6f * uniform11(word));
  const float special[] = {0, 0.5f, -0.5f, 0.25f, -0.25f, 1, -1, 2.5f, -3};
  std::copy(std::begin(special), std::end(special), x.begin() + 7);
  return x;
}

struct Method {
  /// Between the op's name and its types, `%x` the input.
  std::string text;
  /// Of all elements.
  std::function<Floats(const Floats &)> expected = {};
  std::vector<Floats> learned = {};
  /// Whether deployment ends in qnn.quantize.
  bool isGrid = true;
  bool stochastic = false;
  /// Where the ops round otherwise than the function.
  float tolerance = 0;
};

/// Each element for itself.
auto each(std::function<float(float)> f) {
  return [f](const Floats &x) {
    Floats y;
    for (float value : x)
      y.push_back(f(value));
    return y;
  };
}

/// Each row by a function of its elements.
auto eachRow(std::function<Floats(const Floats &)> f) {
  return [f](const Floats &x) {
    Floats y;
    for (int64_t r = 0; r < rows; ++r) {
      Floats row(x.begin() + r * columns, x.begin() + (r + 1) * columns);
      Floats result = f(row);
      y.insert(y.end(), result.begin(), result.end());
    }
    return y;
  };
}

/// Each element with the number that is drawn for it.
auto drawn(std::function<float(float, float)> f) {
  return [f](const Floats &x) {
    Floats y;
    RandomStream stream{9, 4, 3};
    for (size_t i = 0; i < x.size(); ++i)
      y.push_back(f(x[i], uniform01(stream.word(i))));
    return y;
  };
}

Floats scaledSigns(const Floats &x, float scale, float offset = 0) {
  Floats y;
  for (float value : x)
    y.push_back(elasticSign(value, scale, offset, SignZero::PlusOne));
  return y;
}

float sign(float x) { return float(signOf(x, SignZero::PlusOne)); }

std::vector<Method> methods() {
  float step = 0.37f, most = 1.3f;
  Floats basis = {0.3f, 0.7f}, scales = {0.4f, 0.2f, 0.1f},
         shifts = {0.5f, 0, -0.5f};
  return {
      {"<weight sign> %x", each(sign)},
      {"<activation sign> %x zero(minus_one) {scale = 0.5 : f32}",
       each([](float x) {
         return 0.5f * float(signOf(x, SignZero::MinusOne));
       })},
      {"<activation magnitude_sign> %x",
       [](const Floats &x) { return scaledSigns(x, meanMagnitude(x)); },
       {},
       false},
      {"<weight xnor> %x {axis = 0}",
       eachRow(
           [](const Floats &x) { return scaledSigns(x, meanMagnitude(x)); }),
       {},
       false},
      {"<weight elastic> %x",
       [](const Floats &x) {
         return scaledSigns(x, meanMagnitude(x), meanOf(x));
       },
       {},
       false},
      {"<activation elastic> %x learned(%a)",
       [=](const Floats &x) { return scaledSigns(x, step); },
       {{step}},
       false},
      {"<activation elastic> %x learned(%a, %b)",
       [=](const Floats &x) { return scaledSigns(x, step, 0.125f); },
       {{step}, {0.125f}},
       false},
      {"<activation elastic> %x learned(%a) {is_unsigned}",
       each([=](float x) { return elasticStep(x, step, 0); }),
       {{step}},
       false},
      {"<weight adabin> %x {axis = 0}",
       eachRow([](const Floats &x) {
         float offset = meanOf(x), scale = deviationAround(x, offset);
         return each([=](float w) {
           return adaBin(w, scale, offset, SignZero::PlusOne);
         })(x);
       }),
       {},
       false},
      {"<activation adabin> %x learned(%a, %b)",
       each([=](float x) { return adaBin(x, step, 0.2f, SignZero::PlusOne); }),
       {{step}, {0.2f}},
       false},
      {"<weight levels> %x", each([](float x) { return oddLevels(x, 1); })},
      {"<weight levels> %x {bits = 2}",
       each([](float x) { return oddLevels(x, 2); })},
      {"<activation levels> %x {bits = 4, scale = 1.0 : f32}",
       each([](float x) { return levels(x, 1, 16); })},
      {"<activation levels> %x {bits = 8, scale = 1.0 : f32}",
       each([](float x) { return levels(x, 1, 256); }),
       {},
       false},
      {"<weight linear> %x {bits = 4}",
       each([](float x) { return linearQuant(x, 0.125f, -1, 0.875f); })},
      {"<weight linear> %x {bits = 4, range = array<f32: -1.0, 1.0>}",
       each([](float x) { return linearQuant(x, 0.125f, -1, 1); })},
      {"<weight linear> %x {bits = 12}",
       each([](float x) {
         float s = linearQuantStep(12);
         return linearQuant(x, s, -1, 1 - s);
       }),
       {},
       false},
      {"<weight dorefa> %x",
       [](const Floats &x) { return scaledSigns(x, meanMagnitude(x)); },
       {},
       false},
      {"<weight dorefa> %x {bits = 3}",
       [](const Floats &x) {
         float greatest = maxTanh(x);
         return each([=](float w) { return dorefaWeight(w, greatest, 3); })(x);
       }},
      {"<activation dorefa> %x {bits = 4}",
       each([](float x) { return dorefaActivation(x, 4); })},
      {"<activation dorefa> %x {bits = 32}",
       each([](float x) { return x; }),
       {},
       false},
      {"<weight moons> %x {bits = 4}",
       each([](float x) { return moons(x, 4); })},
      {"<activation moons_relu> %x {bits = 4}",
       each([](float x) { return moonsRelu(x, 4); })},
      {"<activation lsq> %x learned(%a) {bits = 3}",
       each([=](float x) { return learnedStep(x, step, -4, 3); }),
       {{step}},
       false},
      {"<activation lsq> %x learned(%a) {bits = 2, is_unsigned}",
       each([=](float x) { return learnedStep(x, step, 0, 3); }),
       {{step}},
       false},
      {"<activation pact> %x learned(%a) {bits = 2}",
       each([=](float x) { return pact(x, most, 2); }),
       {{most}},
       false},
      {"<activation observed> %x learned(%a) {bits = 8}",
       each([](float x) {
         AffineScale s = affineScale({-0.7f, 1.2f}, 8);
         QuantizerSpec spec;
         spec.encoding = Encoding::Unsigned;
         return fakeQuantize(x, s.scale, s.zeroPoint, spec);
       }),
       {{-0.7f, 1.2f}},
       false},
      {"<weight observed> %x learned(%a) {bits = 8}",
       each([](float x) {
         QuantizerSpec spec;
         spec.narrow = true;
         return fakeQuantize(x, symmetricScale({-0.7f, 1.2f}, 8).scale, 0,
                             spec);
       }),
       {{-0.7f, 1.2f}},
       false},
      {"<weight ternary> %x {scale = 0.5 : f32}",
       each([](float x) { return ternarySign(x, 0.5f); })},
      {"<weight ternary> %x",
       [](const Floats &x) {
         float threshold = ternaryThreshold(x);
         return each([=](float w) { return ternarySign(w, threshold); })(x);
       }},
      {"<weight ttq> %x learned(%a, %b) {scale = 0.25 : f32}",
       [](const Floats &x) {
         float threshold = trainedTernaryThreshold(x, 0.25f);
         return each([=](float w) {
           return trainedTernary(w, threshold, 0.6f, 0.9f);
         })(x);
       },
       {{0.6f}, {0.9f}},
       false},
      {"<weight ternary_connect> %x {scale = 0.5 : f32}",
       each([](float x) { return ternaryConnect(x, 0.5f); })},
      {"<weight fixed_point> %x {bits = 2}",
       each([](float x) { return fixedPoint(x, 0, 1); })},
      {"<weight fixed_point> %x {bits = 5, scale = 0.125 : f32}",
       each([](float x) { return fixedPoint(x, 1, 3); })},
      {"<activation log> %x",
       each([](float x) { return logQuant(x, -1, 1); }),
       {},
       false},
      {"<weight exponential> %x",
       each([](float x) { return exponential(x); }),
       {},
       false},
      {"<weight exponential> %x {range = array<f32: -2.0, 0.0>}",
       each([](float x) { return exponential(x, {-2, 0}); }),
       {},
       false},
      {"<weight lq_nets> %x learned(%a) {bits = 2}",
       each([=](float x) {
         Levels levels(basis, true);
         return levels.value(levels.nearest(x));
       }),
       {basis},
       false},
      {"<activation lq_nets> %x learned(%a) {bits = 2}",
       each([=](float x) {
         Levels levels(basis, false);
         return levels.value(levels.nearest(x));
       }),
       {basis},
       false},
      {"<weight abc_net> %x {bits = 3}",
       [](const Floats &x) {
         auto bases = binaryBases(x, 3);
         return combineBases(bases, leastSquares(bases, x));
       },
       {},
       false,
       false,
       2e-6f},
      {"<weight abc_net> %x {bits = 2, axis = 0}",
       eachRow([](const Floats &x) {
         auto bases = binaryBases(x, 2);
         return combineBases(bases, leastSquares(bases, x));
       }),
       {},
       false,
       false,
       2e-6f},
      {"<activation abc_net> %x learned(%a, %b) {bits = 3}",
       each([=](float x) {
         float sum = 0;
         for (int n = 0; n < 3; ++n)
           sum += scales[n] * shiftedStep(x, shifts[n]);
         return sum;
       }),
       {scales, shifts},
       false},
      {"<weight stochastic_sign> %x key(%key) {id = 3}",
       drawn(stochasticSign),
       {},
       true,
       true},
      {"<weight stochastic_ternary> %x key(%key) {id = 3, scale = 0.5 : f32}",
       drawn([](float x, float u) { return stochasticTernary(x, 0.5f, u); }),
       {},
       true,
       true},
      {"<weight stochastic_exponential> %x key(%key) {id = 3}",
       drawn([](float x, float u) { return stochasticExponential(x, u); }),
       {},
       false,
       true},
  };
}

std::string typeText(ArrayRef<int64_t> shape) {
  std::string text = "tensor<";
  for (int64_t size : shape)
    text += std::to_string(size) + "x";
  return text + "f32>";
}

/// A function of the input, learned operands and a key.
std::string functionOf(const Method &method) {
  std::string x = typeText({rows, columns});
  std::string arguments = "%x: " + x, types = x;
  const char *names[] = {"%a", "%b"};
  for (auto [i, values] : llvm::enumerate(method.learned)) {
    std::string type = typeText({int64_t(values.size())});
    arguments += std::string(", ") + names[i] + ": " + type;
    types += ", " + type;
  }
  if (method.stochastic) {
    arguments += ", %key: tensor<2xi64>";
    types += ", tensor<2xi64>";
  }
  return "func.func @f(" + arguments + ") -> " + x +
         " {\n  %0 = qnn.train_quantize" + method.text + " : (" + types +
         ") -> " + x + "\n  return %0 : " + x + "\n}\n";
}

Tensor keyTensor() {
  Tensor key;
  key.shape = {2};
  key.isFloat = false;
  key.integers = {9, 4};
  return key;
}

void expand(Program &program, bool deploy) {
  PassManager passes(&program.context);
  ExpandQuantizersOptions options;
  options.deploy = deploy;
  passes.addPass(createExpandQuantizers(options));
  ASSERT_TRUE(succeeded(passes.run(*program.module))) << program.diagnostic;
}

Floats runMethod(Program &program, const Method &method) {
  SmallVector<Tensor> arguments = {floats({rows, columns}, inputs())};
  for (const Floats &values : method.learned)
    arguments.push_back(floats({int64_t(values.size())}, values));
  if (method.stochastic)
    arguments.push_back(keyTensor());
  auto results = program.run(arguments);
  return results.empty() ? Floats() : results[0].floats;
}

void expectSame(const Floats &actual, const Method &method) {
  Floats x = inputs(), expected = method.expected(x);
  ASSERT_EQ(actual.size(), expected.size()) << method.text;
  for (size_t i = 0; i < actual.size(); ++i)
    ASSERT_NEAR(actual[i], expected[i], method.tolerance)
        << method.text << " of " << x[i];
}
} // namespace

TEST(ExpandQuantizers, TrainingIsArith) {
  for (const Method &method : methods()) {
    Program program(functionOf(method));
    ASSERT_TRUE(program.module) << method.text;
    expand(program, /*deploy=*/false);
    expectSame(runMethod(program, method), method);
  }
}

TEST(ExpandQuantizers, DeploymentIsArith) {
  for (const Method &method : methods()) {
    Program program(functionOf(method));
    expand(program, /*deploy=*/true);
    if (!method.stochastic)
      expectSame(runMethod(program, method), method);
    Operation *last = program.function()
                          .getBody()
                          .front()
                          .getTerminator()
                          ->getOperand(0)
                          .getDefiningOp();
    EXPECT_EQ(isa_and_present<QuantizeOp>(last), method.isGrid) << method.text;
  }
}

// Scales that follow from constants are those of the quantizer.
TEST(ExpandQuantizers, DeployedScalesOfConstants) {
  struct Case {
    const char *text;
    const char *quantizer;
  };
  const Case cases[] = {
      {"<weight xnor> %x {axis = 0}",
       "#qnn.quantizer<bits = 1, encoding = bipolar, scale = array<f32: "
       "5.000000e-01, 2.000000e+00>, axis = 0>"},
      {"<weight dorefa> %x",
       "#qnn.quantizer<bits = 1, encoding = bipolar, scale = array<f32: "
       "1.250000e+00>>"},
      {"<activation lsq> %x learned(%a) {bits = 2}",
       "#qnn.quantizer<bits = 2, encoding = signed, scale = array<f32: "
       "7.500000e-01>>"},
      {"<activation pact> %x learned(%a) {bits = 1}",
       "#qnn.quantizer<bits = 1, encoding = unsigned, scale = array<f32: "
       "7.500000e-01>>"}};
  for (const Case &c : cases) {
    bool learned = StringRef(c.text).contains("learned");
    std::string types = "tensor<2x2xf32>";
    types += learned ? ", tensor<1xf32>" : "";
    Program program(
        "func.func @f() -> tensor<2x2xf32> {\n"
        "  %x = arith.constant dense<[[0.25, -0.75], [-1.0, 3.0]]> : "
        "tensor<2x2xf32>\n"
        "  %a = arith.constant dense<0.75> : tensor<1xf32>\n"
        "  %0 = qnn.train_quantize" +
        std::string(c.text) + " : (" + types +
        ") -> tensor<2x2xf32>\n  return %0 : tensor<2x2xf32>\n}\n");
    ASSERT_TRUE(program.module) << c.text;
    auto before = program.function();
    expand(program, /*deploy=*/true);
    auto last = before.getBody()
                    .front()
                    .getTerminator()
                    ->getOperand(0)
                    .getDefiningOp<QuantizeOp>();
    ASSERT_TRUE(last) << c.text;
    std::string text;
    llvm::raw_string_ostream(text) << last.getQuantizer();
    EXPECT_EQ(text, c.quantizer) << c.text;
  }
}

// Of weights that are drawn anew in each step the latent ones may be deployed.
TEST(ExpandQuantizers, RealWeights) {
  Program program(functionOf(
      {"<weight stochastic_sign> %x key(%key)", {}, {}, true, true}));
  PassManager passes(&program.context);
  ExpandQuantizersOptions options;
  options.deploy = options.realWeights = true;
  passes.addPass(createExpandQuantizers(options));
  ASSERT_TRUE(succeeded(passes.run(*program.module)));
  auto &block = program.function().getBody().front();
  EXPECT_EQ(block.getTerminator()->getOperand(0), block.getArgument(0));
}

//===----------------------------------------------------------------------===//
// Gradients that a region computes
//===----------------------------------------------------------------------===//

namespace {
Floats gradients() {
  Floats g;
  for (uint32_t word : RandomStream{6, 0, 0}.words(rows * columns))
    g.push_back(0.02f * uniform11(word));
  std::fill_n(g.begin(), columns, 0.0f); // a sample without a gradient
  return g;
}

/// What the region of the function's qnn.custom_gradient yields for that
/// gradient, instead of the function's result.
SmallVector<Floats> runGradient(const Method &method) {
  Program program(functionOf(method));
  expand(program, /*deploy=*/false);
  func::FuncOp function = program.function();
  auto ops = function.getOps<CustomGradientOp>();
  if (ops.empty())
    return {};
  CustomGradientOp op = *ops.begin();
  Block &region = op.getGradient().front();
  Operation *yield = region.getTerminator();
  OpBuilder b(op);
  auto type = cast<RankedTensorType>(region.getArgument(0).getType());
  Value g = arith::ConstantOp::create(
      b, op.getLoc(),
      DenseElementsAttr::get(type, ArrayRef<float>(gradients())));
  region.getArgument(0).replaceAllUsesWith(g);
  SmallVector<Value> yielded(yield->getOperands());
  op->getBlock()->getOperations().splice(op->getIterator(),
                                         region.getOperations(), region.begin(),
                                         yield->getIterator());
  function.getBody().front().getTerminator()->setOperands(yielded);
  op.erase();
  SmallVector<Type> types =
      llvm::map_to_vector(yielded, [](Value value) { return value.getType(); });
  function.setType(b.getFunctionType(function.getArgumentTypes(), types));
  SmallVector<Tensor> arguments = {floats({rows, columns}, inputs())};
  for (const Floats &values : method.learned)
    arguments.push_back(floats({int64_t(values.size())}, values));
  if (method.stochastic)
    arguments.push_back(keyTensor());
  SmallVector<Floats> results;
  for (Tensor &tensor : program.run(arguments))
    results.push_back(tensor.floats);
  return results;
}
} // namespace

TEST(ExpandQuantizers, GradientQuantizersAreArith) {
  Method dorefa{"<gradient dorefa> %x key(%key) {bits = 4, id = 3}"};
  dorefa.stochastic = true;
  auto results = runGradient(dorefa);
  ASSERT_EQ(results.size(), 1u);
  Floats g = gradients();
  RandomStream stream{9, 4, 3};
  for (int64_t i = 0; i < rows * columns; ++i) {
    float most = 0;
    for (int64_t c = 0; c < columns; ++c)
      most = std::max(most, std::fabs(g[i / columns * columns + c]));
    ASSERT_EQ(results[0][i],
              dorefaGradient(g[i], most, uniform01(stream.word(i)), 4))
        << i;
  }
  Method powers{"<gradient stochastic_exponential> %x key(%key) {id = 3}"};
  powers.stochastic = true;
  results = runGradient(powers);
  ASSERT_EQ(results.size(), 1u);
  for (int64_t i = 0; i < rows * columns; ++i)
    ASSERT_EQ(results[0][i],
              stochasticExponential(g[i], uniform01(stream.word(i))));
}

TEST(ExpandQuantizers, LinearGradient) {
  auto results = runGradient({"<gradient linear> %x {bits = 6}"});
  ASSERT_EQ(results.size(), 1u);
  Floats g = gradients();
  float most = 0, step = linearQuantStep(6);
  for (float value : g)
    most = std::max(most, std::fabs(value));
  for (size_t i = 0; i < g.size(); ++i)
    ASSERT_EQ(results[0][i],
              most * linearQuant(g[i] / most, step, -1, 1 - step));
}

// dx = g 1[|x - beta| <= alpha], dalpha = s sum g sign(x - beta).
TEST(ExpandQuantizers, ElasticGradient) {
  float alpha = 0.5f, beta = 0.125f;
  auto results = runGradient(
      {"<activation elastic> %x learned(%a, %b)", {}, {{alpha}, {beta}}});
  ASSERT_EQ(results.size(), 3u);
  Floats x = inputs(), g = gradients();
  double scale = 0, offset = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    float expected = std::fabs(x[i] - beta) <= alpha ? g[i] : 0;
    ASSERT_EQ(results[0][i], expected) << x[i];
    scale += g[i] * sign(x[i] - beta);
    offset -= expected;
  }
  EXPECT_NEAR(results[1][0], scale / std::sqrt(double(x.size())), 1e-6);
  EXPECT_NEAR(results[2][0], offset, 1e-6);
}

// A basis moves to the one that fits, whatever the gradient.
TEST(ExpandQuantizers, BasisGradient) {
  for (bool weight : {true, false}) {
    Floats basis = {0.3f, 0.7f}, x = inputs(), g = gradients();
    std::string role = weight ? "weight" : "activation";
    auto results = runGradient(
        {"<" + role + " lq_nets> %x learned(%a) {bits = 2}", {}, {basis}});
    ASSERT_EQ(results.size(), 2u);
    Floats fitted = fitBasis(basis, weight, x);
    for (int j = 0; j < 2; ++j)
      EXPECT_NEAR(results[1][j], basis[j] - fitted[j], 1e-5) << role << j;
    for (size_t i = 0; i < x.size(); ++i) {
      bool passes = weight || (x[i] > 0 && x[i] < 0.3f + 0.7f);
      ASSERT_EQ(results[0][i], passes ? g[i] : 0) << role << " " << x[i];
    }
  }
}
