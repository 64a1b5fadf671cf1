//===- CostModel.h - What each kernel costs on a target ---------*- C++ -*-===//
//
// An estimate in cycles of one core, good enough to rank kernels; qnn-bench
// measures where it is not. CostModel.cpp has the numbers: one table of cycles
// for each class of targets, and for each kernel a function that says how many
// steps it takes.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_TARGET_COSTMODEL_H
#define QNN_TARGET_COSTMODEL_H

#include "qnn/Target/ProductFacts.h"
#include "qnn/Target/Target.h"

namespace qnn {

/// A kernel's cost of a product, or why it cannot do it.
struct KernelEstimate {
  KernelKind kernel;
  double cycles = 0;
  llvm::SmallVector<int64_t> tile; ///< of its cheapest form
  std::string refusal;             ///< not empty: the kernel cannot do it

  bool isPossible() const { return refusal.empty(); }
};

/// The tiles of all forms that the lookup kernel has for a product.
llvm::SmallVector<llvm::SmallVector<int64_t>>
lookupTiles(TargetAttr target, const ProductFacts &product);

/// What `kernel` costs. The lookup of floats by +-1 takes the weights' word for
/// being signs.
KernelEstimate estimateKernel(TargetAttr target, const ProductFacts &product,
                              KernelKind kernel);

/// How many threads, `most` or fewer, do the product soonest, its tiles shared
/// as evenly as they can be: the fewest of those that take as long.
int64_t chooseThreads(const ProductFacts &product,
                      const KernelEstimate &estimate, int64_t most);

/// The kernels that can do the product, the cheapest first.
llvm::SmallVector<KernelEstimate> rankKernels(TargetAttr target,
                                              const ProductFacts &product);

/// Tables of sums in memory: the pixels that a row of them has, and the bits of
/// an index. Those of 32 channels fill 16 or 32 KB; codes take half the room.
struct SumTables {
  int64_t pixels, indexBits;
};
inline constexpr SumTables kFloatTables[] = {{32, 4}, {8, 8}};
inline constexpr SumTables kCodeTables[] = {{64, 4}, {16, 8}};

/// The tile of the lookup kernel for floats by signs where it is the cheapest
/// kernel, else nothing: [M, N] where tables are registers, [M, N, bits of an
/// index] where they are in memory.
std::optional<llvm::SmallVector<int64_t>>
chooseSignLookup(TargetAttr target, const ProductFacts &product);

} // namespace qnn

#endif // QNN_TARGET_COSTMODEL_H
