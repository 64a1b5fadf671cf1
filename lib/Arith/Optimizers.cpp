//===- Optimizers.cpp - How one parameter changes in one step ---*- C++ -*-===//

#include "qnn/Arith/Optimizers.h"
#include "qnn/Arith/PowerOfTwo.h"
#include <algorithm>
#include <cmath>

using namespace qnn;

/// The running mean of g.
static void average(float &mean, float keep, float rest, float g) {
  float old = keep * mean;
  mean = old + rest * g;
}

void qnn::update(const SGD &sgd, float g, float &w, float &velocity) {
  g += sgd.weightDecay * w;
  velocity = sgd.momentum * velocity + g;
  float direction = sgd.nesterov ? g + sgd.momentum * velocity : velocity;
  w -= sgd.rate * direction;
}

//===----------------------------------------------------------------------===//
// Adam and its kin
//===----------------------------------------------------------------------===//

Adam qnn::adamStep(const AdamOptions &options, int64_t step) {
  double t = static_cast<double>(step);
  double first = 1 - std::pow(options.beta1, t);
  double second = std::sqrt(1 - std::pow(options.beta2, t));
  bool keras = options.form == AdamForm::Keras;
  double decay = options.rate * options.weightDecay;
  Adam adam;
  adam.beta1 = static_cast<float>(options.beta1);
  adam.restOfBeta1 = static_cast<float>(1 - options.beta1);
  adam.beta2 = static_cast<float>(options.beta2);
  adam.restOfBeta2 = static_cast<float>(1 - options.beta2);
  adam.rate = static_cast<float>(options.rate * (keras ? second : 1) / first);
  adam.correction = static_cast<float>(keras ? 1 : 1 / second);
  adam.epsilon = static_cast<float>(options.epsilon);
  adam.keep = static_cast<float>(options.decoupled ? 1 - decay : 1);
  adam.decay = static_cast<float>(options.decoupled ? 0 : options.weightDecay);
  return adam;
}

void qnn::update(const Adam &adam, float g, float &w, float &m, float &v) {
  g += adam.decay * w;
  average(m, adam.beta1, adam.restOfBeta1, g);
  average(v, adam.beta2, adam.restOfBeta2, g * g);
  float root = adam.correction * std::sqrt(v);
  float change = adam.rate * m / (root + adam.epsilon);
  w = adam.keep * w - change;
}

AdaMax qnn::adaMaxStep(double rate, double beta1, double beta2, double epsilon,
                       int64_t step) {
  double correction = 1 - std::pow(beta1, static_cast<double>(step));
  return {static_cast<float>(beta1), static_cast<float>(1 - beta1),
          static_cast<float>(beta2), static_cast<float>(rate / correction),
          static_cast<float>(epsilon)};
}

void qnn::update(const AdaMax &adaMax, float g, float &w, float &m, float &v) {
  average(m, adaMax.beta1, adaMax.restOfBeta1, g);
  v = std::max(adaMax.beta2 * v, std::fabs(g) + adaMax.epsilon);
  w -= adaMax.rate * m / v;
}

ShiftAdaMax qnn::shiftAdaMaxStep(double rate, double restOfBeta1,
                                 double restOfBeta2, int64_t step) {
  double beta1 = 1 - restOfBeta1;
  double correction = 1 - std::pow(beta1, static_cast<double>(step));
  return {static_cast<float>(beta1), static_cast<float>(restOfBeta1),
          ap2(static_cast<float>(1 - restOfBeta2)),
          static_cast<float>(correction) * ap2(static_cast<float>(rate))};
}

void qnn::update(const ShiftAdaMax &adaMax, float g, float &w, float &m,
                 float &v) {
  average(m, adaMax.beta1, adaMax.restOfBeta1, g);
  v = std::max(v * adaMax.beta2, std::fabs(g));
  if (v > 0)
    w -= adaMax.rate * m * ap2(1.0f / v);
}

ShiftAdaMaxAsCoded qnn::shiftAdaMaxAsCodedStep(double rate, double beta1,
                                               double beta2, int64_t step) {
  double correction = 1 - std::pow(beta1, static_cast<double>(step));
  return {static_cast<float>(beta1), static_cast<float>(1 - beta1),
          static_cast<float>(beta2),
          ap2(static_cast<float>(rate / correction))};
}

void qnn::update(const ShiftAdaMaxAsCoded &adaMax, float g, float scale,
                 float &w, float &m, float &v) {
  average(m, adaMax.beta1, adaMax.restOfBeta1, g);
  v = ap2(std::max(adaMax.beta2 * v, std::fabs(g))) + 0x1p-27f;
  w -= adaMax.rate * m / v * scale;
}

void qnn::update(const RMSProp &rmsProp, float g, float &w, float &v,
                 float &velocity) {
  average(v, rmsProp.alpha, 1.0f - rmsProp.alpha, g * g);
  float direction = g / (std::sqrt(v) + rmsProp.epsilon);
  velocity = rmsProp.momentum * velocity + direction;
  w -= rmsProp.rate * velocity;
}

//===----------------------------------------------------------------------===//
// Bop, and what comes before and after an update
//===----------------------------------------------------------------------===//

void qnn::update(const Bop &bop, float g, float &w, float &m) {
  average(m, 1.0f - bop.gamma, bop.gamma, g);
  bool sameSign = (m > 0) == (w > 0);
  if (std::fabs(m) >= bop.threshold && m != 0 && sameSign)
    w = -w;
}

float qnn::clipWeight(float w, float bound) {
  return std::clamp(w, -bound, bound);
}

double qnn::glorotRate(int64_t inputs, int64_t outputs) {
  return 1 / std::sqrt(1.5 / static_cast<double>(inputs + outputs));
}

double qnn::globalNormFactor(double sumOfSquares, double limit) {
  double norm = std::sqrt(sumOfSquares);
  return norm > limit ? limit / norm : 1.0;
}
