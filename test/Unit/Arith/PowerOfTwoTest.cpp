//===- PowerOfTwoTest.cpp ---------------------------------------*- C++ -*-===//

#include "qnn/Arith/PowerOfTwo.h"
#include "qnn/Arith/Philox.h"
#include <cmath>
#include <gtest/gtest.h>
#include <limits>

using namespace qnn;

// The middle between two powers, in exponents: sqrt(2).
TEST(PowerOfTwo, AP2AroundTheMiddle) {
  float below = 0x1.6a09e6p0f, above = std::nextafter(below, 2.0f);
  ASSERT_LT(double(below), std::sqrt(2.0));
  ASSERT_GT(double(above), std::sqrt(2.0));
  for (int e : {-140, -20, 0, 5, 100}) {
    EXPECT_EQ(ap2(std::ldexp(1.0f, e)), std::ldexp(1.0f, e));
    if (e < -126)
      continue;
    EXPECT_EQ(ap2(std::ldexp(below, e)), std::ldexp(1.0f, e));
    EXPECT_EQ(ap2(std::ldexp(above, e)), std::ldexp(2.0f, e));
    EXPECT_EQ(ap2(-std::ldexp(above, e)), -std::ldexp(2.0f, e));
  }
}

TEST(PowerOfTwo, AP2IsRoundedLog2) {
  for (uint32_t word : RandomStream{1, 0, 0}.words(20000)) {
    float x = std::ldexp(uniform11(word), int(word % 60) - 30);
    if (x == 0)
      continue;
    double exponent = std::nearbyint(std::log2(std::fabs(double(x))));
    ASSERT_EQ(ap2(x), std::copysign(std::exp2(exponent), x)) << x;
  }
}

TEST(PowerOfTwo, SpecialValuesStay) {
  float inf = std::numeric_limits<float>::infinity();
  for (float x : {0.0f, -0.0f, inf, -inf}) {
    EXPECT_EQ(ap2(x), x);
    EXPECT_EQ(exponential(x), x);
    EXPECT_EQ(stochasticExponential(x, 0), x);
    EXPECT_EQ(floorPowerOfTwo(x), x);
  }
  EXPECT_TRUE(std::signbit(ap2(-0.0f)));
  EXPECT_TRUE(std::isnan(ap2(std::nanf(""))));
}

TEST(PowerOfTwo, Exponents) {
  EXPECT_EQ(exponential(1e9f), 512.0f);
  EXPECT_EQ(exponential(-1e-9f), -std::ldexp(1.0f, -22));
  EXPECT_EQ(exponential(100.0f, {-3, 2}), 4.0f);
  EXPECT_EQ(exponential(1.5f), 1.0f); // p = 1/2 is not greater
  EXPECT_EQ(exponential(std::nextafter(1.5f, 2.0f)), 2.0f);
  EXPECT_EQ(floorPowerOfTwo(-1.99f), -1.0f);
  EXPECT_EQ(fractionAbovePower(-3.0f), 0.5f);
  EXPECT_EQ(fractionAbovePower(std::ldexp(1.0f, -149)), 0.0f);
}

TEST(PowerOfTwo, StochasticExponentialIsUnbiased) {
  const int count = 200000;
  for (float x : {0.3f, -0.7f, 1.0f, 2.9f, -100.5f}) {
    double sum = 0;
    for (uint32_t word : RandomStream{3, 1, 2}.words(count))
      sum += stochasticExponential(x, uniform01(word));
    EXPECT_NEAR(sum / count, x, 0.005 * std::fabs(x)) << x;
  }
}

TEST(PowerOfTwo, LogQuant) {
  EXPECT_EQ(logQuantLeast(2), 0.5f);
  EXPECT_EQ(logQuantLeast(3), 0.125f);
  EXPECT_EQ(logQuantLeast(4), std::ldexp(1.0f, -7));
  EXPECT_EQ(logQuant(0.3f, -1, 1), 0.25f);
  EXPECT_EQ(logQuant(-5, -1, 1), -1.0f);
}
