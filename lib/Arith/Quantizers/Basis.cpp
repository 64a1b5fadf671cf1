//===- Basis.cpp - Sums of a few scaled bits --------------------*- C++ -*-===//

#include "qnn/Arith/Quantizers/Basis.h"
#include "qnn/Arith/Quantize.h"
#include "qnn/Arith/Quantizers/Binary.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <cassert>
#include <cmath>

using namespace qnn;

/// The symmetric system A v = b, one row [A | b] for each unknown.
using System = std::vector<std::vector<double>>;

static System normalEquations(llvm::ArrayRef<std::vector<float>> columns,
                              llvm::ArrayRef<float> x, double ridge) {
  size_t n = columns.size();
  System system(n, std::vector<double>(n + 1, 0.0));
  for (size_t i = 0; i < n; ++i) {
    assert(columns[i].size() == x.size() && "a column for each element");
    for (size_t e = 0; e < x.size(); ++e) {
      double value = columns[i][e];
      for (size_t j = 0; j < n; ++j)
        system[i][j] += value * columns[j][e];
      system[i][n] += value * x[e];
    }
    system[i][i] += ridge;
  }
  return system;
}

/// Makes column `p` of all rows but `p` zero.
static void eliminate(System &system, size_t p) {
  for (size_t row = 0; row < system.size(); ++row) {
    if (row == p)
      continue;
    double factor = system[row][p] / system[p][p];
    for (size_t j = p; j < system[row].size(); ++j)
      system[row][j] -= factor * system[p][j];
  }
}

/// Gauss-Jordan. A positive semidefinite matrix needs no pivoting; a diagonal
/// that became (nearly) 0 belongs to a column that depends on earlier ones.
static std::vector<float> solve(System system) {
  size_t n = system.size();
  std::vector<double> diagonal(n);
  std::vector<bool> used(n);
  for (size_t p = 0; p < n; ++p)
    diagonal[p] = system[p][p];
  for (size_t p = 0; p < n; ++p) {
    used[p] = system[p][p] > 1e-10 * diagonal[p];
    if (used[p])
      eliminate(system, p);
  }
  std::vector<float> result(n, 0.0f);
  for (size_t p = 0; p < n; ++p)
    if (used[p])
      result[p] = static_cast<float>(system[p][n] / system[p][p]);
  return result;
}

std::vector<float> qnn::leastSquares(llvm::ArrayRef<std::vector<float>> columns,
                                     llvm::ArrayRef<float> x, double ridge) {
  return solve(normalEquations(columns, x, ridge));
}

//===----------------------------------------------------------------------===//
// LQ-Nets
//===----------------------------------------------------------------------===//

static float bitValue(unsigned code, unsigned bit, bool bipolar) {
  if (code >> bit & 1)
    return 1.0f;
  return bipolar ? -1.0f : 0.0f;
}

Levels::Levels(llvm::ArrayRef<float> basis, bool bipolar) {
  for (unsigned code = 0; code < 1u << basis.size(); ++code) {
    float value = 0;
    for (unsigned j = 0; j < basis.size(); ++j)
      value += basis[j] * bitValue(code, j, bipolar);
    sorted.push_back({value, code});
  }
  llvm::sort(sorted, [](Level a, Level b) {
    return a.value < b.value || (a.value == b.value && a.code < b.code);
  });
  for (size_t i = 1; i < sorted.size(); ++i)
    thresholds.push_back((sorted[i - 1].value + sorted[i].value) * 0.5f);
}

unsigned Levels::nearest(float x) const {
  return std::lower_bound(thresholds.begin(), thresholds.end(), x) -
         thresholds.begin();
}

/// base 2^j for j = 0 .. bits - 1.
static std::vector<float> powersTimes(double base, unsigned bits) {
  std::vector<float> basis;
  for (unsigned j = 0; j < bits; ++j)
    basis.push_back(static_cast<float>(std::ldexp(base, j)));
  return basis;
}

std::vector<float> qnn::weightBasis(unsigned bits, int64_t inputs) {
  double deviation = std::sqrt(2.0 / static_cast<double>(inputs));
  return powersTimes(0.6745 * deviation / std::ldexp(1.0, bits - 1), bits);
}

std::vector<float> qnn::activationBasis(unsigned bits) {
  return powersTimes(0.6745 * 2 / (std::ldexp(1.0, bits) - 1), bits);
}

std::vector<float> qnn::fitBasis(llvm::ArrayRef<float> basis, bool bipolar,
                                 llvm::ArrayRef<float> x) {
  Levels levels(basis, bipolar);
  std::vector<std::vector<float>> columns(basis.size(),
                                          std::vector<float>(x.size()));
  for (size_t e = 0; e < x.size(); ++e) {
    unsigned code = levels.code(levels.nearest(x[e]));
    for (unsigned j = 0; j < basis.size(); ++j)
      columns[j][e] = bitValue(code, j, bipolar);
  }
  return leastSquares(columns, x, 1e-4);
}

std::vector<float> qnn::averageBasis(llvm::ArrayRef<float> basis,
                                     llvm::ArrayRef<float> fitted) {
  std::vector<float> result;
  for (size_t j = 0; j < basis.size(); ++j)
    result.push_back(0.9f * basis[j] + 0.1f * fitted[j]);
  return result;
}

//===----------------------------------------------------------------------===//
// ABC-Net
//===----------------------------------------------------------------------===//

std::vector<std::vector<float>> qnn::binaryBases(llvm::ArrayRef<float> weights,
                                                 unsigned count) {
  float mean = meanOf(weights), deviation = deviationAround(weights, mean);
  std::vector<std::vector<float>> bases(count);
  for (unsigned i = 0; i < count; ++i) {
    float shift = binaryBasisShift(i, count) * deviation;
    for (float w : weights)
      bases[i].push_back(
          static_cast<float>(signOf(w - mean + shift, SignZero::PlusOne)));
  }
  return bases;
}

float qnn::binaryBasisShift(unsigned i, unsigned count) {
  if (count == 1)
    return 0;
  return static_cast<float>(-1.0 + 2.0 * i / (count - 1));
}

std::vector<float> qnn::combineBases(llvm::ArrayRef<std::vector<float>> bases,
                                     llvm::ArrayRef<float> scales) {
  std::vector<float> sum(bases.front().size(), 0.0f);
  for (size_t i = 0; i < bases.size(); ++i)
    for (size_t e = 0; e < sum.size(); ++e)
      sum[e] += scales[i] * bases[i][e];
  return sum;
}
