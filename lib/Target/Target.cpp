//===- Target.cpp - What a CPU can do ---------------------------*- C++ -*-===//
//
// LLVM knows the features of every CPU; kernels need three facts of them: the
// width of vectors, the number of registers, and whether a vector counts bits
// with an instruction. A table turns those into register tiles, as large as the
// assembly shows to stay free of spills: M x 32 sums take M * 32 / lanes
// registers, and the inner loop wants some more, for the weights of a step and,
// without a popcount, for the tables and halves of the sequence in its place.
//
//===----------------------------------------------------------------------===//

#include "qnn/Target/Target.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

using namespace mlir;
using namespace qnn;

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

namespace {
/// A name that `--target` takes, and what LLVM calls it.
struct NamedTarget {
  StringRef name, triple, cpu;
};
} // namespace

static constexpr StringLiteral x86 = "x86_64-unknown-linux-gnu";
static constexpr StringLiteral arm = "aarch64-unknown-linux-gnu";

static const NamedTarget namedTargets[] = {
    {"x86-64", x86, "x86-64"},
    {"x86-64-v2", x86, "x86-64-v2"},
    {"x86-64-v3", x86, "x86-64-v3"},
    {"x86-64-v4", x86, "x86-64-v4"},
    {"haswell", x86, "haswell"},
    {"skylake", x86, "skylake"},
    {"skylake-avx512", x86, "skylake-avx512"},
    {"cascadelake", x86, "cascadelake"},
    {"icelake-server", x86, "icelake-server"},
    {"sapphirerapids", x86, "sapphirerapids"},
    {"znver2", x86, "znver2"},
    {"znver3", x86, "znver3"},
    {"znver4", x86, "znver4"},
    {"znver5", x86, "znver5"},
    {"aarch64", arm, "generic"},
    {"cortex-a53", arm, "cortex-a53"},
    {"cortex-a72", arm, "cortex-a72"},
    {"cortex-a76", arm, "cortex-a76"},
    {"neoverse-n1", arm, "neoverse-n1"},
    {"neoverse-v1", arm, "neoverse-v1"},
};

static std::string knownNames() {
  auto names = llvm::map_range(namedTargets, [](const NamedTarget &target) {
    return target.name.str();
  });
  return llvm::join(names, ", ");
}

//===----------------------------------------------------------------------===//
// Facts
//===----------------------------------------------------------------------===//

namespace {
enum class Popcount { Sequence, Instruction };

/// What kernels see of a CPU.
struct Facts {
  unsigned vectorBits, registers;
  Popcount popcount; ///< of the elements (on NEON: bytes) of a vector
};
} // namespace

/// LLVM's description of a CPU; null where it knows no such triple or CPU.
static std::unique_ptr<llvm::MCSubtargetInfo>
describe(const llvm::Triple &triple, StringRef cpu, StringRef features) {
  [[maybe_unused]] static bool initialized = [] {
    llvm::InitializeAllTargetInfos();
    llvm::InitializeAllTargetMCs();
    return true;
  }();
  std::string error;
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, error);
  if (!target)
    return {};
  // Asked for without a CPU first: LLVM prints a warning about unknown ones.
  std::unique_ptr<llvm::MCSubtargetInfo> any(
      target->createMCSubtargetInfo(triple, "", ""));
  if (!any || !any->isCPUStringValid(cpu))
    return {};
  return std::unique_ptr<llvm::MCSubtargetInfo>(
      target->createMCSubtargetInfo(triple, cpu, features));
}

static Facts factsOf(const llvm::Triple &triple,
                     const llvm::MCSubtargetInfo &cpu) {
  if (triple.isAArch64())
    return {128, 32, Popcount::Instruction};
  if (cpu.checkFeatures("+avx512f,+avx512bw,+avx512dq,+avx512vl"))
    return {512, 32,
            cpu.checkFeatures("+avx512vpopcntdq") ? Popcount::Instruction
                                                  : Popcount::Sequence};
  if (cpu.checkFeatures("+avx2"))
    return {256, 16, Popcount::Sequence};
  return {128, 16, Popcount::Sequence};
}

static llvm::Expected<TargetAttr> makeTarget(MLIRContext *context,
                                             StringRef triple, StringRef name,
                                             StringRef features) {
  llvm::Triple parsed(triple);
  if (!parsed.isX86_64() && !parsed.isAArch64())
    return llvm::createStringError("unknown target '" + triple + "," + name +
                                   "': expected a triple of x86_64 or aarch64 "
                                   "before the comma");
  auto cpu = describe(parsed, name, features);
  if (!cpu)
    return llvm::createStringError("unknown target '" + triple + "," + name +
                                   "': expected a CPU of " +
                                   parsed.getArchName() + " after the comma");
  Facts facts = factsOf(parsed, *cpu);
  return TargetAttr::get(context, triple, name, features, facts.vectorBits,
                         facts.registers);
}

//===----------------------------------------------------------------------===//
// Targets
//===----------------------------------------------------------------------===//

/// The machine that runs this. A CPU's name may promise more than the machine
/// (or its hypervisor) offers, so the features are spelled out.
static llvm::Expected<TargetAttr> nativeTarget(MLIRContext *context) {
  std::vector<std::string> features;
  for (const auto &feature : llvm::sys::getHostCPUFeatures())
    features.push_back((feature.second ? "+" : "-") + feature.first().str());
  llvm::sort(features);
  return makeTarget(context, llvm::sys::getDefaultTargetTriple(),
                    llvm::sys::getHostCPUName(), llvm::join(features, ","));
}

llvm::Expected<TargetAttr> qnn::parseTarget(MLIRContext *context,
                                            StringRef name) {
  if (name == "native")
    return nativeTarget(context);
  if (name.contains(',')) {
    auto [triple, cpu] = name.split(',');
    return makeTarget(context, triple, cpu, "");
  }
  for (const NamedTarget &target : namedTargets)
    if (target.name == name)
      return makeTarget(context, target.triple, target.cpu, "");
  return llvm::createStringError("unknown target '" + name +
                                 "': expected native, TRIPLE,CPU or one of " +
                                 knownNames());
}

TargetAttr qnn::getTarget(Operation *op) {
  MLIRContext *context = op->getContext();
  for (; op; op = op->getParentOp())
    if (auto target = op->getAttrOfType<TargetAttr>(kTargetAttr))
      return target;
  return TargetAttr::get(context, x86, "x86-64-v2", "", 128, 16);
}

//===----------------------------------------------------------------------===//
// Instructions
//===----------------------------------------------------------------------===//

namespace {
/// An instruction of registers of `bits`, and the features that bring it.
struct InstructionRow {
  Instruction instruction;
  unsigned bits;
  bool isArm;
  StringLiteral features, name;
};
} // namespace

/// Where several rows fit, the first is taken.
static const InstructionRow instructions[] = {
    {Instruction::PopcountWords, 512, false, "+avx512vpopcntdq", ""},
    {Instruction::PopcountWords, 256, false, "+avx512vpopcntdq,+avx512vl", ""},
    {Instruction::PopcountBytes, 512, false, "+avx512bitalg", ""},
    {Instruction::PopcountBytes, 128, true, "+neon", ""},
    {Instruction::ShuffleBytes, 512, false, "+avx512bw",
     "llvm.x86.avx512.pshuf.b.512"},
    {Instruction::ShuffleBytes, 256, false, "+avx2", "llvm.x86.avx2.pshuf.b"},
    {Instruction::ShuffleBytes, 128, false, "+ssse3",
     "llvm.x86.ssse3.pshuf.b.128"},
    {Instruction::ShuffleBytes, 128, true, "+neon",
     "llvm.aarch64.neon.tbl1.v16i8"},
    {Instruction::PermuteBytes, 512, false, "+avx512vbmi",
     "llvm.x86.avx512.permvar.qi.512"},
    {Instruction::PermuteShorts, 512, false, "+avx512bw",
     "llvm.x86.avx512.permvar.hi.512"},
    {Instruction::PermuteFloats, 512, false, "+avx512f",
     "llvm.x86.avx512.permvar.sf.512"},
    {Instruction::PermuteFloats, 256, false, "+avx2", "llvm.x86.avx2.permps"},
    {Instruction::MultiplyAddBytes, 512, false, "+avx512bw",
     "llvm.x86.avx512.pmaddubs.w.512"},
    {Instruction::MultiplyAddBytes, 256, false, "+avx2",
     "llvm.x86.avx2.pmadd.ub.sw"},
    {Instruction::MultiplyAddBytes, 128, false, "+ssse3",
     "llvm.x86.ssse3.pmadd.ub.sw.128"},
    {Instruction::MultiplyAddShorts, 512, false, "+avx512bw",
     "llvm.x86.avx512.pmaddw.d.512"},
    {Instruction::MultiplyAddShorts, 256, false, "+avx2",
     "llvm.x86.avx2.pmadd.wd"},
    {Instruction::MultiplyAddShorts, 128, false, "+sse2",
     "llvm.x86.sse2.pmadd.wd"},
    {Instruction::DotBytes, 512, false, "+avx512vnni",
     "llvm.x86.avx512.vpdpbusd.512"},
    {Instruction::DotBytes, 256, false, "+avxvnni",
     "llvm.x86.avx512.vpdpbusd.256"},
    {Instruction::DotBytes, 128, false, "+avx512vnni,+avx512vl",
     "llvm.x86.avx512.vpdpbusd.128"},
    {Instruction::DotBytes, 128, false, "+avxvnni",
     "llvm.x86.avx512.vpdpbusd.128"},
    {Instruction::DotBytes, 128, true, "+i8mm",
     "llvm.aarch64.neon.usdot.v4i32.v16i8"},
    {Instruction::DotSignedBytes, 128, true, "+dotprod",
     "llvm.aarch64.neon.sdot.v4i32.v16i8"},
    {Instruction::DotUnsignedBytes, 128, true, "+dotprod",
     "llvm.aarch64.neon.udot.v4i32.v16i8"},
    {Instruction::DotFloats16, 512, false, "+avx512bf16",
     "llvm.x86.avx512bf16.dpbf16ps.512"},
    {Instruction::FenceStores, 512, false, "+sse", "llvm.x86.sse.sfence"},
    {Instruction::FenceStores, 256, false, "+sse", "llvm.x86.sse.sfence"},
    {Instruction::FenceStores, 128, false, "+sse", "llvm.x86.sse.sfence"},
};

std::optional<StringRef> qnn::findInstruction(TargetAttr target,
                                              Instruction instruction) {
  llvm::Triple triple(target.getTriple());
  auto cpu = describe(triple, target.getCpu(), target.getFeatures());
  if (!cpu)
    return {};
  for (const InstructionRow &row : instructions)
    if (row.instruction == instruction && row.isArm == triple.isAArch64() &&
        row.bits == target.getVectorBits() && cpu->checkFeatures(row.features))
      return row.name;
  return {};
}

int64_t qnn::getCacheBytes(TargetAttr target) {
  // Haswell and Skylake have 256 KB, later and bigger cores 512 KB to 2 MB.
  return target.getVectorBits() >= 512 ? 1 << 20 : 1 << 18;
}

int64_t qnn::getLastCacheBytes(TargetAttr target) {
  return llvm::StringSwitch<int64_t>(target.getCpu())
      .Case("znver1", 8 << 20)
      .Case("znver2", 16 << 20)
      .Default(32 << 20);
}

bool qnn::isInNearCache(TargetAttr target, int64_t bytes) {
  return target.getVectorBits() == 512 && bytes <= getLastCacheBytes(target);
}

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

namespace {
/// Pixels of the tile of each kernel, on targets with these registers.
struct TileRow {
  Facts facts;
  int64_t xnor, bitSerial, int8, f32, lookup;
};
} // namespace

static const TileRow tiles[] = {
    {{512, 32, Popcount::Instruction}, 14, 14, 14, 14, 10},
    {{512, 32, Popcount::Sequence}, 8, 8, 14, 14, 10},
    {{256, 16, Popcount::Sequence}, 1, 1, 2, 2, 2},
    {{128, 32, Popcount::Instruction}, 1, 1, 2, 2, 2},
    {{128, 16, Popcount::Sequence}, 1, 1, 1, 1, 1},
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
  case KernelKind::Lookup:
    return row.lookup;
  }
  llvm_unreachable("unknown kernel");
}

std::pair<int64_t, int64_t>
qnn::chooseTile(TargetAttr target, KernelKind kernel, CodeAttr activations) {
  if (kernel == KernelKind::Lookup && activations)
    if (auto form = chooseLookup(target, activations.getBits()))
      return {form->pixels, 32};
  llvm::Triple triple(target.getTriple());
  auto cpu = describe(triple, target.getCpu(), target.getFeatures());
  Popcount popcount = cpu ? factsOf(triple, *cpu).popcount : Popcount::Sequence;
  for (const TileRow &row : tiles)
    if (row.facts.vectorBits == target.getVectorBits() &&
        row.facts.registers == target.getRegisters() &&
        row.facts.popcount == popcount)
      return {pixelsOf(row, kernel), 32};
  // One pixel at a time is right everywhere.
  return {1, 32};
}

//===----------------------------------------------------------------------===//
// Tables of sums of codes
//===----------------------------------------------------------------------===//

namespace {
/// How targets with these registers look up sums of activations of `least` to
/// `most` bits.
struct LookupRow {
  unsigned vectorBits, registers, least, most;
  LookupForm form;
};
} // namespace

/// Of several the first is the fastest. Pixels are those of a tile with two
/// registers of output channels, as tiles above.
static const LookupRow lookups[] = {
    {512, 32, 5, 8, {Instruction::PermuteShorts, 5, 4}},
    {512, 32, 1, 4, {Instruction::PermuteBytes, 6, 8}},
    {512, 32, 1, 8, {Instruction::ShuffleBytes, 4, 8}},
    {256, 16, 1, 8, {Instruction::ShuffleBytes, 4, 3}},
    {128, 32, 1, 8, {Instruction::ShuffleBytes, 4, 6}},
    {128, 16, 1, 8, {Instruction::ShuffleBytes, 4, 3}},
};

std::optional<LookupForm> qnn::chooseLookup(TargetAttr target,
                                            unsigned activationBits) {
  for (const LookupRow &row : lookups)
    if (row.vectorBits == target.getVectorBits() &&
        row.registers == target.getRegisters() && activationBits >= row.least &&
        activationBits <= row.most && findInstruction(target, row.form.permute))
      return row.form;
  return {};
}

bool qnn::roundsFloats(TargetAttr target) {
  llvm::Triple triple(target.getTriple());
  auto cpu = describe(triple, target.getCpu(), target.getFeatures());
  return cpu && (triple.isAArch64() || cpu->checkFeatures("+sse4.1"));
}
