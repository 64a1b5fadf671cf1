//===- Basis.h - Sums of a few scaled bits ----------------------*- C++ -*-===//
//
// LQ-Nets and ABC-Net: x is near v . code, a code being a bit for each element
// of a basis v. Small least-squares problems, solved in f64.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_ARITH_QUANTIZERS_BASIS_H
#define QNN_ARITH_QUANTIZERS_BASIS_H

#include "llvm/ADT/ArrayRef.h"
#include <vector>

namespace qnn {

/// v that minimizes |sum_j v_j columns_j - x|^2 + ridge |v|^2. A column that
/// depends on earlier ones gets 0.
std::vector<float> leastSquares(llvm::ArrayRef<std::vector<float>> columns,
                                llvm::ArrayRef<float> x, double ridge = 0);

/// The numbers that a basis can stand for.
class Levels {
public:
  /// Bit 1 is +1; bit 0 is -1 where `bipolar` (weights), else 0 (activations).
  Levels(llvm::ArrayRef<float> basis, bool bipolar);

  /// Index of the nearest level, in ascending order; the lower one at ties.
  unsigned nearest(float x) const;
  float value(unsigned index) const { return sorted[index].value; }
  /// The bits of that level: bit j belongs to element j of the basis.
  unsigned code(unsigned index) const { return sorted[index].code; }
  unsigned size() const { return sorted.size(); }

private:
  struct Level {
    float value;
    unsigned code;
  };
  std::vector<Level> sorted;
  std::vector<float> thresholds; ///< in the middle of two levels
};

/// LQ-Nets' first basis: of weights, 2^j 0.6745 sqrt(2 / n) / 2^(bits-1), n the
/// inputs of an output; of activations, 2^j 0.6745 2 / (2^bits - 1).
std::vector<float> weightBasis(unsigned bits, int64_t inputs);
std::vector<float> activationBasis(unsigned bits);

/// One step of quantization error minimization: codes of the nearest levels,
/// then the basis that fits them, v = (B'B + 1e-4 I)^-1 B'x.
std::vector<float> fitBasis(llvm::ArrayRef<float> basis, bool bipolar,
                            llvm::ArrayRef<float> x);

/// The basis that training keeps: 0.9 of the old one, 0.1 of the new.
std::vector<float> averageBasis(llvm::ArrayRef<float> basis,
                                llvm::ArrayRef<float> fitted);

/// ABC-Net's u_i = -1 + 2 i / (count - 1), i from 0; one basis: 0.
float binaryBasisShift(unsigned i, unsigned count);

/// ABC-Net: bases sign(w - mean + u_i deviation), with sign(0) = 1.
std::vector<std::vector<float>> binaryBases(llvm::ArrayRef<float> weights,
                                            unsigned count);

/// sum_i scales_i bases_i.
std::vector<float> combineBases(llvm::ArrayRef<std::vector<float>> bases,
                                llvm::ArrayRef<float> scales);

} // namespace qnn

#endif // QNN_ARITH_QUANTIZERS_BASIS_H
