//===- Header.cpp - The C header of a compiled model ------------*- C++ -*-===//

#include "qnn/Codegen/Codegen.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace qnn;

static llvm::StringRef cType(qnn_type type) {
  switch (type) {
  case QNN_F32:
    return "float";
  case QNN_I32:
    return "int32_t";
  case QNN_I64:
    return "int64_t";
  case QNN_I8:
    return "int8_t";
  case QNN_U8:
    return "uint8_t";
  }
  return "void";
}

static std::string shapeText(const TensorInfo &tensor) {
  return tensor.shape.empty()
             ? "scalar"
             : llvm::join(
                   llvm::map_range(tensor.shape,
                                   [](int64_t n) { return std::to_string(n); }),
                   "x");
}

static int64_t elements(const TensorInfo &tensor) {
  int64_t n = 1;
  for (int64_t size : tensor.shape)
    n *= size;
  return n;
}

/// `#define NAME_INPUT0_SIZE 784 /* elements of "x", 1x784 float */`
static void writeSizes(llvm::raw_ostream &os, const ModelInfo &info,
                       llvm::StringRef macro) {
  auto write = [&](llvm::ArrayRef<TensorInfo> tensors, llvm::StringRef kind) {
    for (auto [i, tensor] : llvm::enumerate(tensors))
      os << "#define " << macro << "_" << kind << i << "_SIZE "
         << elements(tensor) * std::max<int64_t>(info.batch, 1)
         << " /* elements, "
         << (info.batch > 1 ? std::to_string(info.batch) + " times " : "")
         << shapeText(tensor) << (info.batch == 0 ? " for each sample" : "")
         << " */\n";
  };
  write(info.inputs, "INPUT");
  write(info.outputs, "OUTPUT");
}

static std::string signature(const ModelInfo &info) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "int32_t " << info.name << "_run(";
  for (auto [i, tensor] : llvm::enumerate(info.inputs))
    os << "const " << cType(tensor.type) << " *input" << i << ", ";
  for (auto [i, tensor] : llvm::enumerate(info.outputs))
    os << cType(tensor.type) << " *output" << i << ", ";
  os << "void *arena" << (info.batch == 0 ? ", int64_t batch)" : ")");
  return text;
}

std::string qnn::makeHeader(const ModelInfo &info) {
  std::string text;
  llvm::raw_string_ostream os(text);
  std::string macro = llvm::StringRef(info.name).upper();
  os << "/* " << info.name << ": a neural network compiled by qnn-compile.\n"
     << " * No global state, no allocation: the caller gives all memory. "
     << (info.threads > 1
             ? "Runs on up to\n * " + std::to_string(info.threads) +
                   " threads: an object must be linked with "
                   "libqnn_runtime (-lqnn_runtime). "
             : "")
     << "*/\n"
     << "#ifndef QNN_MODEL_" << macro << "_H\n#define QNN_MODEL_" << macro
     << "_H\n\n"
     << "#include <stdint.h>\n\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  writeSizes(os, info, macro);
  os << "#define " << macro << "_ARENA_BYTES "
     << std::max<int64_t>(info.arenaBytes, 1)
     << " /* scratch memory, aligned to 64 bytes */\n\n"
     << "/* Row-major tensors; inputs, outputs and arena must not overlap. "
        "Returns 0. */\n"
     << signature(info) << ";\n\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n";
  return text;
}
