//===- OptimizersTest.cpp - Steps computed by hand --------------*- C++ -*-===//

#include "qnn/Arith/Optimizers.h"
#include "qnn/Arith/PowerOfTwo.h"
#include "qnn/Arith/Schedules.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace qnn;

TEST(SGD, Plain) {
  float w = 1, v = 0;
  update(SGD{0.5f}, 0.25f, w, v);
  EXPECT_EQ(w, 0.875f);
}

// v: 1, 2.5; w: 0 - 1 - 2.5. Nesterov moves by g + 0.5 v: 1.5, then 3.25.
TEST(SGD, Momentum) {
  float w = 0, v = 0;
  SGD sgd{1, 0.5f};
  update(sgd, 1, w, v);
  EXPECT_EQ(w, -1);
  update(sgd, 2, w, v);
  EXPECT_EQ(w, -3.5f);
  w = v = 0;
  sgd.nesterov = true;
  update(sgd, 1, w, v);
  EXPECT_EQ(w, -1.5f);
  update(sgd, 2, w, v);
  EXPECT_EQ(w, -4.75f);
}

TEST(SGD, WeightDecayCountsAsGradient) {
  float w = 2, v = 0;
  update(SGD{0.5f, 0, 0.5f}, 0, w, v);
  EXPECT_EQ(w, 1.5f);
}

namespace {
/// torch's single-tensor formulas in f64, with their state.
struct Exact {
  double w, m = 0, v = 0;

  void adam(const AdamOptions &o, double g, int t) {
    if (o.decoupled)
      w *= 1 - o.rate * o.weightDecay;
    else
      g += o.weightDecay * w;
    m += (1 - o.beta1) * (g - m);
    v = o.beta2 * v + (1 - o.beta2) * g * g;
    double first = 1 - std::pow(o.beta1, t), second = 1 - std::pow(o.beta2, t);
    if (o.form == AdamForm::Torch)
      w -= o.rate / first * m / (std::sqrt(v) / std::sqrt(second) + o.epsilon);
    else
      w -= o.rate * std::sqrt(second) / first * m / (std::sqrt(v) + o.epsilon);
  }
};
} // namespace

TEST(Adam, FirstStepMovesByTheRate) {
  float w = 0, m = 0, v = 0;
  update(adamStep({}, 1), -3, w, m, v);
  EXPECT_NEAR(w, 1e-3, 1e-9);
  EXPECT_NEAR(m, -0.3f, 1e-7);
  EXPECT_NEAR(v, 0.009f, 1e-8);
}

TEST(Adam, AllFormsAgainstFormulas) {
  for (bool decoupled : {false, true})
    for (AdamForm form : {AdamForm::Torch, AdamForm::Keras})
      for (double decay : {0.0, 0.1}) {
        AdamOptions options;
        options.rate = 0.01;
        options.epsilon = 1e-3;
        options.weightDecay = decay;
        options.decoupled = decoupled;
        options.form = form;
        Exact exact{0.5};
        float w = 0.5f, m = 0, v = 0;
        for (int t = 1; t <= 20; ++t) {
          float g = 0.01f * static_cast<float>((t * 7) % 11 - 4);
          update(adamStep(options, t), g, w, m, v);
          exact.adam(options, g, t);
          ASSERT_NEAR(w, exact.w, 1e-6) << t;
        }
      }
}

// The two places of epsilon differ visibly where gradients are small.
TEST(Adam, FormsDiffer) {
  AdamOptions options;
  float torch = 0, keras = 0, m = 0, v = 0;
  update(adamStep(options, 1), 1e-8f, torch, m, v);
  m = v = 0;
  options.form = AdamForm::Keras;
  update(adamStep(options, 1), 1e-8f, keras, m, v);
  EXPECT_NEAR(torch, -0.0005, 1e-6);
  EXPECT_GT(keras, 0.5f * torch);
}

// m: 0.2, 0.28; v: 2, 1.98.
TEST(AdaMax, TwoSteps) {
  float w = 0, m = 0, v = 0;
  update(adaMaxStep(0.1, 0.9, 0.99, 0, 1), 2, w, m, v);
  EXPECT_NEAR(w, -0.1, 1e-7); // 0.1 / 0.1 * 0.2 / 2
  update(adaMaxStep(0.1, 0.9, 0.99, 0, 2), 1, w, m, v);
  EXPECT_NEAR(v, 1.98, 1e-6);
  EXPECT_NEAR(w, -0.1 - 0.1 / 0.19 * 0.28 / 1.98, 1e-6);
}

// 1 - beta1 = 1/8: m = 3/8; v = 3; the rate 2^-10 / 8; 1/3 is near 1/4 (its
// exponent is -1.58).
TEST(ShiftAdaMax, FirstStep) {
  float w = 0, m = 0, v = 0;
  update(shiftAdaMaxStep(0x1p-10, 0x1p-3, 0x1p-10, 1), 3, w, m, v);
  EXPECT_EQ(v, 3);
  EXPECT_EQ(m, 0.375f);
  EXPECT_EQ(w, -(0.125f * 0x1p-10f) * 0.375f * 0.25f);
  float still = 1;
  m = v = 0;
  update(shiftAdaMaxStep(0x1p-10, 0x1p-3, 0x1p-10, 1), 0, still, m, v);
  EXPECT_EQ(still, 1);
}

TEST(ShiftAdaMax, AsCoded) {
  float w = 0, m = 0, v = 0;
  // rate / (1 - 0.9) = 2^-6 * 10 = 0.156, near 2^-3; v = AP2(3) = 4 (1.585)
  update(shiftAdaMaxAsCodedStep(0x1p-6, 0.9, 0.999, 1), 3, 2, w, m, v);
  EXPECT_EQ(v, 4.0f + 0x1p-27f);
  EXPECT_FLOAT_EQ(w, -0.125f * 0.3f / 4 * 2);
}

TEST(RMSProp, TwoSteps) {
  float w = 0, v = 0, b = 0;
  RMSProp rms{0.1f, 0.75f, 0, 0.5f};
  update(rms, 2, w, v, b); // v = 1, b = 2
  EXPECT_NEAR(w, -0.2, 1e-7);
  update(rms, -1, w, v, b); // v = 1, b = 1 - 1
  EXPECT_NEAR(w, -0.2, 1e-7);
}

TEST(Bop, Flips) {
  float w = 1, m = 0;
  Bop bop{0.5f, 0.25f};
  update(bop, 0.4f, w, m); // m = 0.2
  EXPECT_EQ(w, 1);
  update(bop, 0.4f, w, m); // m = 0.3
  EXPECT_EQ(w, -1);
  update(bop, 0.4f, w, m); // the other sign
  EXPECT_EQ(w, -1);
  bop.threshold = 0;
  m = 0;
  update(bop, 0, w, m);
  EXPECT_EQ(w, -1);
}

TEST(Optimizers, ClipAndScales) {
  EXPECT_EQ(clipWeight(1.5f, 1), 1);
  EXPECT_EQ(clipWeight(-7, 3), -3);
  EXPECT_NEAR(glorotRate(784, 4096), std::sqrt(4880 / 1.5), 1e-9);
  EXPECT_EQ(globalNormFactor(16, 2), 0.5);
  EXPECT_EQ(globalNormFactor(1, 2), 1);
}

//===----------------------------------------------------------------------===//
// Schedules
//===----------------------------------------------------------------------===//

TEST(Schedule, Step) {
  Schedule s;
  s.kind = ScheduleKind::Step;
  s.first = 1;
  s.factor = 0.5;
  s.period = 20;
  EXPECT_EQ(s.rateAt(19), 1);
  EXPECT_EQ(s.rateAt(20), 0.5);
  EXPECT_EQ(s.rateAt(45), 0.25);
  s.period = 0;
  s.milestones = {80, 160};
  EXPECT_EQ(s.rateAt(79), 1);
  EXPECT_EQ(s.rateAt(80), 0.5);
  EXPECT_EQ(s.rateAt(1000), 0.25);
}

// BinaryNet: 0.003 to 3e-7 in 1000 epochs.
TEST(Schedule, Exponential) {
  Schedule s;
  s.kind = ScheduleKind::Exponential;
  s.first = 3e-3;
  s.last = 3e-7;
  s.length = 1000;
  EXPECT_EQ(s.rateAt(0), 3e-3);
  EXPECT_NEAR(s.rateAt(500), 3e-5, 1e-12);
  EXPECT_NEAR(s.rateAt(1000), 3e-7, 1e-14);
  EXPECT_NEAR(s.rateAt(5000), 3e-7, 1e-14);
}

TEST(Schedule, Cosine) {
  Schedule s;
  s.kind = ScheduleKind::Cosine;
  s.first = 1;
  s.last = 0.5;
  s.length = 100;
  EXPECT_EQ(s.rateAt(0), 1);
  EXPECT_NEAR(s.rateAt(50), 0.75, 1e-12);
  EXPECT_NEAR(s.rateAt(25), 0.75 + 0.25 * std::sqrt(0.5), 1e-12);
  EXPECT_NEAR(s.rateAt(100), 0.5, 1e-12);
}

TEST(Schedule, WarmUpAndPowersOfTwo) {
  Schedule s;
  s.first = 1;
  s.warmUp = 3;
  EXPECT_EQ(s.rateAt(0), 0.25);
  EXPECT_EQ(s.rateAt(2), 0.75);
  EXPECT_EQ(s.rateAt(3), 1);
  s.powerOfTwo = true;
  EXPECT_EQ(s.rateAt(2), 1);
  s.first = 1e-3;
  EXPECT_EQ(s.rateAt(9), 0x1p-10);
}
