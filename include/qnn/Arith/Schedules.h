//===- Schedules.h - The learning rate over time ----------------*- C++ -*-===//
//
// A rate is a function of time alone, so a run that is resumed continues with
// the same numbers. Time is counted in steps or epochs, as the caller likes,
// from 0; all in f64.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_ARITH_SCHEDULES_H
#define QNN_ARITH_SCHEDULES_H

#include "qnn/Arith/TrainingEnums.h"
#include <vector>

namespace qnn {

struct Schedule {
  ScheduleKind kind = ScheduleKind::Constant;
  double first = 1e-3; ///< at time 0, behind the warm-up
  double last = 0;     ///< exponential, cosine: at time `length`
  double length = 1;   ///< exponential, cosine
  double factor = 0.1; ///< step: at each drop
  double period = 0;   ///< step: between drops; 0: drops are at `milestones`
  std::vector<double> milestones; ///< step: ascending
  /// Until this time the rate is first (time + 1) / (warmUp + 1); then it is
  /// `first`, and everything above begins.
  double warmUp = 0;
  bool powerOfTwo = false; ///< AP2 of the rate

  /// constant     first
  /// step         first factor^(number of drops so far)
  /// exponential  first (last / first)^(time / length)
  /// cosine       last + (first - last) (1 + cos(pi time / length)) / 2
  /// After `length`, exponential and cosine stay at `last`.
  double rateAt(double time) const;
};

} // namespace qnn

#endif // QNN_ARITH_SCHEDULES_H
