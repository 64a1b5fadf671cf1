//===- SurrogatesTest.cpp ---------------------------------------*- C++ -*-===//

#include "qnn/Arith/Surrogates.h"
#include <cmath>
#include <gtest/gtest.h>
#include <limits>

using namespace qnn;

namespace {
const SurrogateGradient all[] = {SurrogateGradient::identity(),
                                 SurrogateGradient::window(-1, 1),
                                 SurrogateGradient::window(-3, 3),
                                 SurrogateGradient::openWindow(0, 2),
                                 SurrogateGradient::tanh(3),
                                 SurrogateGradient::modifiedTanh(3, 3),
                                 SurrogateGradient::modifiedTanh(5, 7),
                                 SurrogateGradient::approxSign(),
                                 SurrogateGradient::swishSign(5),
                                 SurrogateGradient::irNet(0.1f, 10),
                                 SurrogateGradient::irNet(10, 1),
                                 SurrogateGradient::leakyTanh(0.2f)};

std::string nameOf(const SurrogateGradient &s) {
  return stringifySurrogateKind(s.kind).str() + "(" + std::to_string(s.first) +
         ", " + std::to_string(s.second) + ")";
}
} // namespace

// Away from kinks and jumps, none of which lies at these numbers.
TEST(Surrogates, DerivativeOfThePrimitive) {
  const double h = 1e-5;
  for (const SurrogateGradient &s : all)
    for (double x = -4.0123; x < 4.1; x += 0.0871) {
      double difference =
          (surrogatePrimitive(s, x + h) - surrogatePrimitive(s, x - h)) /
          (2 * h);
      ASSERT_NEAR(surrogateDerivative(s, x), difference, 2e-7)
          << nameOf(s) << " at " << x;
    }
}

TEST(Surrogates, FloatIsDoubleRounded) {
  for (const SurrogateGradient &s : all)
    for (float x = -4; x < 4; x += 0.0625f) {
      double exact = surrogateDerivative(s, double(x));
      ASSERT_NEAR(surrogateDerivative(s, x), exact,
                  1e-6 * std::fabs(exact) + 2e-7)
          << nameOf(s) << " at " << x;
    }
}

TEST(Surrogates, Bounds) {
  auto at = [](SurrogateGradient s, float x) {
    return surrogateDerivative(s, x);
  };
  float above = std::nextafter(1.0f, 2.0f), below = std::nextafter(1.0f, 0.0f);
  SurrogateGradient window = SurrogateGradient::window(-1, 1);
  EXPECT_EQ(at(window, 1), 1);
  EXPECT_EQ(at(window, -1), 1);
  EXPECT_EQ(at(window, above), 0);
  SurrogateGradient open = SurrogateGradient::openWindow(-1, 1);
  EXPECT_EQ(at(open, 1), 0);
  EXPECT_EQ(at(open, -1), 0);
  EXPECT_EQ(at(open, below), 1);
  EXPECT_EQ(at(SurrogateGradient::leakyTanh(0.2f), 1), 1);
  EXPECT_EQ(at(SurrogateGradient::leakyTanh(0.2f), above), 0.2f);
  EXPECT_EQ(at(SurrogateGradient::approxSign(), 0), 2);
  EXPECT_EQ(at(SurrogateGradient::approxSign(), -1), 0);
  EXPECT_EQ(at(SurrogateGradient::swishSign(5), 0), 5);
  EXPECT_EQ(at(SurrogateGradient::tanh(4), 0), 4);
  EXPECT_EQ(at(SurrogateGradient::irNet(0.5f, 2), 0), 1);
}

// approx_sign is what Bi-Real and AdaBin call a quadratic.
TEST(Surrogates, BiRealQuadratic) {
  for (float x = -1.5f; x <= 1.5f; x += 0.125f) {
    float expected = x > -1 && x < 0   ? 2 + 2 * x
                     : x >= 0 && x < 1 ? 2 - 2 * x
                                       : 0;
    EXPECT_EQ(surrogateDerivative(SurrogateGradient::approxSign(), x),
              expected);
  }
}

// swish_sign against its formula as it is printed.
TEST(Surrogates, SwishSignFormula) {
  for (double x = -3; x < 3; x += 0.1) {
    double y = 5 * x;
    double printed = 5 * (2 - y * std::tanh(y / 2)) / (1 + std::cosh(y));
    EXPECT_NEAR(surrogateDerivative(SurrogateGradient::swishSign(5), x),
                printed, 1e-12);
  }
}

// The mean of f3' over a period is tanh k.
TEST(Surrogates, ModifiedTanhMean) {
  double sum = 0;
  const int count = 20000;
  for (int i = 0; i < count; ++i)
    sum += surrogateDerivative(SurrogateGradient::modifiedTanh(4, 9),
                               -1 + 2 * (i + 0.5) / count);
  EXPECT_NEAR(sum / count, std::tanh(4.0), 1e-6);
}

TEST(Surrogates, LargeNumbersDoNotOverflow) {
  for (float x : {1e4f, -1e4f, 3e38f})
    for (const SurrogateGradient &s : all)
      EXPECT_TRUE(std::isfinite(surrogateDerivative(s, x))) << nameOf(s);
}

TEST(Surrogates, Parameters) {
  auto message = [](SurrogateKind kind, llvm::ArrayRef<float> parameters) {
    auto made = makeSurrogate(kind, parameters);
    return made ? "" : llvm::toString(made.takeError());
  };
  EXPECT_EQ(message(SurrogateKind::Window, {-1, 1}), "");
  EXPECT_EQ(message(SurrogateKind::Window, {1}),
            "surrogate window: expected 2 parameters, but got 1");
  EXPECT_NE(message(SurrogateKind::Window, {1, -1}), "");
  EXPECT_NE(message(SurrogateKind::Tanh, {0}), "");
  EXPECT_NE(message(SurrogateKind::Tanh, {std::nanf("")}), "");
  auto made = makeSurrogate(SurrogateKind::IRNet, {0.5f, 2});
  ASSERT_TRUE(bool(made));
  EXPECT_EQ(made->first, 0.5f);
  EXPECT_EQ(made->second, 2);
}

TEST(Surrogates, IRNetSchedule) {
  EXPECT_NEAR(irNetSchedule(0).first, 0.1f, 1e-8);
  EXPECT_NEAR(irNetSchedule(0).second, 10, 1e-6);
  EXPECT_NEAR(irNetSchedule(0.5).first, 1, 1e-7);
  EXPECT_EQ(irNetSchedule(1).second, 1);
  EXPECT_NEAR(irNetSchedule(1).first, 10, 1e-6);
}
