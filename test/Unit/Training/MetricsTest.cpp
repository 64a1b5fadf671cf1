//===- MetricsTest.cpp - Losses against their formulas ------------------===//

#include "qnn/Training/Metrics.h"
#include "gmock/gmock.h"
#include <cmath>

using namespace qnn;

TEST(Metrics, Losses) {
  float row[] = {0.5f, -1, 2};
  double sum = std::exp(0.5) + std::exp(-1) + std::exp(2);
  EXPECT_NEAR(score("cross_entropy", row, {0}).loss, std::log(sum) - 0.5,
              1e-12);
  // t = (-1, -1, +1): max(0, 1 - t x) is 1.5, 0, 0.
  EXPECT_NEAR(score("hinge", row, {2}).loss, 1.5 / 3, 1e-12);
  EXPECT_NEAR(score("squared_hinge", row, {2}).loss, 2.25 / 3, 1e-12);
  EXPECT_NEAR(score("mse", row, {2}).loss, (0.25 + 1 + 1) / 3, 1e-12);
  float one[] = {0.3f};
  EXPECT_NEAR(score("bce", one, {1}).loss, std::log1p(std::exp(-0.3)), 1e-7);
  EXPECT_NEAR(score("bce", one, {0}).loss, std::log1p(std::exp(0.3)), 1e-7);
  EXPECT_NEAR(score("hinge", one, {1}).loss, 0.7, 1e-7);
}

TEST(Metrics, LargeNumbersDoNotOverflow) {
  float row[] = {1e30f, -1e30f};
  EXPECT_EQ(score("cross_entropy", row, {0}).loss, 0);
  float one[] = {-1e30f};
  EXPECT_EQ(score("bce", one, {0}).loss, 0);
}

TEST(Metrics, Predictions) {
  EXPECT_EQ(predictedLabel({1, 3, 3}), 1);
  EXPECT_EQ(predictedLabel(0.0f), 0);
  EXPECT_EQ(predictedLabel(0.1f), 1);
  float rows[] = {1, 2, 4, 3};
  Score result = score("mse", rows, {1, 1});
  EXPECT_EQ(result.correct, 1);
  EXPECT_EQ(result.count, 2);
  EXPECT_EQ(result.accuracy(), 0.5);
}
