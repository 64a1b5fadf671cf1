//===- Cases.h - The products that qnn-bench times --------------*- C++ -*-===//

#ifndef QNN_BENCH_CASES_H
#define QNN_BENCH_CASES_H

#include "qnn/Arith/Enums.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <string>
#include <vector>

namespace qnn {

/// What an operand holds: codes, or floats.
struct OperandType {
  std::string name; ///< 1, 2, 3, 4, t, i8, f32
  bool isFloat = false;
  unsigned bits = 32;
  Encoding encoding = Encoding::Signed;
};

/// One product: `op types io shape` names it.
struct BenchCase {
  enum class Op { Matmul, Conv };
  /// Packed: codes as the layer before leaves them (words below 8 bits, else
  /// bytes); a matmul gives i32 sums, a convolution the codes of the next
  /// layer. Float: ONNX's f32 tensors, with the quantizers inside.
  enum class IO { Packed, Float };

  Op op = Op::Matmul;
  IO io = IO::Packed;
  OperandType weights, activations;
  /// A matmul is a 1x1 convolution of one image, M pixels wide.
  int64_t batch = 1, channels = 1, outChannels = 1, kernel = 1, height = 1,
          width = 1;
  bool standard = true; ///< timed without --filter

  std::string opName() const { return op == Op::Matmul ? "matmul" : "conv"; }
  std::string types() const { return weights.name + "x" + activations.name; }
  std::string ioName() const { return io == IO::Packed ? "packed" : "float"; }
  /// MxKxN; CxOxKHxKW@HxW, with more than one image @NxHxW.
  std::string shape() const;
  std::string name() const;

  int64_t multiplyAdds() const;
  bool isHuge() const { return width >= 8192; }
  int64_t weightCount() const {
    return outChannels * channels * kernel * kernel;
  }
  int64_t inputCount() const { return batch * channels * height * width; }
  int64_t outputCount() const { return batch * outChannels * height * width; }
};

/// Every case, in the order in which they are printed.
std::vector<BenchCase> allCases();

} // namespace qnn

#endif // QNN_BENCH_CASES_H
