//===- QuantizeTest.cpp - Quantizers, batch norm, requantize ----*- C++ -*-===//

#include "qnn/Arith/Quantize.h"
#include "qnn/Arith/BatchNorm.h"
#include "qnn/Arith/Requantize.h"
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>

using namespace qnn;

namespace {
const float inf = std::numeric_limits<float>::infinity();
const float notANumber = std::numeric_limits<float>::quiet_NaN();

QuantizerSpec spec(unsigned bits, Encoding encoding, bool narrow = false) {
  QuantizerSpec result;
  result.bits = bits;
  result.encoding = encoding;
  result.narrow = narrow;
  return result;
}

/// The formula in numpy's words.
float naive(float x, float scale, float zeroPoint, int32_t min, int32_t max) {
  volatile float quotient = x / scale;
  volatile float shifted = quotient + zeroPoint;
  float clamped =
      std::fmin(std::fmax(std::nearbyint(shifted), float(min)), float(max));
  volatile float difference = clamped - zeroPoint;
  return difference * scale;
}
} // namespace

TEST(Code, EveryPatternAndBack) {
  for (unsigned bits = 1; bits <= 8; ++bits)
    for (Encoding encoding : {Encoding::Unsigned, Encoding::Signed})
      for (uint32_t pattern = 0; pattern < 1u << bits; ++pattern) {
        int32_t number = codeToNumber(pattern, bits, encoding);
        EXPECT_GE(number, codeMin(bits, encoding, false));
        EXPECT_LE(number, codeMax(bits, encoding, false));
        EXPECT_EQ(numberToCode(number, bits, encoding), pattern);
      }
  EXPECT_EQ(codeToNumber(0, 1, Encoding::Bipolar), -1);
  EXPECT_EQ(codeToNumber(1, 1, Encoding::Bipolar), 1);
  EXPECT_EQ(codeToNumber(3, 2, Encoding::Ternary), -1);
  EXPECT_EQ(codeToNumber(0xff, 4, Encoding::Signed), -1);
  EXPECT_EQ(codeMin(4, Encoding::Signed, true), -7);
  EXPECT_EQ(codeMax(4, Encoding::Unsigned, true), 14);
}

TEST(Quantize, SignOfZeroAndNaN) {
  for (SignZero zero :
       {SignZero::PlusOne, SignZero::MinusOne, SignZero::Zero}) {
    int32_t expected = zero == SignZero::PlusOne    ? 1
                       : zero == SignZero::MinusOne ? -1
                                                    : 0;
    EXPECT_EQ(signOf(0.0f, zero), expected);
    EXPECT_EQ(signOf(-0.0f, zero), expected);
    EXPECT_EQ(signOf(notANumber, zero), -1);
    EXPECT_EQ(signOf(1e-45f, zero), 1);
    EXPECT_EQ(signOf(-1e-45f, zero), -1);
    EXPECT_EQ(signOf(inf, zero), 1);
    EXPECT_EQ(signOf(-inf, zero), -1);
  }
  QuantizerSpec bipolar = spec(1, Encoding::Bipolar);
  EXPECT_EQ(encode(-0.0f, 1, 0, bipolar), 1u);
  EXPECT_EQ(encode(-2.0f, 1, 0, bipolar), 0u);
  EXPECT_EQ(fakeQuantize(-3.0f, 0.25f, 0, bipolar), -0.25f);
  bipolar.signZero = SignZero::Zero;
  EXPECT_EQ(fakeQuantize(0.0f, 0.25f, 0, bipolar), 0.0f);
}

TEST(Quantize, SaturatesAndNaNIsLeast) {
  for (unsigned bits = 1; bits <= 8; ++bits)
    for (Encoding encoding : {Encoding::Unsigned, Encoding::Signed})
      for (bool narrow : {false, true}) {
        QuantizerSpec s = spec(bits, encoding, narrow);
        int32_t min = codeMin(bits, encoding, narrow);
        int32_t max = codeMax(bits, encoding, narrow);
        for (float large : {inf, 3e38f, 1000.0f})
          EXPECT_EQ(quantizeToNumber(large, 0.5f, 0, s), max);
        for (float small : {-inf, -3e38f, -1000.0f, notANumber})
          EXPECT_EQ(quantizeToNumber(small, 0.5f, 0, s), min);
        // x / scale overflows.
        EXPECT_EQ(quantizeToNumber(1e30f, 1e-30f, 0, s), max);
        EXPECT_EQ(quantizeToNumber(-1e30f, 1e-45f, 0, s), min);
        // 0 stays 0 (within min and max) at any scale.
        for (float scale : {1e-45f, 1e-38f, 1.0f, 3e38f})
          EXPECT_EQ(quantizeToNumber(0.0f, scale, 0, s), 0);
      }
}

// The zero point is added before rounding: 0.5 + 1 is a tie to 2, but 0.5
// alone rounds to 0.
TEST(Quantize, ZeroPointIsAddedBeforeRounding) {
  QuantizerSpec s = spec(8, Encoding::Unsigned);
  EXPECT_EQ(quantizeToNumber(0.5f, 1, 1, s), 2);
  EXPECT_EQ(quantizeToNumber(0.5f, 1, 2, s), 2);
  EXPECT_EQ(fakeQuantize(0.5f, 1, 1, s), 1.0f);
  EXPECT_EQ(quantizeToNumber(0.5f, 1, 0.5f, s), 1);
}

// 4.5 of 0.3: x / s is 4.5 up to rounding; x * (1 / s) lands elsewhere for
// some x, so the division must be one.
TEST(Quantize, DividesByTheScale) {
  QuantizerSpec s = spec(8, Encoding::Signed);
  int differ = 0;
  for (int k = 0; k < 100; ++k)
    for (float scale : {0.1f, 0.3f, 0.7f, 1.1f}) {
      float x = (k + 0.5f) * scale;
      volatile float inverse = 1.0f / scale;
      volatile float product = x * inverse;
      float quotient = x / scale;
      EXPECT_EQ(quantizeToNumber(x, scale, 0, s), std::nearbyint(quotient));
      differ += std::nearbyint(product) != std::nearbyint(quotient);
    }
  EXPECT_GT(differ, 0);
}

TEST(Quantize, FuzzedAgainstTheFormula) {
  std::mt19937 random(2);
  std::uniform_real_distribution<float> value(-300, 300), logScale(-3, 1);
  for (int i = 0; i < 100000; ++i) {
    unsigned bits = 1 + random() % 8;
    Encoding encoding = random() % 2 ? Encoding::Signed : Encoding::Unsigned;
    bool narrow = random() % 2;
    QuantizerSpec s = spec(bits, encoding, narrow);
    float scale = std::pow(10.0f, logScale(random));
    float zeroPoint = random() % 2 ? 0 : int(random() % 9) - 4;
    float x = random() % 4 ? value(random) * scale
                           : (int(random() % 200) - 100) * 0.5f * scale;
    float expected = naive(x, scale, zeroPoint, codeMin(bits, encoding, narrow),
                           codeMax(bits, encoding, narrow));
    ASSERT_EQ(fakeQuantize(x, scale, zeroPoint, s), expected)
        << x << " scale " << scale << " zero point " << zeroPoint;
    uint32_t code = encode(x, scale, zeroPoint, s);
    ASSERT_LT(code, 1u << bits);
    ASSERT_EQ(decode(codeToNumber(code, bits, encoding), scale, zeroPoint),
              expected);
  }
}

TEST(Quantize, TernaryClamps) {
  QuantizerSpec s = spec(2, Encoding::Ternary);
  EXPECT_EQ(encode(-5, 1, 0, s), 3u);
  EXPECT_EQ(encode(0.2f, 1, 0, s), 0u);
  EXPECT_EQ(encode(7, 1, 0, s), 1u);
}

TEST(BatchNorm, EachStepIsRounded) {
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  for (int i = 0; i < 100000; ++i) {
    float x = std::round(normal(random) * 50), scale = normal(random);
    float bias = normal(random), mean = normal(random) * 10;
    float variance = std::fabs(normal(random)) * 100, epsilon = 1e-5f;
    volatile float sum = variance + epsilon;
    volatile float root = std::sqrt(sum);
    volatile float factor = scale / root;
    volatile float difference = x - mean;
    volatile float product = difference * factor;
    volatile float expected = product + bias;
    ASSERT_EQ(batchNormFactor(scale, variance, epsilon), factor);
    ASSERT_EQ(batchNorm(x, factor, bias, mean), expected);
  }
}

TEST(Requantize, ProductAndSumAreRounded) {
  auto run = [](int32_t sum, float scale, float bias) {
    return requantize(sum, scale, bias, RoundingMode::HalfEven, -128, 127);
  };
  EXPECT_EQ(run(5, 0.5f, 0), 2);
  EXPECT_EQ(run(7, 0.5f, 0), 4);
  EXPECT_EQ(run(-5, 0.5f, 1), -2);
  EXPECT_EQ(run(std::numeric_limits<int32_t>::max(), 1, 0), 127);
  EXPECT_EQ(run(std::numeric_limits<int32_t>::min(), 1, 0), -128);
  EXPECT_EQ(run(1, notANumber, 0), -128);
  EXPECT_EQ(run(1, inf, -inf), -128);
  // 16777217 is no float: it becomes 16777216.
  EXPECT_EQ(run(16777217, 1, -16777216), 0);
  // With an fma this would be 3 * 0.1f - 0.3f = 1.1920929e-08, not 2.98e-08.
  volatile float product = 3 * 0.1f;
  volatile float difference = product - 0.3f;
  EXPECT_EQ(requantize(3, 0.1f, -0.3f, RoundingMode::Up, -8, 7),
            difference > 0   ? 1
            : difference < 0 ? -1
                             : 0);
}
