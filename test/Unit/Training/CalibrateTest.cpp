//===- CalibrateTest.cpp - Quantizers that begin with what they see -----===//

#include "qnn/Training/Calibrate.h"
#include "qnn/Arith/Quantizers/Basis.h"
#include "qnn/Arith/Quantizers/Linear.h"
#include "qnn/Driver/Compile.h"
#include "qnn/Training/BuildModel.h"
#include "qnn/Training/Config.h"
#include "qnn/Training/InitialValues.h"
#include "gmock/gmock.h"
#include <numeric>

using namespace qnn;
using testing::ElementsAre;
using testing::ElementsAreArray;

namespace {
constexpr int64_t count = 12, width = 8;

/// Sample i, element j: i + j - 3; the first batch of 4 has -3 to 7.
class CalibrateTest : public testing::Test {
protected:
  CalibrateTest() {
    auto set = std::make_shared<Dataset>();
    set->images = Array(ElementType::F32, {count, width});
    for (int64_t i = 0; i < count * width; ++i)
      set->images.set(i, i / width + i % width - 3);
    set->labels.assign(count, 0);
    std::vector<int64_t> all(count);
    std::iota(all.begin(), all.end(), 0);
    samples.emplace(set, all, std::nullopt);
  }

  /// States of a network of these layers, by name.
  std::map<std::string, std::vector<float>> calibrated(llvm::StringRef layers) {
    std::string text =
        ("input = [8]\nlayers = [" + layers + ", { dense = 2 }]").str();
    auto description = llvm::cantFail(parseToml(text, "test"));
    auto model = buildModel(description, 4, "test", context.get());
    EXPECT_TRUE(bool(model)) << llvm::toString(model.takeError());
    EXPECT_TRUE(needsCalibration(**model));
    options.evaluateOnly = true;
    auto step = llvm::cantFail(createTrainStep(**model, options));
    llvm::cantFail(initialize(**model, *step, 1));
    llvm::cantFail(calibrate(**model, *step, *samples, plan, options));
    std::map<std::string, std::vector<float>> result;
    for (const StateView &state : step->states())
      result[state.name] = state.values().vec();
    return result;
  }

  std::vector<float> firstBatch() {
    Batch batch = samples->inOrder(0, 4);
    const float *data = batch.input.data<float>();
    return {data, data + batch.input.size()};
  }

  std::unique_ptr<mlir::MLIRContext> context = createContext();
  std::optional<Samples> samples;
  CalibrationPlan plan;
  TrainOptions options;
};
} // namespace

TEST_F(CalibrateTest, ObserversFindRanges) {
  const char *layers = "{ quantize = { method = 'observed', bits = 8 } }";
  const char *name = "quantize1.quantize_learned0";
  EXPECT_THAT(calibrated(layers)[name], ElementsAre(-3, 15));
  plan.batches = 1;
  EXPECT_THAT(calibrated(layers)[name], ElementsAre(-3, 7));
  plan.batches = 2;
  plan.observer = "average";
  plan.momentum = 0.5;
  EXPECT_THAT(calibrated(layers)[name], ElementsAre(-1, 9));
  plan.observer = "percentile";
  plan.percentile = 75;
  auto range = calibrated(layers)[name];
  EXPECT_GT(range[0], -3);
  EXPECT_LT(range[1], 11);
}

TEST_F(CalibrateTest, StepsAndScalesFollowFromTheFirstBatch) {
  auto states = calibrated("{ quantize = { method = 'lsq', bits = 3 } }, "
                           "{ quantize = { method = 'pact', bits = 4 } }, "
                           "{ quantize = { method = 'lq_nets', bits = 2 } }, "
                           "{ quantize = { method = 'abc_net', bits = 3 } }");
  EXPECT_THAT(states["quantize1.quantize_learned0"],
              ElementsAre(learnedStepInit(firstBatch(), 3)));
  EXPECT_THAT(states["quantize2.quantize_learned0"], ElementsAre(15));
  EXPECT_THAT(states["quantize3.quantize_learned0"],
              ElementsAreArray(activationBasis(2)));
  EXPECT_THAT(states["quantize4.quantize_learned1"],
              ElementsAre(0.25f, 0, -0.25f));
}

TEST_F(CalibrateTest, WeightsAreSeenByChannel) {
  auto states = calibrated("{ dense = 3, weights = { method = 'lsq', bits = 4, "
                           "axis = 0 } }");
  const std::vector<float> &weight = states["dense1.weight"];
  for (int64_t o = 0; o < 3; ++o)
    EXPECT_EQ(
        states["dense1.weights_learned0"][o],
        learnedStepInit(llvm::ArrayRef(weight).slice(o * width, width), 7));
}

TEST_F(CalibrateTest, GivenNumbersStay) {
  auto states = calibrated(
      "{ quantize = { method = 'observed', bits = 8, learned = [-1, 2] } }, "
      "{ quantize = { method = 'pact', bits = 4, learned = 3.015625 } }, "
      "{ quantize = { method = 'observed', bits = 8 } }");
  EXPECT_THAT(states["quantize1.quantize_learned0"], ElementsAre(-1, 2));
  EXPECT_THAT(states["quantize2.quantize_learned0"], ElementsAre(3.015625));
  // What lies behind a quantizer with numbers of its own sees what it gives.
  EXPECT_THAT(states["quantize3.quantize_learned0"],
              ElementsAre(0, testing::FloatEq(std::round(2 / (3.015625f / 15)) *
                                              (3.015625f / 15))));
}
