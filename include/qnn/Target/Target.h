//===- Target.h - What a CPU can do -----------------------------*- C++ -*-===//
//
// The only place that knows names of instruction sets. Everything else asks for
// the width of registers, how many there are, and tiles.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_TARGET_TARGET_H
#define QNN_TARGET_TARGET_H

#include "qnn/Arith/Enums.h"
#include "qnn/Dialect/QNN/IR/QNN.h"
#include "llvm/ADT/StringRef.h"
#include <optional>
#include <string>

namespace qnn {

/// The `#qnn.target` of a `--target` argument: `native`, a name of the table
/// (x86-64-v2, x86-64-v3, x86-64-v4, znver4, aarch64, ...), or `TRIPLE,CPU`.
/// Fails with a message that lists the known names.
llvm::Expected<TargetAttr> parseTarget(mlir::MLIRContext *context,
                                       llvm::StringRef name);

/// The register tile [M, N] of a kernel: M output pixels by N output channels.
/// N is always 32: one word of packed output. Of a lookup it depends on the
/// code of the activations, null for floats.
std::pair<int64_t, int64_t> chooseTile(TargetAttr target, KernelKind kernel,
                                       CodeAttr activations = {});

/// Bytes of the second-level cache of a core: weights that are read again and
/// again are cut to fit half of it.
int64_t getCacheBytes(TargetAttr target);

/// Bytes of the last cache before memory that one core may fill.
int64_t getLastCacheBytes(TargetAttr target);

/// Whether so many bytes lie in a last cache that answers much sooner than
/// memory; measured on Zen 4, and taken to be so of targets with 512 bits only.
bool isInNearCache(TargetAttr target, int64_t bytes);

/// Instructions, most on whole vectors, that MLIR has no op for, and that only
/// some CPUs have. Kernels that use them ask for one and fall back without it.
enum class Instruction {
  PopcountWords,     ///< bits of each i32 (math.ctpop; no name)
  PopcountBytes,     ///< bits of each i8 (math.ctpop; no name)
  ShuffleBytes,      ///< a table of 16 bytes in each 128 bits, index i8
  PermuteBytes,      ///< 64 bytes, index i8
  PermuteShorts,     ///< a register of i16, index i16
  PermuteFloats,     ///< a register of f32, index i32
  MultiplyAddBytes,  ///< u8 x i8, pairs added to i16, saturating
  MultiplyAddShorts, ///< i16 x i16, pairs added to i32
  DotBytes,          ///< i32 + u8 x i8 in fours (a, u8s, i8s)
  DotSignedBytes,    ///< i32 + i8 x i8 in fours
  DotUnsignedBytes,  ///< u32 + u8 x u8 in fours
  DotFloats16,       ///< f32 + bf16 x bf16 in pairs
  FenceStores, ///< what was stored past the caches is seen before what follows
};

/// A lookup product of codes: the instruction, the bits of an index, and the
/// pixels of a tile.
struct LookupForm {
  Instruction permute;
  int64_t indexBits, pixels;
};

/// The form of a target for activations of so many bits; none where it cannot
/// permute their sums.
std::optional<LookupForm> chooseLookup(TargetAttr target,
                                       unsigned activationBits);

/// LLVM's name of the instruction on registers of the target's width, for
/// `llvm.call_intrinsic`; none where the CPU does not have it.
std::optional<llvm::StringRef> findInstruction(TargetAttr target,
                                               Instruction instruction);

/// True where floats are rounded to integers (floor, to even, ...) by an
/// instruction; elsewhere LLVM would call libm.
bool roundsFloats(TargetAttr target);

/// The module attribute with the #qnn.target to compile for.
inline constexpr llvm::StringLiteral kTargetAttr = "qnn.target";

/// The target of the module that holds `op`; x86-64-v2 where none is set.
TargetAttr getTarget(mlir::Operation *op);

} // namespace qnn

#endif // QNN_TARGET_TARGET_H
