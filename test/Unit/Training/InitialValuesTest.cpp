//===- InitialValuesTest.cpp - How parameters begin ---------------------===//

#include "qnn/Training/InitialValues.h"
#include "gmock/gmock.h"
#include <cmath>
#include <numeric>

using namespace qnn;

static std::vector<float> values(llvm::StringRef init,
                                 llvm::ArrayRef<int64_t> shape,
                                 uint32_t number = 0) {
  std::vector<float> data(std::accumulate(shape.begin(), shape.end(),
                                          int64_t(1), std::multiplies()),
                          7);
  StateView view("w", true, shape, data.data());
  llvm::Error error = fillInitial(init, 1, number, view);
  if (error) {
    EXPECT_EQ(init, "no_such") << llvm::toString(std::move(error));
    return {};
  }
  return data;
}

/// Greatest magnitude, mean and deviation.
static std::array<double, 3> describe(const std::vector<float> &data) {
  double greatest = 0, sum = 0, squares = 0;
  for (float x : data) {
    greatest = std::max<double>(greatest, std::abs(x));
    sum += x;
    squares += x * x;
  }
  return {greatest, sum / data.size(), std::sqrt(squares / data.size())};
}

TEST(InitialValues, Constants) {
  EXPECT_EQ(values("zeros", {2}), (std::vector<float>{0, 0}));
  EXPECT_EQ(values("ones", {2}), (std::vector<float>{1, 1}));
  EXPECT_EQ(values("constant(0.25)", {2}), (std::vector<float>{0.25, 0.25}));
  EXPECT_EQ(values("forget_gates(1.5)", {8}),
            (std::vector<float>{0, 0, 0, 0, 1.5, 1.5, 0, 0}));
  values("no_such", {2});
}

TEST(InitialValues, Distributions) {
  // Bounds and deviations of 100 x 300 numbers; a uniform one has bound /
  // sqrt(3).
  auto uniform = describe(values("glorot_uniform", {100, 300}));
  double bound = std::sqrt(6.0 / 400);
  EXPECT_LE(uniform[0], bound);
  EXPECT_GT(uniform[0], 0.99 * bound);
  EXPECT_NEAR(uniform[1], 0, 0.01 * bound);
  EXPECT_NEAR(uniform[2], bound / std::sqrt(3), 0.01 * bound);
  auto normal = describe(values("he_normal", {100, 300}));
  EXPECT_NEAR(normal[2], std::sqrt(2.0 / 300), 0.02 * std::sqrt(2.0 / 300));
  auto conv = describe(values("he_uniform", {50, 20, 3, 3}));
  EXPECT_LE(conv[0], std::sqrt(6.0 / 180));
  EXPECT_GT(conv[0], 0.99 * std::sqrt(6.0 / 180));
}

TEST(InitialValues, EachParameterHasItsOwn) {
  EXPECT_EQ(values("uniform(1)", {8}), values("uniform(1)", {8}));
  EXPECT_NE(values("uniform(1)", {8}), values("uniform(1)", {8}, 1));
}
