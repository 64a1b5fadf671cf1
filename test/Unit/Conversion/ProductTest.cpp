//===- ProductTest.cpp - Compiled products against the reference ----------===//

#include "ProductTest.h"
#include "Emulate.h"
#include "qnn/Conversion/Passes.h"
#include "qnn/Dialect/QNN/Transforms/Passes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/Host.h"

using namespace mlir;
using namespace qnn;

/// Intrinsics are not expanded by LLVM.
static bool runsHere(const Schedule &schedule) {
  static const llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  StringRef cpu = schedule.cpu;
  if (cpu == "x86-64-v2")
    return features.lookup("ssse3");
  if (cpu == "x86-64-v3")
    return features.lookup("avx2");
  if (cpu == "x86-64-v4")
    return features.lookup("avx512bw") && features.lookup("avx512vl");
  return cpu.empty();
}

std::string moduleFor(const Schedule &schedule) {
  return std::string(
             "module attributes {qnn.target = #qnn.target<triple = \"") +
         schedule.triple + "\", cpu = \"" + schedule.cpu +
         "\", features = \"\", vector_bits = " + std::to_string(schedule.bits) +
         ", registers = " + std::to_string(schedule.registers) + ">} {\n";
}

std::string ProductTest::product(const std::string &sums) {
  std::string text;
  llvm::raw_string_ostream os(text);
  Tensor filter = weightsOf();
  std::string bytes(filter.integers.begin(), filter.integers.end());
  std::string input = type(inputSizes(), "i8");
  std::string weights = type(filterSizes(), "i8");
  os << " %w = arith.constant dense<\"0x" << llvm::toHex(bytes)
     << "\"> : " << weights << "\n"
     << " %sums = qnn." << (shape.isConv() ? "iconv2d" : "imatmul")
     << " %x, %w {lhs_code = " << c.activations.str()
     << ", rhs_code = " << c.weights.str() << ", kernel = #qnn.kernel<"
     << stringifyKernelKind(c.kernel) << ", tile = [" << c.pixels << ", 32";
  if (c.kernel == KernelKind::Lookup)
    os << ", " << std::get<1>(GetParam()).index;
  os << "]>";
  if (shape.isConv())
    os << ", strides = array<i64: " << shape.strideHeight << ", "
       << shape.strideWidth
       << ">, dilations = array<i64: " << shape.dilationHeight << ", "
       << shape.dilationWidth << ">, pads = array<i64: " << shape.pads[0]
       << ", " << shape.pads[1] << ", " << shape.pads[2] << ", "
       << shape.pads[3] << ">, groups = " << shape.groups << " : i64";
  os << "} : (" << input << ", " << weights << ") -> " << sums << "\n";
  return text;
}

/// Ascending thresholds within reach, the least and the greatest i32 among
/// them.
std::string ProductTest::thresholds() {
  std::string text;
  int64_t levels = c.out.levels();
  int32_t reach = 1 + shape.channels * std::max(c.activations.max(), 1) / 4;
  for (int64_t o = 0; o < shape.outChannels; ++o) {
    std::vector<int64_t> row;
    for (int64_t l = 0; l < levels; ++l)
      row.push_back(static_cast<int64_t>(random() % (2 * reach + 1)) - reach);
    if (o % 5 == 3)
      row.front() = INT32_MIN;
    if (o % 7 == 5)
      row.back() = INT32_MAX;
    llvm::sort(row);
    text += o ? ", [" : "[";
    llvm::raw_string_ostream os(text);
    llvm::interleaveComma(row, os);
    text += "]";
  }
  return "dense<[" + text + "]> : tensor<" + std::to_string(shape.outChannels) +
         "x" + std::to_string(levels) + "xi32>";
}

std::string ProductTest::text(const Schedule &schedule) {
  std::string sums =
      type(resultSizes(), c.store == Store::NarrowSums ? "i16" : "i32");
  std::string result = sums, value = "%sums", body = product(sums);
  llvm::raw_string_ostream os(body);
  if (c.store == Store::Bytes || c.store == Store::Words) {
    result = type(resultSizes(), "i8"), value = "%codes";
    std::string attr = thresholds();
    os << " %t = arith.constant " << attr << "\n %codes = qnn.threshold %sums, "
       << "%t {code = " << c.out.str()
       << ", axis = " << resultSizes().size() - 1 << "} : (" << sums << ", "
       << StringRef(attr).rsplit(" : ").second << ") -> " << result << "\n";
  }
  if (c.store == Store::Words) {
    std::string bytes = result;
    SmallVector<int64_t> sizes = resultSizes();
    sizes.back() = (sizes.back() + 31) / 32 * c.out.bits;
    result = type(sizes, "i32"), value = "%words";
    os << " %words = qnn.pack %codes {code = " << c.out.str() << "} : ("
       << bytes << ") -> " << result << "\n";
  }
  return moduleFor(schedule) + "func.func @f(%x: " + type(inputSizes(), "i8") +
         ") -> " + result + " {\n" + body + " return " + value + " : " +
         result + "\n}\n}\n";
}

void ProductTest::compare() {
  const Schedule &schedule = std::get<1>(GetParam());
  std::string source = text(schedule);
  SmallVector<Tensor> arguments{activationsOf()};
  Program program(source), packed(source);
  packed.transform([](OpPassManager &pm) {
    pm.addPass(createPackProducts());
    pm.addPass(createHoistPacking());
    pm.addPass(createFuseThresholds());
  });
  SmallVector<Tensor> expected = program.interpret(arguments);
  if (c.kernel == KernelKind::Lookup) {
    SmallVector<Tensor> interpreted = packed.interpret(arguments);
    ASSERT_EQ(interpreted.size(), 1u);
    ASSERT_EQ(expected[0].integers, interpreted[0].integers) << source;
  }
  packed.transform([&](OpPassManager &pm) {
    pm.addPass(createConvertQNNToVector());
    if (!runsHere(schedule))
      pm.addPass(createEmulateInstructions());
  });
  SmallVector<Tensor> actual = packed.compileAndRun(arguments);
  ASSERT_EQ(expected.size(), 1u);
  ASSERT_EQ(actual.size(), 1u);
  ASSERT_EQ(expected[0].shape, actual[0].shape);
  // The reference has the pattern of a code in a byte, compiled code its
  // number.
  uint64_t mask =
      c.store == Store::Bytes ? (1u << c.out.bits) - 1 : ~uint64_t(0);
  for (size_t i = 0; i < expected[0].integers.size(); ++i)
    ASSERT_EQ(expected[0].integers[i] & mask, actual[0].integers[i] & mask)
        << "element " << i << " of\n"
        << source;
}
