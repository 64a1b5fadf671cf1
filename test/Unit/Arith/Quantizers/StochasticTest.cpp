//===- StochasticTest.cpp - Quantizers that draw ----------------*- C++ -*-===//

#include "qnn/Arith/Philox.h"
#include "qnn/Arith/Quantizers/Binary.h"
#include "qnn/Arith/Quantizers/Linear.h"
#include "qnn/Arith/Quantizers/Ternary.h"
#include <cmath>
#include <gtest/gtest.h>
#include <set>

using namespace qnn;

namespace {
const int count = 100000;

/// The mean of f(uniform) over many draws, and the values that came.
template <typename F>
double meanOverDraws(F f, std::set<float> *values = nullptr) {
  double sum = 0;
  for (uint32_t word : RandomStream{11, 5, 9}.words(count)) {
    float value = f(uniform01(word));
    sum += value;
    if (values)
      values->insert(value);
  }
  return sum / count;
}
} // namespace

// E = P(+1) - P(-1) = 2 hs(x) - 1 = clip(x, -1, 1).
TEST(Stochastic, SignIsUnbiased) {
  for (float x : {-2.0f, -1.0f, -0.6f, 0.0f, 0.25f, 1.0f, 3.0f}) {
    std::set<float> values;
    double mean =
        meanOverDraws([x](float u) { return stochasticSign(x, u); }, &values);
    EXPECT_NEAR(mean, std::fmin(std::fmax(x, -1), 1), 0.01) << x;
    for (float value : values)
      EXPECT_EQ(std::fabs(value), 1.0f);
  }
  EXPECT_EQ(meanOverDraws([](float u) { return stochasticSign(1, u); }), 1);
  EXPECT_EQ(meanOverDraws([](float u) { return stochasticSign(-1, u); }), -1);
}

TEST(Stochastic, TernaryIsUnbiased) {
  for (float scale : {0.5f, 1.0f, 0.2f})
    for (float x : {-0.1f, 0.05f, 0.19f, 0.0f}) {
      std::set<float> values;
      double mean = meanOverDraws(
          [=](float u) { return stochasticTernary(x, scale, u); }, &values);
      EXPECT_NEAR(mean, x, 0.01 * scale) << x;
      EXPECT_LE(values.size(), 2u);
      for (float value : values)
        EXPECT_TRUE(value == 0 || value == std::copysign(scale, x));
    }
  EXPECT_EQ(stochasticTernary(-7, 0.5f, 0.999f), -0.5f);
}

TEST(Stochastic, DoReFaGradientIsUnbiased) {
  for (float g : {-0.02f, -0.013f, 0.0f, 0.004f, 0.0199f}) {
    std::set<float> values;
    double mean = meanOverDraws(
        [g](float u) { return dorefaGradient(g, 0.02f, u, 4); }, &values);
    // At the ends the noise is clipped; inside the mean is exact.
    double tolerance = std::fabs(g) > 0.0195f ? 0.0007 : 1e-5;
    EXPECT_NEAR(mean, g, tolerance) << g;
    EXPECT_LE(values.size(), 2u);
  }
  EXPECT_EQ(dorefaGradient(0, 0, 0.5f, 4), 0);
}

// The same draw gives the same number; another step gives others.
TEST(Stochastic, Reproducible) {
  auto draw = [](uint64_t step) {
    std::vector<float> values;
    for (uint32_t word : RandomStream{1, step, 2}.words(256))
      values.push_back(stochasticSign(0.1f, uniform01(word)));
    return values;
  };
  EXPECT_EQ(draw(4), draw(4));
  EXPECT_NE(draw(4), draw(5));
}
