//===- RoundingTest.cpp -----------------------------------------*- C++ -*-===//

#include "qnn/Arith/Rounding.h"
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>

using namespace qnn;

namespace {
constexpr RoundingMode modes[] = {RoundingMode::HalfEven, RoundingMode::HalfUp,
                                  RoundingMode::HalfDown, RoundingMode::Ceil,
                                  RoundingMode::Floor,    RoundingMode::Up,
                                  RoundingMode::Down};

struct Row {
  float x;
  float expected[7]; ///< in the order of `modes`
};

// even, half up, half down, ceil, floor, up, down. The integers are those of
// QONNX's resolve_rounding_mode.
constexpr Row table[] = {
    {-2.5f, {-2, -3, -2, -2, -3, -3, -2}},
    {-1.7f, {-2, -2, -2, -1, -2, -2, -1}},
    {-1.5f, {-2, -2, -1, -1, -2, -2, -1}},
    {-1.2f, {-1, -1, -1, -1, -2, -2, -1}},
    {-1.0f, {-1, -1, -1, -1, -1, -1, -1}},
    {-0.5f, {0, -1, 0, 0, -1, -1, 0}},
    {0.0f, {0, 0, 0, 0, 0, 0, 0}},
    {0.3f, {0, 0, 0, 1, 0, 1, 0}},
    {0.5f, {0, 1, 0, 1, 0, 1, 0}},
    {0.7f, {1, 1, 1, 1, 0, 1, 0}},
    {1.5f, {2, 2, 1, 2, 1, 2, 1}},
    {2.5f, {2, 3, 2, 3, 2, 3, 2}},
    {3.5f, {4, 4, 3, 4, 3, 4, 3}},
    {1e-30f, {0, 0, 0, 1, 0, 1, 0}},
    {4194303.5f,
     {4194304, 4194304, 4194303, 4194304, 4194303, 4194304, 4194303}},
    {4194304.5f,
     {4194304, 4194305, 4194304, 4194305, 4194304, 4194305, 4194304}},
};
} // namespace

TEST(Rounding, Table) {
  for (const Row &row : table)
    for (int m = 0; m < 7; ++m) {
      EXPECT_EQ(roundTo(row.x, modes[m]), row.expected[m])
          << row.x << " mode " << m;
      EXPECT_EQ(roundTo(double(row.x), modes[m]), double(row.expected[m]));
    }
}

// x + 0.5 rounds to 1 in f32, but the nearest integer is 0.
TEST(Rounding, JustBelowHalf) {
  float x = std::nextafter(0.5f, 0.0f);
  EXPECT_EQ(roundTo(x, RoundingMode::HalfEven), 0.0f);
  EXPECT_EQ(roundTo(x, RoundingMode::HalfUp), 0.0f);
  EXPECT_EQ(roundTo(-x, RoundingMode::HalfUp), 0.0f);
  EXPECT_EQ(roundTo(std::nextafter(0.5f, 1.0f), RoundingMode::HalfDown), 1.0f);
  EXPECT_EQ(roundTo(std::nextafter(0.5f, 1.0f), RoundingMode::HalfEven), 1.0f);
}

TEST(Rounding, SpecialValuesStay) {
  float inf = std::numeric_limits<float>::infinity();
  for (RoundingMode mode : modes) {
    EXPECT_EQ(roundTo(inf, mode), inf);
    EXPECT_EQ(roundTo(-inf, mode), -inf);
    EXPECT_TRUE(std::isnan(roundTo(std::nanf(""), mode)));
    for (float large : {8388607.0f, 8388609.0f, 16777217.0f, 3e38f}) {
      EXPECT_EQ(roundTo(large, mode), large);
      EXPECT_EQ(roundTo(-large, mode), -large);
    }
  }
}

TEST(Rounding, ZeroKeepsItsSign) {
  for (RoundingMode mode : modes) {
    EXPECT_TRUE(std::signbit(roundTo(-0.0f, mode)));
    EXPECT_FALSE(std::signbit(roundTo(0.0f, mode)));
  }
  EXPECT_TRUE(std::signbit(roundTo(-0.5f, RoundingMode::HalfEven)));
  EXPECT_TRUE(std::signbit(roundTo(-0.5f, RoundingMode::HalfDown)));
  EXPECT_TRUE(std::signbit(roundTo(-0.3f, RoundingMode::Ceil)));
}

// Half to even is the processor's default mode.
TEST(Rounding, HalfEvenIsNearbyint) {
  std::mt19937 random(1);
  for (int i = 0; i < 200000; ++i) {
    float x = (int32_t(random() % 4001) - 2000) / 4.0f;
    x = random() % 2 ? std::nextafter(x, 1e9f) : x;
    ASSERT_EQ(roundTo(x, RoundingMode::HalfEven), std::nearbyint(x)) << x;
    ASSERT_EQ(roundTo(x, RoundingMode::HalfDown),
              std::copysign(std::ceil(std::fabs(double(x)) - 0.5), x))
        << x;
  }
}
