//===- ThresholdsTest.cpp ---------------------------------------*- C++ -*-===//

#include "qnn/Arith/Thresholds.h"
#include "qnn/Arith/BatchNorm.h"
#include "qnn/Arith/Quantize.h"
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace qnn;

namespace {
using Level = llvm::function_ref<int32_t(int32_t)>;

/// Holds what StepFunction promises, at every integer of the range.
void expectSame(const StepFunction &f, Level level, int32_t low, int32_t high,
                int32_t maxLevel) {
  ASSERT_EQ(int32_t(f.thresholds.size()), maxLevel);
  ASSERT_TRUE(std::is_sorted(f.thresholds.begin(), f.thresholds.end()));
  for (int64_t v = low; v <= high; ++v) {
    int32_t w = f.direction == StepDirection::Falling ? -v : v;
    ASSERT_EQ(countReached(f.thresholds, w), level(v)) << "at " << v;
  }
}
} // namespace

TEST(Thresholds, ExampleOfTheHeader) {
  auto level = [](int32_t v) { return v >= 3 ? 2 : v >= -1 ? 1 : 0; };
  StepFunction f = findThresholds(level, -8, 7, 3);
  EXPECT_EQ(f.direction, StepDirection::Rising);
  EXPECT_EQ(f.thresholds, (std::vector<int32_t>{-1, 3, neverReached}));
}

TEST(Thresholds, FallingCountsOfTheNegatedSum) {
  auto level = [](int32_t v) { return v <= -3 ? 2 : v <= 4 ? 1 : 0; };
  StepFunction f = findThresholds(level, -8, 7, 2);
  EXPECT_EQ(f.direction, StepDirection::Falling);
  EXPECT_EQ(f.thresholds, (std::vector<int32_t>{-4, 3}));
  expectSame(f, level, -8, 7, 2);
}

TEST(Thresholds, ConstantsNeverStep) {
  for (int32_t c = 0; c <= 3; ++c) {
    StepFunction f = findThresholds([c](int32_t) { return c; }, -5, 5, 3);
    EXPECT_EQ(f.direction, StepDirection::Constant);
    for (int32_t i = 0; i < 3; ++i)
      EXPECT_EQ(f.thresholds[i], i < c ? alwaysReached : neverReached);
  }
}

TEST(Thresholds, LevelsThatAreAlwaysReached) {
  auto level = [](int32_t v) { return v >= 0 ? 3 : 2; };
  StepFunction f = findThresholds(level, -5, 5, 4);
  EXPECT_EQ(f.thresholds, (std::vector<int32_t>{alwaysReached, alwaysReached, 0,
                                                neverReached}));
}

TEST(Thresholds, OneIntegerAndTheWidestRange) {
  StepFunction one = findThresholds([](int32_t) { return 1; }, 4, 4, 1);
  EXPECT_EQ(one.direction, StepDirection::Constant);
  int32_t low = alwaysReached + 1, high = neverReached - 1;
  StepFunction wide =
      findThresholds([](int32_t v) { return v >= 123456789; }, low, high, 1);
  EXPECT_EQ(wide.thresholds, (std::vector<int32_t>{123456789}));
  StepFunction falling =
      findThresholds([](int32_t v) { return v < 123456789; }, low, high, 1);
  EXPECT_EQ(falling.thresholds, (std::vector<int32_t>{-123456788}));
}

TEST(Thresholds, ScanRejectsWhatIsNotMonotone) {
  auto hill = [](int32_t v) { return v == 0 ? 1 : 0; };
  EXPECT_FALSE(scanThresholds(hill, -5, 5, 1));
  EXPECT_TRUE(scanThresholds(hill, -5, 0, 1));
  EXPECT_TRUE(scanThresholds(hill, 0, 5, 1));
  EXPECT_FALSE(scanThresholds([](int32_t v) { return v & 1; }, 0, 2, 1));
}

TEST(Thresholds, BatchNormAndQuantizerAtEveryInteger) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  for (int i = 0; i < 400; ++i) {
    QuantizerSpec spec;
    spec.bits = 1 + random() % 4;
    spec.encoding = spec.bits == 1 ? Encoding::Bipolar : Encoding::Unsigned;
    spec.rounding = static_cast<RoundingMode>(random() % 7);
    float variance = std::pow(10.0f, normal(random) * 3), mean = normal(random);
    float gamma = i % 10 == 0 ? 0 : normal(random), beta = normal(random);
    float scale = i % 7 == 0 ? 1e-20f : i % 7 == 1 ? 1e20f : 0.25f;
    float factor = batchNormFactor(gamma, variance, 1e-5f);
    int32_t least = codeMin(spec.bits, spec.encoding, false);
    int32_t maxLevel = spec.bits == 1 ? 1 : (1 << spec.bits) - 1;
    auto level = [&](int32_t v) {
      float x = batchNorm(v, factor, beta, mean);
      int32_t number = quantizeToNumber(x, scale, 0, spec);
      return spec.bits == 1 ? number > 0 : number - least;
    };
    int32_t low = -200, high = 150;
    StepFunction f = findThresholds(level, low, high, maxLevel);
    expectSame(f, level, low, high, maxLevel);
    std::optional<StepFunction> scanned =
        scanThresholds(level, low, high, maxLevel);
    ASSERT_TRUE(scanned);
    EXPECT_EQ(scanned->thresholds, f.thresholds);
    if (gamma == 0)
      EXPECT_EQ(f.direction, StepDirection::Constant);
  }
}
