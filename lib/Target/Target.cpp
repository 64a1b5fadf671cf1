//===- Target.cpp - What a CPU can do ---------------------------*- C++ -*-===//
//
// Two tables. `cpus`: the targets that have a name, by what kernels need to
// know of them. `tiles`: for each vector width the register tile of a kernel,
// as large as the assembly shows to stay free of spills: M x 32 sums take
// M * 32 / lanes registers, and the inner loop wants some more: the weights of
// a step and, where the CPU has no popcount of vectors, the tables and halves
// of the sequence that replaces it.
//
//===----------------------------------------------------------------------===//

#include "qnn/Target/Target.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

using namespace mlir;
using namespace qnn;

//===----------------------------------------------------------------------===//
// CPUs
//===----------------------------------------------------------------------===//

namespace {
enum class Popcount { Sequence, Instruction };

/// A CPU as LLVM names it, and what kernels see of it.
struct CPU {
  StringRef name;
  unsigned vectorBits;
  unsigned registers;
  Popcount popcount; ///< of the elements of a vector
};

/// A name of `--target` that is not an x86-64 CPU's name.
struct Alias {
  StringRef name, triple, cpu;
};
} // namespace

static constexpr StringLiteral x86Triple = "x86_64-unknown-linux-gnu";
static constexpr StringLiteral armTriple = "aarch64-unknown-linux-gnu";

static const CPU cpus[] = {
    {"x86-64", 128, 16, Popcount::Sequence},
    {"x86-64-v2", 128, 16, Popcount::Sequence},
    {"x86-64-v3", 256, 16, Popcount::Sequence},
    {"haswell", 256, 16, Popcount::Sequence},
    {"broadwell", 256, 16, Popcount::Sequence},
    {"skylake", 256, 16, Popcount::Sequence},
    {"znver1", 256, 16, Popcount::Sequence},
    {"znver2", 256, 16, Popcount::Sequence},
    {"znver3", 256, 16, Popcount::Sequence},
    {"x86-64-v4", 512, 32, Popcount::Sequence},
    {"skylake-avx512", 512, 32, Popcount::Sequence},
    {"cascadelake", 512, 32, Popcount::Sequence},
    {"cooperlake", 512, 32, Popcount::Sequence},
    {"icelake-client", 512, 32, Popcount::Instruction},
    {"icelake-server", 512, 32, Popcount::Instruction},
    {"sapphirerapids", 512, 32, Popcount::Instruction},
    {"emeraldrapids", 512, 32, Popcount::Instruction},
    {"graniterapids", 512, 32, Popcount::Instruction},
    {"znver4", 512, 32, Popcount::Instruction},
    {"znver5", 512, 32, Popcount::Instruction},
    {"generic", 128, 32, Popcount::Instruction},
    {"cortex-a53", 128, 32, Popcount::Instruction},
    {"cortex-a72", 128, 32, Popcount::Instruction},
    {"cortex-a76", 128, 32, Popcount::Instruction},
    {"neoverse-n1", 128, 32, Popcount::Instruction},
    {"neoverse-v1", 128, 32, Popcount::Instruction},
    {"apple-m1", 128, 32, Popcount::Instruction},
};

static const Alias aliases[] = {
    {"aarch64", armTriple, "generic"},
    {"cortex-a53", armTriple, "cortex-a53"},
    {"cortex-a72", armTriple, "cortex-a72"},
    {"cortex-a76", armTriple, "cortex-a76"},
    {"neoverse-n1", armTriple, "neoverse-n1"},
    {"neoverse-v1", armTriple, "neoverse-v1"},
};

static const CPU *findCPU(StringRef name) {
  const CPU *cpu =
      llvm::find_if(cpus, [&](const CPU &c) { return c.name == name; });
  return cpu == std::end(cpus) ? nullptr : cpu;
}

/// Every name that `--target` knows, but for `native`.
static std::string knownNames() {
  std::vector<std::string> names;
  for (const CPU &cpu : cpus)
    if (cpu.name != "generic" && cpu.name != "apple-m1" &&
        llvm::none_of(aliases,
                      [&](const Alias &a) { return a.name == cpu.name; }))
      names.push_back(cpu.name.str());
  for (const Alias &alias : aliases)
    names.push_back(alias.name.str());
  return llvm::join(names, ", ");
}

//===----------------------------------------------------------------------===//
// Features
//===----------------------------------------------------------------------===//

static bool has(StringRef features, StringRef feature) {
  return llvm::is_contained(llvm::split(features, ','), ("+" + feature).str());
}

/// What kernels see of a CPU that has no row of its own, from its features.
static CPU cpuOfFeatures(const llvm::Triple &triple, StringRef features) {
  if (triple.isAArch64())
    return {"", 128, 32, Popcount::Instruction};
  if (has(features, "avx512f") && has(features, "avx512bw") &&
      has(features, "avx512vl"))
    return {"", 512, 32,
            has(features, "avx512vpopcntdq") ? Popcount::Instruction
                                             : Popcount::Sequence};
  if (has(features, "avx2"))
    return {"", 256, 16, Popcount::Sequence};
  return {"", 128, 16, Popcount::Sequence};
}

/// True where a vector of `target` counts bits with one instruction (for each
/// byte, on NEON).
static bool countsBits(TargetAttr target) {
  if (has(target.getFeatures(), "avx512vpopcntdq"))
    return true;
  if (const CPU *cpu = findCPU(target.getCpu()))
    return cpu->popcount == Popcount::Instruction;
  return llvm::Triple(target.getTriple()).isAArch64();
}

static TargetAttr makeTarget(MLIRContext *context, StringRef triple,
                             StringRef name, StringRef features,
                             const CPU &cpu) {
  return TargetAttr::get(context, triple, name, features, cpu.vectorBits,
                         cpu.registers);
}

/// The machine that runs this. LLVM's name may promise more than the machine
/// (or its hypervisor) offers, so the features are spelled out.
static TargetAttr nativeTarget(MLIRContext *context) {
  std::vector<std::string> list;
  for (const auto &feature : llvm::sys::getHostCPUFeatures())
    list.push_back((feature.second ? "+" : "-") + feature.first().str());
  llvm::sort(list);
  std::string features = llvm::join(list, ",");
  std::string triple = llvm::sys::getDefaultTargetTriple();
  CPU cpu = cpuOfFeatures(llvm::Triple(triple), features);
  return makeTarget(context, triple, llvm::sys::getHostCPUName(), features,
                    cpu);
}

//===----------------------------------------------------------------------===//
// The interface
//===----------------------------------------------------------------------===//

llvm::Expected<TargetAttr> qnn::parseTarget(MLIRContext *context,
                                            StringRef name) {
  if (name == "native")
    return nativeTarget(context);
  auto [triple, cpuName] = name.split(',');
  if (!cpuName.empty()) {
    llvm::Triple parsed(triple);
    if (!parsed.isX86_64() && !parsed.isAArch64())
      return llvm::createStringError(
          "unknown target '" + name +
          "': expected a triple of x86_64 or aarch64 before the comma");
    const CPU *cpu = findCPU(cpuName);
    return makeTarget(context, triple, cpuName, "",
                      cpu ? *cpu : cpuOfFeatures(parsed, ""));
  }
  for (const Alias &alias : aliases)
    if (alias.name == name)
      return makeTarget(context, alias.triple, alias.cpu, "",
                        *findCPU(alias.cpu));
  const CPU *cpu = findCPU(name);
  if (!cpu || cpu->name == "generic" || cpu->name == "apple-m1")
    return llvm::createStringError("unknown target '" + name +
                                   "': expected native, TRIPLE,CPU or one of " +
                                   knownNames());
  return makeTarget(context, x86Triple, name, "", *cpu);
}

namespace {
/// Pixels of the tile of each kernel, on targets with these registers.
struct TileRow {
  unsigned vectorBits, registers;
  Popcount popcount;
  int64_t xnor, bitSerial, int8, f32;
};
} // namespace

static const TileRow tiles[] = {
    {512, 32, Popcount::Instruction, 14, 8, 14, 14},
    {512, 32, Popcount::Sequence, 8, 4, 14, 14},
    {256, 16, Popcount::Sequence, 1, 1, 2, 2},
    {128, 32, Popcount::Instruction, 2, 1, 2, 2},
};

static int64_t pixelsOf(const TileRow &row, KernelKind kernel) {
  switch (kernel) {
  case KernelKind::XnorPopcount:
    return row.xnor;
  case KernelKind::BitSerial:
    return row.bitSerial;
  case KernelKind::Int8Dot:
    return row.int8;
  case KernelKind::F32Fma:
    return row.f32;
  }
  llvm_unreachable("unknown kernel");
}

std::pair<int64_t, int64_t> qnn::chooseTile(TargetAttr target,
                                            KernelKind kernel) {
  Popcount popcount =
      countsBits(target) ? Popcount::Instruction : Popcount::Sequence;
  for (const TileRow &row : tiles)
    if (row.vectorBits == target.getVectorBits() &&
        row.registers == target.getRegisters() && row.popcount == popcount)
      return {pixelsOf(row, kernel), 32};
  // One pixel at a time is right everywhere.
  return {1, 32};
}

bool qnn::roundsFloats(TargetAttr target) {
  // On x86 it came with SSE4.1.
  return target.getVectorBits() > 128 || target.getCpu() == "x86-64-v2" ||
         has(target.getFeatures(), "sse4.1") ||
         llvm::Triple(target.getTriple()).isAArch64();
}

TargetAttr qnn::getTarget(Operation *op) {
  MLIRContext *context = op->getContext();
  for (; op; op = op->getParentOp())
    if (auto target = op->getAttrOfType<TargetAttr>("qnn.target"))
      return target;
  return makeTarget(context, x86Triple, "x86-64-v2", "", *findCPU("x86-64-v2"));
}
