//===- Log.h - What a run says ----------------------------------*- C++ -*-===//
//
// On standard output one line (or with --json one object) an epoch; on a
// terminal a progress bar on standard error. With a folder also log.csv and
// log.jsonl, which a resumed run continues.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_TRAINING_LOG_H
#define QNN_TRAINING_LOG_H

#include "qnn/Training/Trainer.h"
#include "llvm/Support/raw_ostream.h"
#include <chrono>

namespace qnn {

class Log : public TrainListener {
public:
  /// `sequences`: accuracy is per position, and perplexity and bits per
  /// character are printed.
  Log(llvm::raw_ostream &out, bool json, bool bar, std::string folder,
      bool sequences);

  /// Drops what log.csv and log.jsonl hold beyond `epochs` epochs: 0 begins
  /// anew.
  llvm::Error open(int64_t epochs);

  void onStep(const StepReport &report) override;
  llvm::Error onEpoch(const EpochReport &report) override;
  /// Removes the bar.
  void clearBar();

private:
  llvm::raw_ostream &out;
  bool json, bar, sequences, shown = false;
  std::string folder;
  std::chrono::steady_clock::time_point lastBar;
};

/// `1:02:03`, `4:05`.
std::string durationText(double seconds);

} // namespace qnn

#endif // QNN_TRAINING_LOG_H
