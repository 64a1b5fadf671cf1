//===- SplitModule.cpp - Parts of a module for several threads --*- C++ -*-===//

#include "qnn/Codegen/SplitModule.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Transforms/Utils/Cloning.h"

using namespace llvm;

int64_t qnn::countInstructions(const Module &module) {
  int64_t count = 0;
  for (const Function &function : module)
    count += function.getInstructionCount();
  return count;
}

/// Gives each symbol of the module's own a name that other parts can use.
static void exposeSymbols(Module &module) {
  for (GlobalValue &value : module.global_values()) {
    if (!value.hasLocalLinkage())
      continue;
    if (!value.hasName())
      value.setName("qnn_part");
    value.setLinkage(GlobalValue::ExternalLinkage);
    value.setVisibility(GlobalValue::HiddenVisibility);
  }
}

/// The part of each function: the largest first, each to what has least.
static DenseMap<const GlobalValue *, unsigned>
assignFunctions(const Module &module, unsigned parts) {
  // Of equal sizes the first comes first.
  std::vector<std::tuple<int64_t, size_t, const Function *>> functions;
  for (const Function &function : module)
    if (!function.isDeclaration())
      functions.emplace_back(
          -static_cast<int64_t>(function.getInstructionCount()),
          functions.size(), &function);
  sort(functions);
  DenseMap<const GlobalValue *, unsigned> partOf;
  std::vector<int64_t> sizes(parts, 0);
  for (auto [negativeSize, place, function] : functions) {
    auto least = min_element(sizes);
    *least -= negativeSize;
    partOf[function] = least - sizes.begin();
  }
  return partOf;
}

std::vector<SmallVector<char, 0>> qnn::splitModule(Module &module,
                                                   unsigned parts) {
  exposeSymbols(module);
  auto partOf = assignFunctions(module, parts);
  std::vector<SmallVector<char, 0>> bitcode(parts);
  for (unsigned part = 0; part < parts; ++part) {
    ValueToValueMapTy map;
    std::unique_ptr<Module> clone =
        CloneModule(module, map, [&](const GlobalValue *value) {
          return partOf.lookup(value) == part;
        });
    raw_svector_ostream os(bitcode[part]);
    WriteBitcodeToFile(*clone, os);
  }
  return bitcode;
}
