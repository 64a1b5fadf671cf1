//===- Model.h - A model that can be run ------------------------*- C++ -*-===//
//
// The same interface for code made in process, for a shared library that
// qnn-compile wrote, and for the reference evaluator.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_DRIVER_MODEL_H
#define QNN_DRIVER_MODEL_H

#include "mlir/IR/BuiltinOps.h"
#include "qnn/Codegen/Codegen.h"
#include "qnn/Driver/Compile.h"
#include "qnn/Support/Array.h"
#include "llvm/Support/Error.h"
#include <memory>

namespace qnn {

ElementType elementTypeOf(qnn_type type);

/// A kind of model implements `runSamples`; the rest is common.
class Model {
public:
  virtual ~Model() = default;

  const std::string &path() const { return file; }
  llvm::ArrayRef<TensorInfo> inputs() const { return inputInfos; }
  llvm::ArrayRef<TensorInfo> outputs() const { return outputInfos; }

  /// Runs `samples` samples that lie one after the other in each buffer.
  /// Buffers are aligned to 64 bytes.
  virtual llvm::Error runSamples(int64_t samples, const void *const *inputs,
                                 void *const *outputs) = 0;

  /// Samples that `arrays`, one for each input, hold. Fails with a message that
  /// names both where a type or shape does not fit: an input has the model's
  /// shape, or its first dimension is a multiple of the model's.
  llvm::Expected<int64_t> countSamples(llvm::ArrayRef<Array> arrays) const;

  /// Checks the inputs, runs them, gives the outputs with the batch as first
  /// dimension.
  llvm::Expected<std::vector<Array>> run(llvm::ArrayRef<Array> arrays);

  /// Bytes of scratch memory that a run takes; 0 where it is not known.
  virtual int64_t arenaBytes() const { return 0; }

protected:
  std::string file;
  std::vector<TensorInfo> inputInfos, outputInfos;
};

/// Elements of one sample.
int64_t elementCount(const TensorInfo &info);
/// The shape of `samples` samples together.
llvm::SmallVector<int64_t> batchedShape(const TensorInfo &info,
                                        int64_t samples);

/// A module compiled in process, for any number of samples in a run. It is
/// lowered in place, from the stage after `reached` on; `tuning` is as of
/// CompileOptions.
llvm::Expected<std::unique_ptr<Model>>
compileInProcess(mlir::ModuleOp module, llvm::StringRef path,
                 llvm::StringRef target, unsigned optLevel,
                 std::optional<Level> reached = std::nullopt,
                 int64_t threads = 1, llvm::StringRef tuning = "");
/// A compiled shared library.
llvm::Expected<std::unique_ptr<Model>> openLibrary(llvm::StringRef path);
/// The reference evaluator on a module in graph or integer form, which must
/// outlive the model.
llvm::Expected<std::unique_ptr<Model>> evaluateModule(mlir::ModuleOp module,
                                                      llvm::StringRef path);

/// Bytes at an address that vector code likes.
class AlignedBuffer {
public:
  explicit AlignedBuffer(size_t bytes);
  void *data() const { return memory.get(); }

private:
  struct Free {
    void operator()(void *pointer) const;
  };
  std::unique_ptr<void, Free> memory;
};

} // namespace qnn

#endif // QNN_DRIVER_MODEL_H
