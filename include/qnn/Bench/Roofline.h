//===- Roofline.h - A picture of rows under their ceilings ------*- C++ -*-===//

#ifndef QNN_BENCH_ROOFLINE_H
#define QNN_BENCH_ROOFLINE_H

#include "llvm/ADT/ArrayRef.h"
#include <string>
#include <vector>

namespace qnn {

/// A measured product: where it lies and what a reader may want to know.
struct RooflinePoint {
  std::string name, group; ///< points of one group share a colour
  double macsPerByte, gmacs;
};

/// A limit: of instructions (gmacs), or of memory (gigabytes a second).
struct Roof {
  std::string name;
  double gmacs = 0, gigabytes = 0;
};

/// A picture with logarithmic axes: multiply-adds for each byte moved to the
/// right, 1e9 multiply-adds a second upwards. Readable on light and on dark
/// paper; every point says what it is when pointed at.
std::string drawRoofline(llvm::ArrayRef<RooflinePoint> points,
                         llvm::ArrayRef<Roof> roofs, llvm::StringRef title);

} // namespace qnn

#endif // QNN_BENCH_ROOFLINE_H
