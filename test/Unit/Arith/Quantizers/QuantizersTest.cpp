//===- QuantizersTest.cpp - Grids, scales, bases, observers -----*- C++ -*-===//

#include "qnn/Arith/Philox.h"
#include "qnn/Arith/Quantize.h"
#include "qnn/Arith/Quantizers/Basis.h"
#include "qnn/Arith/Quantizers/Binary.h"
#include "qnn/Arith/Quantizers/Linear.h"
#include "qnn/Arith/Quantizers/Observers.h"
#include "qnn/Arith/Quantizers/Ternary.h"
#include <cmath>
#include <functional>
#include <gtest/gtest.h>
#include <limits>
#include <set>

using namespace qnn;

namespace {
std::vector<float> randomFloats(uint64_t count, float scale = 2) {
  std::vector<float> values;
  for (uint32_t word : RandomStream{77, 0, 1}.words(count))
    values.push_back(scale * uniform11(word));
  return values;
}

const float notANumber = std::numeric_limits<float>::quiet_NaN();
} // namespace

//===----------------------------------------------------------------------===//
// Two levels
//===----------------------------------------------------------------------===//

TEST(Binary, SignOfZero) {
  EXPECT_EQ(roundedHardSigmoidSign(0, RoundingMode::HalfEven), -1);
  EXPECT_EQ(roundedHardSigmoidSign(0, RoundingMode::HalfUp), 1);
  EXPECT_EQ(elasticSign(0, 2, 0, SignZero::Zero), 0);
  EXPECT_EQ(elasticSign(0.5f, 2, 0.5f, SignZero::MinusOne), -2);
}

// The least-squares optimum of |W - alpha B|^2 over alpha is W'B / n.
TEST(Binary, ScaleIsOptimal) {
  std::vector<float> w = {0.5f, -0.25f, 1.0f, -2.0f};
  float scale = meanMagnitude(w);
  EXPECT_EQ(scale, 0.9375f);
  auto error = [&](float a) {
    double sum = 0;
    for (float x : w)
      sum += std::pow(x - a * signOf(x, SignZero::PlusOne), 2);
    return sum;
  };
  EXPECT_LT(error(scale), error(scale + 0.01f));
  EXPECT_LT(error(scale), error(scale - 0.01f));
}

TEST(Binary, AdaBin) {
  std::vector<float> w = {1, 2, 3, 6};
  float offset = meanOf(w), scale = deviationAround(w, offset);
  EXPECT_EQ(offset, 3);
  EXPECT_FLOAT_EQ(scale, std::sqrt(3.5f));
  EXPECT_EQ(adaBin(2, scale, offset, SignZero::PlusOne), -scale + 3);
  EXPECT_EQ(adaBin(3, scale, offset, SignZero::PlusOne), scale + 3);
  EXPECT_EQ(adaBinAsCoded(5, 2, 0.5f, SignZero::PlusOne), 3);
  EXPECT_EQ(adaBin(5, -2, 1, SignZero::PlusOne), 3); // -2 * -1 + 1
}

TEST(Binary, ElasticStep) {
  EXPECT_EQ(elasticStep(0.9f, 2, 0), 0);
  EXPECT_EQ(elasticStep(1.0f, 2, 0), 0); // a tie: to even
  EXPECT_EQ(elasticStep(1.1f, 2, 0), 2);
  EXPECT_EQ(elasticStep(50, 2, 0), 2);
  EXPECT_EQ(elasticStep(-50, 2, 0), 0);
}

TEST(Binary, CenterFilter) {
  // Two channels of two taps: means 2 and 0.
  std::vector<float> filter = {1.5f, 0.5f, 2.5f, -0.5f};
  centerFilter(filter, 2);
  EXPECT_EQ(filter, (std::vector<float>{-0.5f, 0.5f, 0.5f, -0.5f}));
  std::vector<float> wide = {5, 0, -5, 0};
  centerFilter(wide, 2);
  EXPECT_EQ(wide, (std::vector<float>{1, 0, -1, 0}));
}

TEST(Binary, ShiftedStep) {
  EXPECT_EQ(shiftedStep(0.5f, 0), 1);
  EXPECT_EQ(shiftedStep(0.4f, 0), -1);
  EXPECT_EQ(shiftedStep(0.4f, 0.2f), 1);
  EXPECT_EQ(shiftedStep(-9, 0.2f), -1);
}

//===----------------------------------------------------------------------===//
// Uniform grids
//===----------------------------------------------------------------------===//

namespace {
struct Grid {
  const char *name;
  std::function<float(float)> function;
  unsigned levels;
};

const Grid grids[] = {
    {"odd 1", [](float x) { return oddLevels(x, 1); }, 2},
    {"odd 2", [](float x) { return oddLevels(x, 2); }, 4},
    {"odd 4", [](float x) { return oddLevels(x, 4); }, 16},
    {"thirds", [](float x) { return levels(x, 1, 4); }, 4},
    {"linear", [](float x) { return linearQuant(x, 0.25f, -1, 0.75f); }, 8},
    {"moons 3", [](float x) { return moons(x, 3); }, 8},
    {"moons relu 3", [](float x) { return moonsRelu(x, 3); }, 4},
    {"dorefa 3", [](float x) { return dorefaActivation(x, 3); }, 8},
    {"learned", [](float x) { return learnedStep(x, 0.3f, -4, 3); }, 8},
    {"pact", [](float x) { return pact(x, 1.7f, 2); }, 4},
    {"ternary", [](float x) { return ternaryConnect(x, 1); }, 3},
    {"fixed point", [](float x) { return fixedPoint(x, 1, 1); }, 7},
};
} // namespace

TEST(Linear, CountOfLevels) {
  for (const Grid &grid : grids) {
    std::set<float> values;
    for (float x : randomFloats(20000, 20))
      values.insert(grid.function(x) + 0.0f);
    for (float x : randomFloats(20000, 2))
      values.insert(grid.function(x) + 0.0f);
    EXPECT_EQ(values.size(), grid.levels) << grid.name;
  }
}

TEST(Linear, IncreasingAndIdempotent) {
  for (const Grid &grid : grids) {
    float last = grid.function(-30);
    for (float x = -3; x < 3; x += 0.0078125f) {
      float value = grid.function(x);
      ASSERT_GE(value, last) << grid.name << " at " << x;
      ASSERT_EQ(grid.function(value), value) << grid.name << " at " << x;
      last = value;
    }
  }
}

// What is deployed as qnn.quantize must not move a trained value.
TEST(Linear, LevelsAreThoseOfQuantize) {
  QuantizerSpec unsignedSpec, signedSpec;
  unsignedSpec.encoding = Encoding::Unsigned;
  signedSpec.narrow = true;
  for (unsigned bits = 1; bits <= 8; ++bits) {
    float greatest = float((1u << bits) - 1);
    unsignedSpec.bits = bits;
    for (float x : randomFloats(300, 1)) {
      float value = dorefaActivation(x, bits);
      ASSERT_EQ(fakeQuantize(value, 1 / greatest, 0, unsignedSpec), value);
      value = pact(x, 0.7f, bits);
      ASSERT_EQ(fakeQuantize(x, 0.7f / greatest, 0, unsignedSpec), value);
    }
    signedSpec.bits = bits + 1;
    if (signedSpec.bits > 8)
      continue;
    for (float x : randomFloats(300, 1)) {
      float value = dorefaWeight(x, std::tanh(1.0f), bits);
      ASSERT_EQ(fakeQuantize(value, 1 / greatest, 0, signedSpec), value);
      value = levels(x, 0.9f, 1u << bits);
      ASSERT_EQ(fakeQuantize(value, 0.9f / greatest, 0, signedSpec), value);
    }
  }
}

TEST(Linear, NotANumberIsTheLeastLevel) {
  EXPECT_EQ(oddLevels(notANumber, 2), -3);
  EXPECT_EQ(linearQuant(notANumber, 0.25f, -1, 0.75f), -1);
  EXPECT_EQ(unitQuant(notANumber, 3), 0);
  EXPECT_EQ(learnedStep(notANumber, 0.5f, -4, 3), -2);
}

TEST(Linear, ThirtyTwoBitsAreFloats) {
  EXPECT_EQ(dorefaActivation(-1.2345f, 32), -1.2345f);
  EXPECT_EQ(dorefaWeight(1.2345f, 0.5f, 32), 1.2345f);
}

TEST(Linear, DoReFaWeightAgainstTheFormula) {
  std::vector<float> w = randomFloats(100);
  float greatest = maxTanh(w);
  for (float x : w) {
    double unit = std::tanh(double(x)) / (2 * double(greatest)) + 0.5;
    if (std::fabs(unit * 7 - std::floor(unit * 7) - 0.5) < 1e-5)
      continue;
    EXPECT_NEAR(dorefaWeight(x, greatest, 3),
                2 * std::nearbyint(unit * 7) / 7 - 1, 1e-6);
  }
}

TEST(Linear, LearnedStep) {
  EXPECT_EQ(learnedStep(0.74f, 0.5f, -4, 3), 0.5f);
  EXPECT_EQ(learnedStep(0.75f, 0.5f, -4, 3), 1.0f); // 1.5: to even
  EXPECT_EQ(learnedStep(9, 0.5f, -4, 3), 1.5f);
  EXPECT_EQ(learnedStep(-9, 0.5f, -4, 3), -2.0f);
  EXPECT_EQ(learnedStepInit({1, -3}, 4), 2.0f);
  EXPECT_FLOAT_EQ(learnedStepGradientScale(12, 3), 1.0f / 6);
}

TEST(Linear, MoonsMaxScale) {
  EXPECT_EQ(moonsMaxScale(1), 1);
  EXPECT_EQ(moonsMaxScale(1.01f), 2);
  EXPECT_EQ(moonsMaxScale(0.3f), 0.5f);
  EXPECT_EQ(leakyRelu(-2, 0.1f), -0.2f);
}

//===----------------------------------------------------------------------===//
// Three levels
//===----------------------------------------------------------------------===//

TEST(Ternary, Bounds) {
  EXPECT_EQ(ternarySign(0.05f, 0.05f), 1);
  EXPECT_EQ(ternarySign(-0.05f, 0.05f), -1);
  EXPECT_EQ(ternarySign(0.04f, 0.05f), 0);
  EXPECT_EQ(ternaryConnect(0.5f, 1), 0);
  EXPECT_EQ(ternaryConnect(-0.5f, 1), -1);
  EXPECT_EQ(ternaryConnect(0.26f, 0.5f), 0.5f);
  EXPECT_EQ(trainedTernary(0.05f, 0.05f, 2, 3), 0);
  EXPECT_EQ(trainedTernary(0.06f, 0.05f, 2, 3), 2);
  EXPECT_EQ(trainedTernary(-0.06f, 0.05f, 2, 3), -3);
  EXPECT_FLOAT_EQ(ternaryThreshold({1, -3}), 1.4f);
  EXPECT_FLOAT_EQ(trainedTernaryThreshold({1, -4, 2}, 0.05f), 0.2f);
}

// Halves away from zero, here not to even.
TEST(Ternary, FixedPointTies) {
  EXPECT_EQ(fixedPoint(0.25f, 0, 1), 0.5f);
  EXPECT_EQ(fixedPoint(-0.25f, 0, 1), -0.5f);
  EXPECT_EQ(fixedPoint(1.25f, 2, 1), 1.5f);
  EXPECT_EQ(fixedPoint(100, 2, 1), 3.5f);
}

//===----------------------------------------------------------------------===//
// Bases
//===----------------------------------------------------------------------===//

TEST(Basis, LeastSquares) {
  std::vector<std::vector<float>> columns = {{1, 1, -1, -1}, {1, -1, 1, -1}};
  std::vector<float> x = {3, 1, -1, -3};
  EXPECT_EQ(leastSquares(columns, x), (std::vector<float>{2, 1}));
  columns.push_back(columns[0]);
  EXPECT_EQ(leastSquares(columns, x), (std::vector<float>{2, 1, 0}));
}

TEST(Basis, LevelsOfLQNets) {
  Levels bipolar({1, 2}, true);
  ASSERT_EQ(bipolar.size(), 4u);
  EXPECT_EQ(bipolar.value(0), -3);
  EXPECT_EQ(bipolar.value(3), 3);
  EXPECT_EQ(bipolar.value(bipolar.nearest(0.9f)), 1);
  EXPECT_EQ(bipolar.code(bipolar.nearest(0.9f)), 2u);
  EXPECT_EQ(bipolar.value(bipolar.nearest(2)), 1); // a tie: the lower
  Levels positive({0.5f, 1}, false);
  EXPECT_EQ(positive.value(0), 0);
  EXPECT_EQ(positive.value(3), 1.5f);
  EXPECT_EQ(positive.value(positive.nearest(-7)), 0);
}

TEST(Basis, FirstBases) {
  std::vector<float> weights = weightBasis(2, 50);
  EXPECT_FLOAT_EQ(weights[0], 0.6745f * 0.2f / 2);
  EXPECT_FLOAT_EQ(weights[1], 0.6745f * 0.2f);
  EXPECT_FLOAT_EQ(activationBasis(2)[0], 0.6745f * 2 / 3);
}

// Each step fits at least as well, and a basis that is in the data is found.
TEST(Basis, FitsBetterAndBetter) {
  std::vector<float> x;
  for (uint32_t word : RandomStream{3, 0, 0}.words(500)) {
    float noise = 0.02f * uniform11(word);
    x.push_back((word & 1 ? 0.3f : -0.3f) + (word & 2 ? 0.9f : -0.9f) + noise);
  }
  auto error = [&](llvm::ArrayRef<float> basis) {
    Levels levels(basis, true);
    double sum = 0;
    for (float value : x)
      sum += std::pow(value - levels.value(levels.nearest(value)), 2);
    return sum;
  };
  std::vector<float> basis = {0.5f, 0.6f};
  for (int i = 0; i < 6; ++i) {
    std::vector<float> next = fitBasis(basis, true, x);
    EXPECT_LE(error(next), error(basis) * 1.0001);
    basis = next;
  }
  EXPECT_NEAR(basis[0], 0.3f, 0.01f);
  EXPECT_NEAR(basis[1], 0.9f, 0.01f);
  EXPECT_EQ(averageBasis({1, 0}, {2, 10}), (std::vector<float>{1.1f, 1}));
}

TEST(Basis, ABCNet) {
  std::vector<float> w = randomFloats(200);
  double last = std::numeric_limits<double>::infinity();
  for (unsigned count : {1, 3, 5}) {
    auto bases = binaryBases(w, count);
    auto sum = combineBases(bases, leastSquares(bases, w));
    double error = 0;
    for (size_t i = 0; i < w.size(); ++i)
      error += std::pow(w[i] - sum[i], 2);
    EXPECT_LT(error, last);
    last = error;
  }
  EXPECT_EQ(binaryBasisShift(0, 3), -1);
  EXPECT_EQ(binaryBasisShift(1, 3), 0);
  EXPECT_EQ(binaryBasisShift(0, 1), 0);
}

//===----------------------------------------------------------------------===//
// Observers
//===----------------------------------------------------------------------===//

TEST(Observers, MinMax) {
  MinMaxObserver observer;
  EXPECT_EQ(observer.range().max, 0);
  observer.observe({2, 5, notANumber});
  observer.observe({3, 7});
  EXPECT_EQ(observer.range().min, 2);
  EXPECT_EQ(observer.range().max, 7);
}

TEST(Observers, Average) {
  AverageMinMaxObserver observer(0.75f);
  observer.observe({-4, 8});
  observer.observe({0, 4});
  EXPECT_EQ(observer.range().min, -3);
  EXPECT_EQ(observer.range().max, 7);
}

// numpy.percentile(range(1000), [1, 99]) = 9.99, 989.01
TEST(Observers, Percentile) {
  PercentileObserver observer(99);
  std::vector<float> half;
  for (int i = 999; i >= 0; --i) {
    half.push_back(float(i));
    if (half.size() == 500) {
      observer.observe(half);
      half.clear();
    }
  }
  EXPECT_FLOAT_EQ(observer.range().min, 9.99f);
  EXPECT_FLOAT_EQ(observer.range().max, 989.01f);
  EXPECT_EQ(PercentileObserver(99).range().max, 0);
}

TEST(Observers, Scales) {
  AffineScale affine = affineScale({-1, 3}, 8);
  EXPECT_FLOAT_EQ(affine.scale, 4.0f / 255);
  EXPECT_EQ(affine.zeroPoint, 64); // 63.75
  EXPECT_EQ(affineScale({2, 5.1f}, 8).zeroPoint, 0);
  EXPECT_FLOAT_EQ(affineScale({2, 5.1f}, 8).scale, 0.02f);
  EXPECT_EQ(affineScale({-2, -1}, 8).zeroPoint, 255);
  EXPECT_EQ(affineScale({0, 0}, 8).scale, 1);
  EXPECT_FLOAT_EQ(symmetricScale({-2.54f, 1}, 8).scale, 0.02f);
  EXPECT_EQ(symmetricScale({0, 0}, 8).scale, 1);
}
