//===- Plan.h - How a network is trained ------------------------*- C++ -*-===//
//
// [data], [optimizer], [schedule] and [training] of a description.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_TRAINING_PLAN_H
#define QNN_TRAINING_PLAN_H

#include "qnn/Arith/Schedules.h"
#include "qnn/Support/Text.h"
#include "qnn/Training/TrainStep.h"
#include "llvm/Support/JSON.h"
#include <optional>

namespace qnn {

/// Changes of an image, drawn anew for each epoch. Angles in degrees.
struct Augmentation {
  bool flip = false;       ///< mirror left and right, every second image
  int64_t shift = 0;       ///< up to so many pixels in each direction
  double rotate = 0;       ///< affine: up to so many degrees,
  double translate = 0;    ///< so much of the side,
  double zoom = 0;         ///< a factor from 1 - zoom to 1 + zoom,
  double shear = 0;        ///< so many degrees
  int64_t untilEpoch = -1; ///< only before this one; -1: always

  bool isAffine() const { return rotate || translate || zoom || shear; }
};

struct DataPlan {
  std::string source;         ///< kind, or `kind:PATH`
  std::optional<float> scale; ///< of pixels; bytes: 1/255
  double validation = 0;      ///< part of the training data
  std::string validationMode; ///< last, random or stratified
  int64_t limit = 0;          ///< only so many training samples; 0: all
  Augmentation augmentation;
  TextOptions text;
};

/// How quantizers find the range of what they see before the first step.
struct CalibrationPlan {
  std::string observer = "min_max"; ///< or average, percentile
  double percentile = 99.99, momentum = 0.9;
  int64_t batches = 16;
};

struct Plan {
  DataPlan data;
  TrainOptions step;
  CalibrationPlan calibration;
  std::string teacher; ///< file of the network to learn from, or empty
  Schedule schedule;
  bool scheduleInSteps = false; ///< else its times are epochs
  int64_t batch = 100, epochs = 1, maxSteps = 0;
  uint64_t seed = 1234;
  int64_t patience = 0; ///< epochs without progress; 0: no early stopping
  std::string monitor;  ///< val_loss, val_accuracy or loss: what `best` means
};

/// What a description may name; the first is what it means where it says
/// nothing.
llvm::ArrayRef<llvm::StringRef> optimizerNames();
llvm::ArrayRef<llvm::StringRef> lossNames();
llvm::ArrayRef<llvm::StringRef> scheduleNames();
llvm::ArrayRef<llvm::StringRef> observerNames();

/// Reads the tables of a description; they are checked to the last key.
llvm::Expected<Plan> readPlan(const llvm::json::Object &config,
                              llvm::StringRef file);

} // namespace qnn

#endif // QNN_TRAINING_PLAN_H
