//===- Schedules.cpp - The learning rate over time --------------*- C++ -*-===//

#include "qnn/Arith/Schedules.h"
#include "qnn/Arith/PowerOfTwo.h"
#include <algorithm>
#include <cmath>

using namespace qnn;

static double dropsUntil(const Schedule &schedule, double time) {
  if (schedule.period > 0)
    return std::floor(time / schedule.period);
  const std::vector<double> &drops = schedule.milestones;
  return static_cast<double>(
      std::upper_bound(drops.begin(), drops.end(), time) - drops.begin());
}

/// The rate at `time` after the warm-up.
static double rateAfterWarmUp(const Schedule &s, double time) {
  constexpr double pi = 3.14159265358979323846;
  double progress = std::min(time / s.length, 1.0);
  switch (s.kind) {
  case ScheduleKind::Constant:
    return s.first;
  case ScheduleKind::Step:
    return s.first * std::pow(s.factor, dropsUntil(s, time));
  case ScheduleKind::Exponential:
    return s.first * std::pow(s.last / s.first, progress);
  case ScheduleKind::Cosine:
    return s.last + (s.first - s.last) * (1 + std::cos(pi * progress)) / 2;
  }
  return s.first;
}

double Schedule::rateAt(double time) const {
  double rate = time < warmUp ? first * (time + 1) / (warmUp + 1)
                              : rateAfterWarmUp(*this, time - warmUp);
  return powerOfTwo ? ap2(static_cast<float>(rate)) : rate;
}
