//===- ChannelFunction.h - From a sum to the next code ----------*- C++ -*-===//
//
// The pointwise floats between qnn.dequantize and qnn.encode, as one function
// from integers to levels for each channel. It is computed by the ops' own
// reference evaluation, with one channel's constants at a time and the sums to
// try along dimension 0, so that its rounding is theirs.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_LIB_DIALECT_QNN_TRANSFORMS_CHANNELFUNCTION_H
#define QNN_LIB_DIALECT_QNN_TRANSFORMS_CHANNELFUNCTION_H

#include "ConstantCodes.h"
#include <string>

namespace qnn {

class ChannelFunction {
public:
  ChannelFunction() = default;
  ChannelFunction(const ChannelFunction &) = delete;
  ~ChannelFunction();

  /// Looks for the ops between `encode` and the one dequantizer above it. Null
  /// with a reason in `why` where there is something else; null and no reason
  /// where the encoder has no dequantizer above it at all, as at the input.
  DequantizeOp findSource(EncodeOp encode, std::string &why);

  /// Prepares evaluation with channels along dimension `axis`; says why not
  /// where a constant differs within a channel.
  std::string bind(int64_t axis);

  /// The level (0: the least number of the code) of each sum, in one channel.
  std::vector<int32_t> levels(int64_t channel, llvm::ArrayRef<int32_t> sums);

  /// True where something else than the encoder depends on the sums' floats.
  /// Before bind, whose clones are users too.
  bool hasOtherUsers() const;

  /// Greatest level.
  int32_t maxLevel() const;

  /// True where each channel surely rises or falls over all sums.
  bool isMonotone() const;

  /// Slope and offset of the function before rounding, if it is a straight line
  /// apart from bounds (relu, clip, min, max).
  struct Line {
    double slope, offset;
  };
  std::optional<Line> line(int64_t channel) const;

private:
  struct Constant {
    Tensor tensor;
    int64_t channelDim = -1; ///< -1: the same for all channels
  };
  struct Step {
    mlir::Operation *original;
    mlir::Operation *clone; ///< result of another shape
    /// For each operand the step that makes it, or -1 (the sums), or a
    /// constant.
    llvm::SmallVector<int64_t> sources;
    llvm::SmallVector<std::optional<Constant>> constants;
  };

  bool collect(mlir::Value value, std::string &why);
  std::string bindConstant(Step &step, unsigned operand, int64_t axis);

  EncodeOp encode;
  DequantizeOp source;
  llvm::SmallVector<Step> steps; ///< operands before users
  llvm::DenseMap<mlir::Value, int64_t> stepOf;
};

} // namespace qnn

#endif // QNN_LIB_DIALECT_QNN_TRANSFORMS_CHANNELFUNCTION_H
