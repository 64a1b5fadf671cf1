//===- SplitModuleTest.cpp - Parts of a module ----------------------------===//

#include "qnn/Codegen/SplitModule.h"
#include "llvm/AsmParser/Parser.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Linker/Linker.h"
#include "llvm/Support/SourceMgr.h"
#include <gtest/gtest.h>

using namespace qnn;

// A large function, two small ones, constants with and without a name.
static const char *const text = R"(
@table = internal constant [2 x i32] [i32 1, i32 2]
@0 = private constant i32 3
define i32 @run(i32 %x) {
  %1 = call i32 @large(i32 %x)
  %2 = call i32 @small(i32 %1)
  ret i32 %2
}
define internal i32 @large(i32 %x) {
  %1 = load i32, ptr @table
  %2 = add i32 %x, %1
  %3 = mul i32 %2, %2
  %4 = add i32 %3, 7
  %5 = mul i32 %4, %4
  ret i32 %5
}
define internal i32 @small(i32 %x) {
  %1 = load i32, ptr @0
  %2 = add i32 %x, %1
  ret i32 %2
}
)";

static std::unique_ptr<llvm::Module> parse(llvm::LLVMContext &context) {
  llvm::SMDiagnostic error;
  auto module = llvm::parseAssemblyString(text, error, context);
  EXPECT_TRUE(module) << error.getMessage().str();
  return module;
}

static std::unique_ptr<llvm::Module>
readPart(const llvm::SmallVector<char, 0> &bitcode,
         llvm::LLVMContext &context) {
  llvm::StringRef bytes(bitcode.data(), bitcode.size());
  return llvm::cantFail(llvm::parseBitcodeFile({bytes, "part"}, context));
}

static int64_t definitionsOf(const llvm::Module &module) {
  return llvm::count_if(module, [](const llvm::Function &function) {
    return !function.isDeclaration();
  });
}

TEST(SplitModule, PartsLinkToTheWhole) {
  llvm::LLVMContext context;
  auto module = parse(context);
  auto parts = splitModule(*module, 2);
  ASSERT_EQ(parts.size(), 2u);
  llvm::Module whole("whole", context);
  int64_t definitions = 0;
  for (const auto &bitcode : parts) {
    auto part = readPart(bitcode, context);
    EXPECT_FALSE(llvm::verifyModule(*part, &llvm::errs()));
    definitions += definitionsOf(*part);
    ASSERT_FALSE(llvm::Linker::linkModules(whole, std::move(part)));
  }
  // No function twice, none missing, no symbol without a definition.
  EXPECT_EQ(definitions, 3);
  EXPECT_EQ(definitionsOf(whole), 3);
  for (const llvm::GlobalVariable &global : whole.globals())
    EXPECT_FALSE(global.isDeclaration()) << global.getName().str();
}

TEST(SplitModule, PartsAreAboutEqual) {
  llvm::LLVMContext context;
  auto module = parse(context);
  EXPECT_EQ(countInstructions(*module), 12);
  for (const auto &bitcode : splitModule(*module, 2))
    EXPECT_EQ(countInstructions(*readPart(bitcode, context)), 6);
}

TEST(SplitModule, OfOnePart) {
  llvm::LLVMContext context;
  auto module = parse(context);
  auto parts = splitModule(*module, 1);
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_EQ(definitionsOf(*readPart(parts[0], context)), 3);
}
