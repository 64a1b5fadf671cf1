//===- Metrics.h - Losses and accuracy outside a step -----------*- C++ -*-===//
//
// The losses of training, on outputs that an evaluation gave, in f64: for
// validation and test.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_TRAINING_METRICS_H
#define QNN_TRAINING_METRICS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>

namespace qnn {

/// Sum of the losses of all rows, and how many of them were right.
struct Score {
  double loss = 0;
  int64_t correct = 0, count = 0;

  void add(const Score &other) {
    loss += other.loss;
    correct += other.correct;
    count += other.count;
  }
  double meanLoss() const { return count ? loss / count : 0; }
  double accuracy() const { return count ? double(correct) / count : 0; }
};

/// `outputs` holds one row of `outputs.size() / labels.size()` numbers for each
/// label. Losses:
///   cross_entropy  log(sum exp x) - x[label]
///   bce            of the sigmoid of the one number, label 0 or 1
///   squared_hinge  mean over the classes of max(0, 1 - t x)^2, t = +-1
///   hinge          the same without the square
///   mse            mean over the classes of (x - t)^2, t = 0 or 1
/// With one number a row t is the label's.
Score score(llvm::StringRef loss, llvm::ArrayRef<float> outputs,
            llvm::ArrayRef<int64_t> labels);

/// The label that a row of outputs stands for: the index of its greatest
/// number, the first of equals; of one number whether it is positive.
int64_t predictedLabel(llvm::ArrayRef<float> row);

} // namespace qnn

#endif // QNN_TRAINING_METRICS_H
