//===- NativeModel.cpp - Compiled code, in process or loaded ----*- C++ -*-===//

#include "qnn/Driver/Compile.h"
#include "qnn/Driver/Diagnostics.h"
#include "qnn/Driver/Model.h"
#include "qnn/Support/Files.h"
#include "qnn/Target/Target.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Object/ELF.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"
#include <cstring>

using namespace qnn;
using namespace llvm;

namespace {
/// Runs what a descriptor describes.
class NativeModel : public Model {
public:
  NativeModel(StringRef path, const qnn_model *model)
      : model(model), arena(model->arena_bytes) {
    file = path.str();
    inputInfos = readTensors(model->inputs, model->num_inputs);
    outputInfos = readTensors(model->outputs, model->num_outputs);
  }

  Error runSamples(int64_t samples, const void *const *inputs,
                   void *const *outputs) override {
    if (model->batch == 0)
      return call(inputs, outputs, samples);
    int64_t whole = samples / model->batch * model->batch;
    for (int64_t first = 0; first < whole; first += model->batch)
      if (Error error = call(advance<const void *>(inputs, inputInfos, first),
                             advance<void *>(outputs, outputInfos, first), 0))
        return error;
    return whole < samples ? runRest(whole, samples - whole, inputs, outputs)
                           : Error::success();
  }

  int64_t arenaBytes() const override { return model->arena_bytes; }

private:
  static std::vector<TensorInfo> readTensors(const qnn_tensor *tensors,
                                             int32_t count) {
    std::vector<TensorInfo> infos;
    for (const qnn_tensor &tensor : ArrayRef(tensors, count))
      infos.push_back({tensor.name,
                       {tensor.shape, tensor.shape + tensor.rank},
                       static_cast<qnn_type>(tensor.type)});
    return infos;
  }

  static size_t sampleBytes(const TensorInfo &info) {
    return elementCount(info) * qnn_type_size(info.type);
  }

  template <typename Pointer>
  static SmallVector<Pointer, 4> advance(const Pointer *pointers,
                                         ArrayRef<TensorInfo> infos,
                                         int64_t samples) {
    SmallVector<Pointer, 4> moved;
    for (auto [i, info] : enumerate(infos))
      moved.push_back(static_cast<char *>(const_cast<void *>(pointers[i])) +
                      samples * sampleBytes(info));
    return moved;
  }

  /// The last samples of a model with a fixed batch, with zeros behind them.
  Error runRest(int64_t first, int64_t count, const void *const *inputs,
                void *const *outputs) {
    std::vector<AlignedBuffer> buffers;
    SmallVector<const void *, 4> in =
        advance<const void *>(inputs, inputInfos, first);
    SmallVector<void *, 4> out = advance<void *>(outputs, outputInfos, first);
    SmallVector<void *, 4> wideOut;
    for (auto [info, pointer] : zip_equal(inputInfos, in)) {
      size_t bytes = sampleBytes(info);
      buffers.emplace_back(bytes * model->batch);
      std::memset(buffers.back().data(), 0, bytes * model->batch);
      std::memcpy(buffers.back().data(), pointer, bytes * count);
      pointer = buffers.back().data();
    }
    for (const TensorInfo &info : outputInfos) {
      buffers.emplace_back(sampleBytes(info) * model->batch);
      wideOut.push_back(buffers.back().data());
    }
    if (Error error = call(in, wideOut, 0))
      return error;
    for (auto [info, narrow, wide] : zip_equal(outputInfos, out, wideOut))
      std::memcpy(narrow, wide, sampleBytes(info) * count);
    return Error::success();
  }

  Error call(ArrayRef<const void *> inputs, ArrayRef<void *> outputs,
             int64_t batch) {
    return call(inputs.data(), outputs.data(), batch);
  }
  Error call(const void *const *inputs, void *const *outputs, int64_t batch) {
    int32_t status = model->run(inputs, outputs, arena.data(), batch);
    if (status != 0)
      return fileError(file, "the model returned " + Twine(status));
    return Error::success();
  }

  const qnn_model *model;
  AlignedBuffer arena;
};

class CompiledModel : public NativeModel {
public:
  CompiledModel(StringRef path, std::unique_ptr<JITModel> code)
      : NativeModel(path, code->descriptor()), code(std::move(code)) {}

private:
  std::unique_ptr<JITModel> code;
};

class LibraryModel : public NativeModel {
public:
  LibraryModel(StringRef path, qnn_library *library)
      : NativeModel(path, qnn_library_model(library)), library(library) {}
  ~LibraryModel() override { qnn_library_close(library); }

private:
  qnn_library *library;
};
} // namespace

Expected<std::unique_ptr<Model>>
qnn::compileInProcess(mlir::ModuleOp module, StringRef path, StringRef target,
                      unsigned optLevel, std::optional<Level> reached,
                      int64_t threads, StringRef tuning) {
  CompileOptions options;
  options.target = target.str();
  options.reached = reached;
  options.batch = 0;
  options.threads = threads;
  options.tuning = tuning.str();
  Expected<TargetAttr> attr = parseTarget(module.getContext(), target);
  if (!attr)
    return attr.takeError();
  if (Error error = checkRunnable(*attr))
    return std::move(error);
  if (Error error = compileModule(module, path, options))
    return std::move(error);
  ErrorCollector errors(module.getContext(), path);
  Expected<std::unique_ptr<JITModel>> code = JITModel::create(module, optLevel);
  if (!code)
    return errors.take(toString(code.takeError()));
  return std::make_unique<CompiledModel>(path, std::move(*code));
}

/// What dlopen does not check: it maps segments beyond the end of a truncated
/// file, and touching them is fatal; of another CPU's file it says that there
/// is none. What is no ELF file at all is left to it.
static Error checkLibrary(StringRef path, StringRef contents) {
  auto elf = object::ELFFile<object::ELF64LE>::create(contents);
  if (!elf)
    return consumeError(elf.takeError()), Error::success();
  bool isX86 = elf->getHeader().e_machine == ELF::EM_X86_64;
  bool isARM = elf->getHeader().e_machine == ELF::EM_AARCH64;
  Triple host(sys::getProcessTriple());
  if ((isX86 && !host.isX86_64()) || (isARM && !host.isAArch64()))
    return fileError(path, "made for " + Twine(isX86 ? "x86_64" : "aarch64") +
                               ", but this machine is " + host.getArchName());
  auto segments = elf->program_headers();
  if (!segments)
    return consumeError(segments.takeError()), Error::success();
  for (const auto &segment : *segments)
    if (segment.p_type == ELF::PT_LOAD &&
        (segment.p_filesz > contents.size() ||
         segment.p_offset > contents.size() - segment.p_filesz))
      return fileError(path, "not all of a library: a segment ends behind the "
                             "end of the file");
  return Error::success();
}

Expected<std::unique_ptr<Model>> qnn::openLibrary(StringRef path) {
  Expected<std::string> contents = readFile(path);
  if (!contents)
    return contents.takeError();
  if (Error error = checkLibrary(path, *contents))
    return std::move(error);
  char message[1024] = "";
  qnn_library *library =
      qnn_library_open(path.str().c_str(), message, sizeof(message));
  if (!library)
    return makeError(message);
  return std::make_unique<LibraryModel>(path, library);
}
