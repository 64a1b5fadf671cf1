//===- Trainer.cpp - The loop -------------------------------------------===//

#include "qnn/Training/Trainer.h"
#include "qnn/Support/Files.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Path.h"
#include <chrono>
#include <cmath>

using namespace qnn;
using namespace llvm;
using Clock = std::chrono::steady_clock;

static double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double Trainer::rateNow(int64_t batches) const {
  double time = plan.scheduleInSteps
                    ? progress.step
                    : progress.epoch + double(progress.batch) / batches;
  // Drops come between epochs; cosines and the like are smooth.
  if (!plan.scheduleInSteps && plan.schedule.kind == ScheduleKind::Step)
    time = progress.epoch;
  return plan.schedule.rateAt(time);
}

Error Trainer::checkFinite(const StepResult &result) const {
  if (std::isfinite(result.loss))
    return Error::success();
  std::string tensor = "the outputs";
  for (const StateView &state : step.states()) {
    if (llvm::all_of(state.values(), [](float x) { return std::isfinite(x); }))
      continue;
    tensor = "'" + state.name + "'";
    break;
  }
  return makeError("training diverged in step " + Twine(progress.step) +
                   " (epoch " + Twine(progress.epoch + 1) +
                   "): the loss is not finite; first tensor that is not: " +
                   tensor + "; a smaller rate may help");
}

/// One step on a batch, of which the teacher says what it thinks.
static Expected<StepResult> runStep(TrainStep &step, Teacher *teacher,
                                    Batch &batch, double rate, int64_t number,
                                    uint64_t seed) {
  SmallVector<Array, 2> inputs;
  inputs.push_back(std::move(batch.input));
  if (teacher) {
    Expected<Array> logits = teacher->logits(inputs.front());
    if (!logits)
      return logits.takeError();
    inputs.push_back(std::move(*logits));
  }
  return step.run(inputs, batch.labels, rate, number, seed);
}

Error Trainer::doStep(int64_t batches) {
  Batch batch = data.train.shuffled(progress.batch, plan.batch, progress.epoch,
                                    plan.seed, plan.data.augmentation);
  lastRate = rateNow(batches);
  auto start = Clock::now();
  Expected<StepResult> result =
      runStep(step, teacher, batch, lastRate, progress.step, plan.seed);
  if (!result)
    return result.takeError();
  epochSeconds += secondsSince(start);
  ++epochSteps;
  if (Error error = checkFinite(*result))
    return error;
  progress.lossSum += result->loss;
  progress.correct += result->correct;
  ++progress.batch;
  ++progress.step;
  int64_t seen = progress.batch * batch.labels.size();
  double perStep = epochSeconds / epochSteps;
  int64_t left = (plan.epochs - progress.epoch) * batches - progress.batch;
  if (plan.maxSteps)
    left = std::min(left, plan.maxSteps - progress.step);
  listener.onStep({progress.epoch + 1, progress.batch, batches,
                   progress.lossSum / progress.batch,
                   double(progress.correct) / seen, plan.batch / perStep,
                   left * perStep});
  return Error::success();
}

Error Trainer::save(StringRef file) const {
  if (folder.empty())
    return Error::success();
  SmallString<128> path(folder);
  sys::path::append(path, file);
  return writeCheckpoint(path, {progress, config, plan.seed}, step.states());
}

Expected<Score> Trainer::evaluate(const Samples &samples) {
  Score total;
  for (int64_t first = 0; first < samples.size() && !isInterrupted();
       first += step.batch()) {
    Batch batch = samples.inOrder(first, step.batch());
    auto outputs = step.evaluate(batch.input);
    if (!outputs)
      return outputs.takeError();
    size_t perSample = batch.labels.size() / step.batch();
    size_t width = outputs->front().size() / step.batch();
    ArrayRef<float> values(outputs->front().data<float>(), batch.count * width);
    total.add(
        score(plan.step.loss, values,
              ArrayRef(batch.labels).take_front(batch.count * perSample)));
  }
  return total;
}

/// Ends an epoch; true where early stopping ends the run.
Expected<bool> Trainer::finishEpoch(int64_t batches) {
  EpochReport report;
  report.rate = lastRate;
  int64_t labels =
      batches * plan.batch * data.train.dataset().labelsPerSample();
  report.loss = progress.lossSum / batches;
  report.accuracy = double(progress.correct) / labels;
  auto start = Clock::now();
  if (data.validation.size() > 0) {
    Expected<Score> result = evaluate(data.validation);
    if (!result)
      return result.takeError();
    report.validation = *result;
  }
  double monitored = plan.monitor == "loss" ? -report.loss
                     : plan.monitor == "val_loss"
                         ? -report.validation->meanLoss()
                         : report.validation->accuracy();
  report.isBest = progress.bestEpoch < 0 || monitored > progress.best;
  if (report.isBest) {
    progress.best = monitored;
    progress.bestEpoch = progress.epoch;
  }
  progress.waited = report.isBest ? 0 : progress.waited + 1;
  ++progress.epoch;
  progress.batch = 0;
  progress.lossSum = 0;
  progress.correct = 0;
  report.epoch = progress.epoch;
  report.step = progress.step;
  report.msPerStep = epochSteps ? 1000 * epochSeconds / epochSteps : 0;
  report.samplesPerSecond =
      epochSeconds > 0 ? epochSteps * plan.batch / epochSeconds : 0;
  report.seconds = epochSeconds + secondsSince(start);
  epochSeconds = epochSteps = 0;
  if (report.isBest)
    if (Error error = save("best.npz"))
      return std::move(error);
  if (Error error = save("last.npz"))
    return std::move(error);
  if (Error error = listener.onEpoch(report))
    return std::move(error);
  return plan.patience > 0 && progress.waited >= plan.patience;
}

Expected<StopReason> Trainer::run() {
  int64_t batches = data.train.size() / plan.batch;
  while (progress.epoch < plan.epochs) {
    if (plan.patience > 0 && progress.waited >= plan.patience)
      return StopReason::EarlyStopping;
    while (progress.batch < batches) {
      bool stepsDone = plan.maxSteps && progress.step >= plan.maxSteps;
      if (stepsDone || isInterrupted()) {
        if (Error error = save("last.npz"))
          return std::move(error);
        return stepsDone ? StopReason::Steps : StopReason::Interrupted;
      }
      if (Error error = doStep(batches))
        return std::move(error);
    }
    Expected<bool> stops = finishEpoch(batches);
    if (!stops)
      return stops.takeError();
    if (*stops)
      return StopReason::EarlyStopping;
  }
  return StopReason::Epochs;
}

//===----------------------------------------------------------------------===//
// Learning rates
//===----------------------------------------------------------------------===//

Expected<std::vector<std::pair<double, double>>>
qnn::findLearningRate(const Plan &plan, TrainStep &step, TrainingData &data,
                      double low, double high, int64_t steps,
                      Teacher *teacher) {
  std::vector<std::vector<float>> saved;
  for (const StateView &state : step.states())
    saved.push_back(state.values().vec());
  std::vector<std::pair<double, double>> curve;
  int64_t batches = data.train.size() / plan.batch;
  double average = 0, least = INFINITY;
  for (int64_t i = 0; i < steps; ++i) {
    double rate =
        low * std::pow(high / low, double(i) / std::max<int64_t>(steps - 1, 1));
    Batch batch = data.train.shuffled(i % batches, plan.batch, i / batches,
                                      plan.seed, plan.data.augmentation);
    Expected<StepResult> result =
        runStep(step, teacher, batch, rate, i, plan.seed);
    if (!result)
      return result.takeError();
    // A running mean over about ten steps, without the bias towards 0.
    average = 0.9 * average + 0.1 * result->loss;
    double smooth = average / (1 - std::pow(0.9, i + 1));
    if (!std::isfinite(smooth) || smooth > 4 * least)
      break;
    least = std::min(least, smooth);
    curve.push_back({rate, smooth});
  }
  for (auto [state, values] : zip_equal(step.editStates(), saved))
    llvm::copy(values, state.values().begin());
  return curve;
}

double qnn::suggestedRate(ArrayRef<std::pair<double, double>> curve) {
  if (curve.empty())
    return 0;
  auto least = llvm::min_element(
      curve, [](auto a, auto b) { return a.second < b.second; });
  return least->first / 10;
}
