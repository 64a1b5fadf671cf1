//===- TrainerTest.cpp - The loop, on a step that is a formula ----------===//

#include "../Support/TestFolder.h"
#include "qnn/Support/Files.h"
#include "qnn/Training/Log.h"
#include "gmock/gmock.h"
#include <cmath>
#include <numeric>

using namespace qnn;
using testing::HasSubstr;

namespace {
/// One parameter w that walks towards the mean of the pixels it is shown, and a
/// moment; the loss is what is left of the way. Learns nothing about labels.
class FakeStep : public TrainStep {
public:
  FakeStep() {
    views.push_back({"w", true, {1}, &w});
    views.push_back({"w/m", false, {1}, &m});
  }
  int64_t batch() const override { return 4; }
  llvm::Expected<StepResult> run(llvm::ArrayRef<Array> inputs,
                                 llvm::ArrayRef<int64_t> labels, float rate,
                                 int64_t step, uint64_t seed) override {
    rates.push_back(rate);
    const float *x = inputs[0].data<float>();
    float mean = std::accumulate(x, x + 4, 0.0f) / 4;
    m = 0.5f * m + (mean - w);
    w += rate * m;
    if (step == divergesAt)
      w = NAN;
    return StepResult{std::isnan(w) ? NAN : std::abs(mean - w), 1};
  }
  llvm::Expected<std::vector<Array>>
  evaluate(llvm::ArrayRef<Array> inputs) override {
    ++evaluations;
    Array logits(ElementType::F32, {4, 2});
    for (int64_t i = 0; i < 4; ++i)
      logits.set(2 * i + (w > 2), 1);
    return std::vector<Array>{logits};
  }
  llvm::ArrayRef<StateView> states() const override { return views; }
  llvm::MutableArrayRef<StateView> editStates() override { return views; }
  int64_t peakBytes() const override { return 8; }

  float w = 0, m = 0;
  int64_t divergesAt = -1;
  int evaluations = 0;
  std::vector<float> rates;

private:
  std::vector<StateView> views;
};

class TrainerTest : public TestFolder {
protected:
  TrainerTest() {
    auto set = std::make_shared<Dataset>();
    set->images = Array(ElementType::U8, {20, 1, 1, 1});
    for (int i = 0; i < 20; ++i) {
      set->images.bytes[i] = i;
      set->labels.push_back(1);
    }
    std::vector<int64_t> train(16), rest(4);
    std::iota(train.begin(), train.end(), 0);
    std::iota(rest.begin(), rest.end(), 16);
    data.emplace(TrainingData{
        {set, train, 1.0f}, {set, rest, 1.0f}, {set, rest, 1.0f}, 0});
    plan.batch = 4;
    plan.epochs = 5;
    plan.monitor = "val_accuracy";
    plan.data.validation = 0.2;
    plan.schedule.first = 0.1;
  }

  llvm::Expected<StopReason> train(FakeStep &step, Progress from = {}) {
    Log log(out, true, false, "", false);
    Trainer trainer(plan, step, *data, log);
    trainer.folder = folder.str();
    trainer.progress = from;
    trainer.interrupted = &stop;
    auto reason = trainer.run();
    progress = trainer.progress;
    return reason;
  }

  Plan plan;
  std::optional<TrainingData> data;
  std::string text;
  llvm::raw_string_ostream out{text};
  volatile std::sig_atomic_t stop = 0;
  Progress progress;
};
} // namespace

TEST_F(TrainerTest, AResumedRunEndsWithTheSameBits) {
  FakeStep whole;
  ASSERT_EQ(llvm::cantFail(train(whole)), StopReason::Epochs);
  EXPECT_EQ(whole.rates.size(), 20u);
  // The same in two runs, cut within an epoch.
  FakeStep first;
  plan.maxSteps = 7;
  ASSERT_EQ(llvm::cantFail(train(first)), StopReason::Steps);
  EXPECT_EQ(first.rates.size(), 7u);
  FakeStep second;
  plan.maxSteps = 0;
  auto meta = llvm::cantFail(readMeta(path("last.npz")));
  ASSERT_FALSE(bool(readStates(path("last.npz"), second.editStates())));
  ASSERT_EQ(llvm::cantFail(train(second, meta.progress)), StopReason::Epochs);
  EXPECT_EQ(second.rates.size(), 13u);
  EXPECT_EQ(second.w, whole.w);
  EXPECT_EQ(second.m, whole.m);
}

TEST_F(TrainerTest, LogsAreTheSameAfterAResume) {
  auto run = [&](Progress from, int64_t epochs) {
    plan.epochs = epochs;
    FakeStep step;
    if (from.epoch)
      EXPECT_FALSE(bool(readStates(path("last.npz"), step.editStates())));
    Log log(llvm::nulls(), false, false, folder.str().str(), false);
    EXPECT_FALSE(bool(log.open(from.epoch)));
    Trainer trainer(plan, step, *data, log);
    trainer.folder = folder.str();
    trainer.progress = from;
    llvm::cantFail(trainer.run());
    return trainer.progress;
  };
  Progress middle = run({}, 2);
  run(middle, 4);
  auto lines = [&](llvm::StringRef file) {
    return llvm::StringRef(llvm::cantFail(readFile(path(file)))).count('\n');
  };
  EXPECT_EQ(lines("log.csv"), 5u);
  EXPECT_EQ(lines("log.jsonl"), 4u);
}

TEST_F(TrainerTest, StopsEarlyAndKeepsTheBest) {
  FakeStep step;
  plan.patience = 2;
  plan.epochs = 100;
  ASSERT_EQ(llvm::cantFail(train(step)), StopReason::EarlyStopping);
  // The accuracy becomes 1 when w passes 2, then it cannot improve.
  auto best = llvm::cantFail(readMeta(path("best.npz")));
  EXPECT_EQ(best.progress.best, 1.0);
  EXPECT_EQ(progress.epoch, progress.bestEpoch + 3);
}

TEST_F(TrainerTest, DivergenceNamesStepAndTensor) {
  FakeStep step;
  step.divergesAt = 6;
  auto reason = train(step);
  ASSERT_FALSE(bool(reason));
  EXPECT_THAT(llvm::toString(reason.takeError()),
              HasSubstr("diverged in step 6 (epoch 2): the loss is not finite; "
                        "first tensor that is not: 'w'"));
  // The checkpoint is that of the epoch before.
  auto meta = llvm::cantFail(readMeta(path("last.npz")));
  EXPECT_EQ(meta.progress.step, 4);
}

TEST_F(TrainerTest, AnInterruptLeavesACheckpoint) {
  FakeStep step;
  stop = 1;
  ASSERT_EQ(llvm::cantFail(train(step)), StopReason::Interrupted);
  EXPECT_EQ(llvm::cantFail(readMeta(path("last.npz"))).progress.step, 0);
}

TEST_F(TrainerTest, EpochsAreLoggedAsJSON) {
  FakeStep step;
  plan.epochs = 1;
  llvm::cantFail(train(step));
  auto line = llvm::cantFail(llvm::json::parse(text));
  const llvm::json::Object &object = *line.getAsObject();
  EXPECT_EQ(object.getInteger("epoch"), 1);
  EXPECT_EQ(object.getInteger("step"), 4);
  EXPECT_EQ(object.getNumber("accuracy"), 0.25);
  for (const char *key : {"loss", "val_loss", "val_accuracy", "ms_per_step",
                          "images_per_s", "learning_rate"})
    EXPECT_TRUE(object.getNumber(key)) << key;
}

TEST_F(TrainerTest, TheRateFollowsTheSchedule) {
  FakeStep step;
  plan.schedule.kind = ScheduleKind::Step;
  plan.schedule.factor = 0.5;
  plan.schedule.period = 1;
  plan.epochs = 2;
  llvm::cantFail(train(step));
  EXPECT_THAT(step.rates, testing::ElementsAre(0.1f, 0.1f, 0.1f, 0.1f, 0.05f,
                                               0.05f, 0.05f, 0.05f));
}

TEST_F(TrainerTest, TheFinderRestoresTheStates) {
  FakeStep step;
  step.w = 0.5f;
  auto curve = llvm::cantFail(findLearningRate(plan, step, *data, 1e-4, 1, 10));
  EXPECT_EQ(step.w, 0.5f);
  EXPECT_EQ(step.m, 0);
  ASSERT_FALSE(curve.empty());
  EXPECT_DOUBLE_EQ(curve.front().first, 1e-4);
  EXPECT_EQ(suggestedRate({{1e-3, 3.0}, {1e-2, 1.0}, {1e-1, 2.0}}), 1e-3);
}
