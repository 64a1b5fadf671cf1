//===- VectorsTest.cpp - Each method at fifteen numbers ---------*- C++ -*-===//
//
// Six digits were printed; so many must agree.
//
//===----------------------------------------------------------------------===//

#include "qnn/Arith/PowerOfTwo.h"
#include "qnn/Arith/Quantize.h"
#include "qnn/Arith/Quantizers/Binary.h"
#include "qnn/Arith/Quantizers/Linear.h"
#include "qnn/Arith/Quantizers/Ternary.h"
#include "qnn/Arith/Surrogates.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace qnn;

namespace {
const float inputs[] = {-2.5f, -1,   -0.75f, -0.5f, -0.3f, -0.1f, 0,   0.1f,
                        0.25f, 0.5f, 0.6f,   0.75f, 1,     1.9f,  3.2f};

struct Row {
  const char *name;
  float (*function)(float);
  double expected[15];
};

const Row table[] = {
    {"q b=1",
     [](float x) { return oddLevels(x, 1); },
     {-1, -1, -1, -1, -1, -1, -1, 1, 1, 1, 1, 1, 1, 1, 1}},
    {"q b=2",
     [](float x) { return oddLevels(x, 2); },
     {-3, -1, -1, -1, -1, -1, 1, 1, 1, 1, 1, 1, 1, 1, 3}},
    {"q b=3",
     [](float x) { return oddLevels(x, 3); },
     {-3, -1, -1, -1, -1, -1, 1, 1, 1, 1, 1, 1, 1, 1, 3}},
    {"q b=4",
     [](float x) { return oddLevels(x, 4); },
     {-3, -1, -1, -1, -1, -1, 1, 1, 1, 1, 1, 1, 1, 1, 3}},
    {"sign (>=0)",
     [](float x) { return float(signOf(x, SignZero::PlusOne)); },
     {-1, -1, -1, -1, -1, -1, 1, 1, 1, 1, 1, 1, 1, 1, 1}},
    {"2rhe(hs)-1",
     [](float x) { return roundedHardSigmoidSign(x, RoundingMode::HalfEven); },
     {-1, -1, -1, -1, -1, -1, -1, 1, 1, 1, 1, 1, 1, 1, 1}},
    {"hs",
     hardSigmoid,
     {0, 0, 0.125, 0.25, 0.35, 0.45, 0.5, 0.55, 0.625, 0.75, 0.8, 0.875, 1, 1,
      1}},
    {"ternary det",
     [](float x) { return ternaryConnect(x, 1); },
     {-1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1}},
    {"pow2 Q1.1 (m=0,f=1 code)",
     [](float x) { return fixedPoint(x, 0, 1); },
     {-0.5, -0.5, -0.5, -0.5, -0.5, 0, 0, 0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5,
      0.5}},
    {"pow2 code m=0,f=3",
     [](float x) { return fixedPoint(x, 0, 3); },
     {-0.875, -0.875, -0.75, -0.5, -0.25, -0.125, 0, 0.125, 0.25, 0.5, 0.625,
      0.75, 0.875, 0.875, 0.875}},
    {"exp det",
     [](float x) { return exponential(x); },
     {-2, -1, -0.5, -0.5, -0.25, -0.125, 0, 0.125, 0.25, 0.5, 0.5, 0.5, 1, 2,
      4}},
    {"AP2",
     ap2,
     {-2, -1, -1, -0.5, -0.25, -0.125, 0, 0.125, 0.25, 0.5, 0.5, 1, 1, 2, 4}},
    {"LinearQuant k=4 step 2^-3",
     [](float x) { return linearQuant(x, linearQuantStep(4), -1, 1); },
     {-1, -1, -0.75, -0.5, -0.25, -0.125, 0, 0.125, 0.25, 0.5, 0.625, 0.75, 1,
      1, 1}},
    {"Moons nb=4",
     [](float x) { return moons(x, 4); },
     {-1, -1, -0.75, -0.5, -0.25, -0.125, 0, 0.125, 0.25, 0.5, 0.625, 0.75,
      0.875, 0.875, 0.875}},
    {"Moons nb=8",
     [](float x) { return moons(x, 8); },
     {-1, -1, -0.75, -0.5, -0.296875, -0.101562, 0, 0.101562, 0.25, 0.5,
      0.601562, 0.75, 0.992188, 0.992188, 0.992188}},
    {"Moons relu nb=4",
     [](float x) { return moonsRelu(x, 4); },
     {0, 0, 0, 0, 0, 0, 0, 0.125, 0.25, 0.5, 0.625, 0.75, 0.875, 0.875, 0.875}},
    {"DoReFa act k=2",
     [](float x) { return dorefaActivation(x, 2); },
     {0, 0, 0, 0, 0, 0, 0, 0, 0.333333, 0.666667, 0.666667, 0.666667, 1, 1, 1}},
    {"DoReFa act k=4",
     [](float x) { return dorefaActivation(x, 4); },
     {0, 0, 0, 0, 0, 0, 0, 0.133333, 0.266667, 0.533333, 0.6, 0.733333, 1, 1,
      1}},
    {"DoReFa w k=2 (max over this row)",
     [](float x) { return dorefaWeight(x, maxTanh(inputs), 2); },
     {-1, -1, -0.333333, -0.333333, -0.333333, -0.333333, 0.333333, 0.333333,
      0.333333, 0.333333, 0.333333, 0.333333, 1, 1, 1}},
    {"f3 k=3 m=3",
     [](float x) {
       return surrogatePrimitive(SurrogateGradient::modifiedTanh(3, 3), x);
     },
     {-2.90515, -0.995055, -0.978026, -0.905148, -0.716298, -0.291313, 0,
      0.291313, 0.635149, 0.905148, 0.946806, 0.978026, 0.995055, 1.70869, 3}},
    {"f3 k=4 m=3",
     [](float x) {
       return surrogatePrimitive(SurrogateGradient::modifiedTanh(4, 3), x);
     },
     {-2.96403, -0.999329, -0.995055, -0.964028, -0.833655, -0.379949, 0,
      0.379949, 0.761594, 0.964028, 0.983675, 0.995055, 0.999329, 1.62005, 3}},
    {"f3 k=5 m=3",
     [](float x) {
       return surrogatePrimitive(SurrogateGradient::modifiedTanh(5, 3), x);
     },
     {-2.98661, -0.999909, -0.998894, -0.986614, -0.905148, -0.462117, 0,
      0.462117, 0.848284, 0.986614, 0.995055, 0.998894, 0.999909, 1.53788, 3}},
    {"f3' k=3 m=3",
     [](float x) {
       return surrogateDerivative(SurrogateGradient::modifiedTanh(3, 3), x);
     },
     {0.54212, 0.0295981, 0.130395, 0.54212, 1.46075, 2.74541, 3, 2.74541,
      1.78976, 0.54212, 0.310675, 0.130395, 0.0295981, 2.74541, 0}},
    {"f3' k=4 m=3",
     [](float x) {
       return surrogateDerivative(SurrogateGradient::modifiedTanh(4, 3), x);
     },
     {0.282603, 0.0053638, 0.0394641, 0.282603, 1.22008, 3.42256, 4, 3.42256,
      1.6799, 0.282603, 0.129535, 0.0394641, 0.0053638, 3.42256, 0}},
    {"f3' k=5 m=3",
     [](float x) {
       return surrogateDerivative(SurrogateGradient::modifiedTanh(5, 3), x);
     },
     {0.132961, 0.000907916, 0.0110495, 0.132961, 0.903533, 3.93224, 5, 3.93224,
      1.40207, 0.132961, 0.0493302, 0.0110495, 0.000907916, 3.93224, 0}},
};
} // namespace

TEST(Quantizers, Vectors) {
  for (const Row &row : table)
    for (int i = 0; i < 15; ++i) {
      double expected = row.expected[i];
      // Half a unit of the sixth digit, and what f32 adds.
      double tolerance = std::fabs(expected) * 5e-6 + 1e-7;
      EXPECT_NEAR(row.function(inputs[i]), expected, tolerance)
          << row.name << " of " << inputs[i];
    }
}

// With a = 1 and 4 levels the grid is that of 2 bits, divided by 3.
TEST(Quantizers, LevelsScale) {
  for (float x : inputs)
    EXPECT_NEAR(levels(x / 3, 1, 4), oddLevels(x, 2) / 3, 1e-7f) << x;
}
