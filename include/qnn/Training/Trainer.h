//===- Trainer.h - The loop -------------------------------------*- C++ -*-===//
//
// Epochs of steps, validation, checkpoints, early stopping. What is printed is
// up to a listener.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_TRAINING_TRAINER_H
#define QNN_TRAINING_TRAINER_H

#include "qnn/Training/Batches.h"
#include "qnn/Training/Checkpoint.h"
#include "qnn/Training/Metrics.h"
#include "qnn/Training/Teacher.h"
#include <csignal>

namespace qnn {

/// A line of the log: the end of an epoch, or of the run within one.
struct EpochReport {
  int64_t epoch = 0; ///< counted from 1
  int64_t step = 0;
  double rate = 0, loss = 0, accuracy = 0;
  std::optional<Score> validation;
  double msPerStep = 0, samplesPerSecond = 0, seconds = 0;
  bool isBest = false;
};

/// What happens after each step, for a progress bar.
struct StepReport {
  int64_t epoch, batch, batches;
  double loss, accuracy, samplesPerSecond, secondsLeft;
};

class TrainListener {
public:
  virtual ~TrainListener() = default;
  virtual void onStep(const StepReport &report) {}
  virtual llvm::Error onEpoch(const EpochReport &report) {
    return llvm::Error::success();
  }
};

enum class StopReason { Epochs, Steps, EarlyStopping, Interrupted };

class Trainer {
public:
  Trainer(const Plan &plan, TrainStep &step, TrainingData &data,
          TrainListener &listener)
      : plan(plan), step(step), data(data), listener(listener) {}

  /// Folder of `last.npz` and `best.npz`; without one there are none.
  std::string folder;
  llvm::json::Object config;  ///< kept in checkpoints
  Progress progress;          ///< where to begin
  Teacher *teacher = nullptr; ///< where there is one
  /// Becomes true when the user wants to stop.
  const volatile std::sig_atomic_t *interrupted = nullptr;

  /// Trains until one of the reasons holds. Fails where a loss is not finite,
  /// naming the step and the first tensor that is not.
  llvm::Expected<StopReason> run();

  /// Loss and accuracy over samples, with the running statistics.
  llvm::Expected<Score> evaluate(const Samples &samples);

private:
  llvm::Error doStep(int64_t batches);
  llvm::Expected<bool> finishEpoch(int64_t batches);
  llvm::Error checkFinite(const StepResult &result) const;
  llvm::Error save(llvm::StringRef file) const;
  double rateNow(int64_t batches) const;
  bool isInterrupted() const { return interrupted && *interrupted; }

  const Plan &plan;
  TrainStep &step;
  TrainingData &data;
  TrainListener &listener;
  double lastRate = 0;     ///< of the last step
  double epochSeconds = 0; ///< of the steps of this epoch, this run
  int64_t epochSteps = 0;
};

/// Runs steps with a rate that rises from `low` to `high` by a constant factor
/// and returns (rate, smoothed loss) of each; ends where the loss explodes. The
/// states are restored.
llvm::Expected<std::vector<std::pair<double, double>>>
findLearningRate(const Plan &plan, TrainStep &step, TrainingData &data,
                 double low, double high, int64_t steps,
                 Teacher *teacher = nullptr);

/// A rate at which the loss falls steeply: a tenth of that of the least loss.
double suggestedRate(llvm::ArrayRef<std::pair<double, double>> curve);

} // namespace qnn

#endif // QNN_TRAINING_TRAINER_H
