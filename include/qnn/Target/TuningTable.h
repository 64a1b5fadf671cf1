//===- TuningTable.h - Kernels that were measured ---------------*- C++ -*-===//
//
// `qnn-bench --tune` writes the table, qnn-select-kernels reads it; where it
// has a product, it says more than the cost model. A JSON file of one target:
//
//   {"target": {"triple": "...", "cpu": "...", "features": "..."},
//    "products": [{"op": "matmul", "weights": "bipolar1",
//                  "activations": "unsigned2", "shape": "1x784x256",
//                  "kernel": "bit_serial", "tile": [2, 32], "us": 10.5}]}
//
// The tile of a lookup in memory has the bits of an index, too: [64, 32, 4].
// The parts of a product are those of ProductFacts; `us` is for readers.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_TARGET_TUNINGTABLE_H
#define QNN_TARGET_TUNINGTABLE_H

#include "qnn/Target/ProductFacts.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"
#include <map>

namespace qnn {

struct TunedKernel {
  KernelKind kernel;
  llvm::SmallVector<int64_t> tile;
  double microseconds = 0;
};

class TuningTable {
public:
  /// An empty table.
  explicit TuningTable(TargetAttr target)
      : triple(target.getTriple()), cpu(target.getCpu()),
        features(target.getFeatures()) {}

  /// Fails with a message that names the file, and the entry that is wrong.
  static llvm::Expected<TuningTable> read(llvm::StringRef path);

  /// Fails where the table was measured on another target.
  llvm::Error checkTarget(TargetAttr target, llvm::StringRef path) const;

  /// Null where the table does not have the product.
  const TunedKernel *find(const ProductFacts &product) const;
  void set(const ProductFacts &product, const TunedKernel &kernel);

  /// The contents of the file, in the order of names.
  std::string toJSON() const;

private:
  TuningTable() = default;

  /// What a product is searched by.
  struct Key {
    std::string op, weights, activations, shape;
    bool operator<(const Key &o) const {
      return std::tie(op, weights, activations, shape) <
             std::tie(o.op, o.weights, o.activations, o.shape);
    }
  };
  static Key keyOf(const ProductFacts &product);
  bool parse(const llvm::json::Value &value, llvm::json::Path path);
  bool parseProduct(const llvm::json::Value &value, llvm::json::Path path);

  std::string triple, cpu, features;
  std::map<Key, TunedKernel> products;
};

} // namespace qnn

#endif // QNN_TARGET_TUNINGTABLE_H
