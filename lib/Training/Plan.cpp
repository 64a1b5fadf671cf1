//===- Plan.cpp - How a network is trained ------------------------------===//

#include "qnn/Training/Plan.h"
#include "qnn/Support/Files.h"
#include "qnn/Training/Fields.h"
#include <cmath>

using namespace qnn;
using namespace llvm;

static void readAugmentation(Fields fields, Augmentation &plan) {
  plan.flip = fields.flag("flip", false);
  plan.shift = fields.integer("shift", 0, 0, 1024);
  plan.rotate = fields.number("rotate", 0);
  plan.translate = fields.number("translate", 0);
  plan.zoom = fields.number("zoom", 0);
  plan.shear = fields.number("shear", 0);
  plan.untilEpoch = fields.integer("until_epoch", -1, -1);
  fields.finish();
}

static void readData(Fields fields, DataPlan &plan) {
  plan.source = fields.text("source", "");
  if (fields.has("scale"))
    plan.scale = fields.number("scale", 1);
  plan.limit = fields.integer("limit", 0);
  plan.text.length = fields.integer("length", 300, 1, 100000);
  plan.text.words = fields.integer("num_words", 5000, 4, 10000000);
  plan.text.isWords = fields.choice("unit", {"character", "word"}) == "word";
  if (std::optional<Fields> validation = fields.table("validation")) {
    plan.validation = validation->number("fraction", 0.1);
    if (!(plan.validation >= 0 && plan.validation < 1))
      validation->fail("fraction: expected a number from 0 to less than 1");
    plan.validationMode =
        validation->choice("mode", {"last", "random", "stratified"});
    validation->finish();
  }
  if (std::optional<Fields> augment = fields.table("augment"))
    readAugmentation(*augment, plan.augmentation);
  fields.finish();
}

ArrayRef<StringRef> qnn::optimizerNames() {
  static constexpr StringRef names[] = {
      "adam", "sgd", "adamw", "adamax", "shift_adamax", "rmsprop", "bop"};
  return names;
}

ArrayRef<StringRef> qnn::lossNames() {
  static constexpr StringRef names[] = {"cross_entropy", "bce", "squared_hinge",
                                        "hinge", "mse"};
  return names;
}

ArrayRef<StringRef> qnn::scheduleNames() {
  static constexpr StringRef names[] = {"constant", "step", "exponential",
                                        "cosine"};
  return names;
}

/// What means remember of themselves is less than 1.
static double readHyper(Fields &fields, StringRef key) {
  double number = fields.number(key, 0);
  bool isMemory = is_contained({"momentum", "beta1", "beta2", "rho"}, key);
  if (!(number >= 0 && number < (isMemory ? 1.0 : HUGE_VAL)))
    fields.fail(key + (isMemory ? ": expected a number from 0 to less than 1"
                                : ": expected a number of 0 or more"));
  return number;
}

static void readOptimizer(Fields fields, TrainOptions &plan) {
  plan.optimizer = fields.choice("name", optimizerNames());
  for (StringRef key : {"momentum", "beta1", "beta2", "epsilon", "weight_decay",
                        "rho", "threshold"})
    if (fields.has(key))
      plan.hyper[key.str()] = readHyper(fields, key);
  plan.clipNorm = fields.number("clip_norm", 0);
  if (!(plan.clipNorm >= 0))
    fields.fail("clip_norm: expected a positive number");
  if (fields.flag("nesterov", false))
    plan.hyper["nesterov"] = 1;
  fields.finish();
}

static void readSchedule(Fields fields, Plan &plan) {
  Schedule &schedule = plan.schedule;
  std::string kind = fields.choice("kind", scheduleNames());
  schedule.kind = *symbolizeScheduleKind(kind);
  schedule.first = fields.number("rate", 1e-3);
  if (!(schedule.first > 0))
    fields.fail("rate: expected a positive number");
  schedule.last =
      fields.number("last", kind == "exponential" ? schedule.first / 100 : 0);
  plan.scheduleInSteps = fields.choice("unit", {"epoch", "step"}) == "step";
  schedule.length = fields.number("length", plan.scheduleInSteps ? plan.maxSteps
                                                                 : plan.epochs);
  schedule.factor = fields.number("factor", 0.1);
  schedule.period = fields.number("period", 0);
  for (double time : fields.numbers("milestones"))
    schedule.milestones.push_back(time);
  schedule.warmUp = fields.number("warm_up", 0);
  schedule.powerOfTwo = fields.flag("power_of_two", false);
  fields.finish();
}

ArrayRef<StringRef> qnn::observerNames() {
  static constexpr StringRef names[] = {"min_max", "average", "percentile"};
  return names;
}

static void readTeacher(Fields fields, Plan &plan) {
  plan.teacher = fields.text("model", "");
  if (plan.teacher.empty())
    fields.fail("model: expected the file of a trained network");
  plan.step.distill = fields.number("weight", 0.5);
  if (!(plan.step.distill > 0 && plan.step.distill <= 1))
    fields.fail("weight: expected a number above 0, at most 1");
  plan.step.temperature = fields.number("temperature", 4);
  if (!(plan.step.temperature > 0))
    fields.fail("temperature: expected a positive number");
  fields.finish();
}

static void readCalibration(Fields fields, CalibrationPlan &plan) {
  plan.observer = fields.choice("observer", observerNames());
  plan.percentile = fields.number("percentile", plan.percentile);
  if (!(plan.percentile > 50 && plan.percentile <= 100))
    fields.fail("percentile: expected a number above 50, at most 100");
  plan.momentum = fields.number("momentum", plan.momentum);
  if (!(plan.momentum >= 0 && plan.momentum < 1))
    fields.fail("momentum: expected a number from 0 to less than 1");
  plan.batches = fields.integer("batches", plan.batches, 1);
  fields.finish();
}

static void readTraining(Fields fields, Plan &plan) {
  plan.step.loss = fields.choice("loss", lossNames());
  plan.step.separateUpdate = fields.flag("separate_update", false);
  plan.batch = fields.integer("batch", 100, 1, 1 << 20);
  plan.epochs = fields.integer("epochs", 10, 0);
  plan.maxSteps = fields.integer("max_steps", 0);
  plan.seed = fields.integer("seed", 1234);
  if (std::optional<Fields> stop = fields.table("early_stopping")) {
    plan.patience = stop->integer("patience", 5, 1);
    plan.monitor =
        stop->choice("monitor", {"val_loss", "val_accuracy", "loss"});
    stop->finish();
  }
  if (std::optional<Fields> teacher = fields.table("teacher"))
    readTeacher(*teacher, plan);
  if (std::optional<Fields> calibration = fields.table("calibration"))
    readCalibration(*calibration, plan.calibration);
  fields.finish();
}

Expected<Plan> qnn::readPlan(const json::Object &config, StringRef file) {
  Plan plan;
  try {
    Fields fields(config, "description");
    for (StringRef key : {"model", "start", "quantize"})
      fields.take(key);
    if (auto training = fields.table("training"))
      readTraining(*training, plan);
    if (auto data = fields.table("data"))
      readData(*data, plan.data);
    if (auto optimizer = fields.table("optimizer"))
      readOptimizer(*optimizer, plan.step);
    if (auto schedule = fields.table("schedule"))
      readSchedule(*schedule, plan);
    fields.finish();
  } catch (const SpecError &error) {
    return fileError(file, error.message);
  }
  if (plan.monitor.empty())
    plan.monitor = plan.data.validation > 0 ? "val_accuracy" : "loss";
  if (plan.data.validation == 0 && plan.monitor != "loss")
    return fileError(file, "training.early_stopping: '" + plan.monitor +
                               "' needs [data] validation");
  return plan;
}
