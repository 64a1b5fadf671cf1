//===- PlanTest.cpp - How a network is trained --------------------------===//

#include "qnn/Training/Plan.h"
#include "qnn/Training/Config.h"
#include "qnn/Training/Presets.h"
#include "gmock/gmock.h"

using namespace qnn;
using testing::HasSubstr;
using testing::Not;

static llvm::Expected<Plan> read(llvm::StringRef text) {
  return readPlan(llvm::cantFail(parseToml(text, "t")), "t");
}

TEST(Plan, Everything) {
  auto plan = read(R"(
[data]
source = "mnist:x"
scale = 1
validation = { fraction = 0.25, mode = "stratified" }
augment = { flip = true, rotate = 3.0, until_epoch = 20 }
[optimizer]
name = "sgd"
momentum = 0.9
nesterov = true
clip_norm = 5
[schedule]
kind = "cosine"
rate = 0.5
warm_up = 2
[training]
loss = "squared_hinge"
batch = 7
epochs = 30
seed = 99
early_stopping = { patience = 3, monitor = "val_accuracy" }
teacher = { model = "float.onnx", weight = 0.25 }
calibration = { observer = "percentile", percentile = 99, batches = 3 }
)");
  ASSERT_TRUE(bool(plan)) << llvm::toString(plan.takeError());
  EXPECT_EQ(plan->data.source, "mnist:x");
  EXPECT_EQ(plan->data.scale, 1.0f);
  EXPECT_EQ(plan->data.validation, 0.25);
  EXPECT_EQ(plan->data.validationMode, "stratified");
  EXPECT_TRUE(plan->data.augmentation.isAffine());
  EXPECT_EQ(plan->data.augmentation.untilEpoch, 20);
  EXPECT_EQ(plan->step.optimizer, "sgd");
  EXPECT_EQ(plan->step.hyper.at("momentum"), 0.9);
  EXPECT_EQ(plan->step.hyper.at("nesterov"), 1);
  EXPECT_EQ(plan->schedule.kind, ScheduleKind::Cosine);
  EXPECT_EQ(plan->schedule.length, 30);
  EXPECT_EQ(plan->schedule.warmUp, 2);
  EXPECT_EQ(plan->batch, 7);
  EXPECT_EQ(plan->seed, 99u);
  EXPECT_EQ(plan->patience, 3);
  EXPECT_EQ(plan->monitor, "val_accuracy");
  EXPECT_EQ(plan->teacher, "float.onnx");
  EXPECT_EQ(plan->step.distill, 0.25);
  EXPECT_EQ(plan->step.temperature, 4);
  EXPECT_EQ(plan->step.clipNorm, 5);
  EXPECT_EQ(plan->calibration.observer, "percentile");
  EXPECT_EQ(plan->calibration.percentile, 99);
  EXPECT_EQ(plan->calibration.batches, 3);
}

TEST(Plan, MistakesAreNamed) {
  auto message = [](llvm::StringRef text) {
    auto plan = read(text);
    return plan ? "" : llvm::toString(plan.takeError());
  };
  EXPECT_THAT(message("[training]\nepoch = 3"),
              HasSubstr("description.training: unknown key 'epoch'"));
  EXPECT_THAT(message("[training]\nepoch = 3"),
              HasSubstr("did you mean 'epochs'?"));
  EXPECT_THAT(message("[training]\nloss = 'cross_entopy'"),
              HasSubstr("did you mean 'cross_entropy'?"));
  EXPECT_THAT(message("[training]\nloss = 'focal'"),
              Not(HasSubstr("did you mean")));
  EXPECT_THAT(message("[training]\nteacher = { weight = 0.5 }"),
              HasSubstr("teacher: model: expected the file"));
  EXPECT_THAT(message("[training]\nteacher = { model = 'x', weight = 2 }"),
              HasSubstr("weight: expected a number above 0, at most 1"));
  EXPECT_THAT(message("[training]\ncalibration = { percentile = 50 }"),
              HasSubstr("percentile: expected a number above 50"));
  EXPECT_THAT(message("[training]\nbatch = 0"),
              HasSubstr("batch: expected a whole number from 1"));
  EXPECT_THAT(message("[optimizer]\nname = 'adagrad'"),
              HasSubstr("but got 'adagrad'"));
  EXPECT_THAT(message("[optimizer]\nname = 'adam'\nbeta1 = 2.0"),
              HasSubstr("beta1: expected a number from 0 to less than 1"));
  EXPECT_THAT(message("[optimizer]\nname = 'sgd'\nweight_decay = -1"),
              HasSubstr("weight_decay: expected a number of 0 or more"));
  EXPECT_THAT(message("[optimizer]\nname = 'adam'\nepsilon = nan"),
              HasSubstr("epsilon: expected a number of 0 or more"));
  EXPECT_THAT(message("[schedule]\nrate = -1"), HasSubstr("positive"));
  EXPECT_THAT(message("[trainings]\n"), HasSubstr("unknown key 'trainings'"));
  EXPECT_THAT(message("[training]\nearly_stopping = { patience = 2 }"),
              HasSubstr("needs [data] validation"));
}

TEST(Presets, AllHaveAPlan) {
  EXPECT_GE(presets().size(), 16u);
  for (const Preset &preset : presets()) {
    auto config = loadConfig(preset.text, preset.name, {});
    ASSERT_TRUE(bool(config)) << llvm::toString(config.takeError());
    auto plan = readPlan(*config, preset.name);
    EXPECT_TRUE(bool(plan)) << llvm::toString(plan.takeError());
    EXPECT_FALSE(describePreset(preset).empty());
  }
  EXPECT_EQ(findPreset("no such"), nullptr);
}
