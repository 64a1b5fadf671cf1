//===- EvaluatorTest.cpp ----------------------------------------*- C++ -*-===//

#include "Run.h"

using namespace mlir;
using namespace qnn;

TEST(Evaluator, ValuesLiveUntilTheirLastUse) {
  Program program(R"(
    func.func @f(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
      %unused = qnn.exp %x : (tensor<2xf32>) -> tensor<2xf32>
      %0 = qnn.add %x, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
      %1 = qnn.mul %0, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
      return %1, %1 : tensor<2xf32>, tensor<2xf32>
    })");
  SmallVector<Tensor> results = program.run({floats({2}, {3, -1})});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].floats, (std::vector<float>{18, 2}));
  EXPECT_EQ(results[1].floats, results[0].floats);
}

TEST(Evaluator, ArgumentsAreResults) {
  Program program("func.func @f(%x: tensor<1xf32>, %y: tensor<1xf32>) -> "
                  "(tensor<1xf32>, tensor<1xf32>) {\n"
                  "return %y, %y : tensor<1xf32>, tensor<1xf32> }");
  SmallVector<Tensor> results =
      program.run({floats({1}, {1}), floats({1}, {2})});
  EXPECT_EQ(results[0].floats, std::vector<float>{2});
  EXPECT_EQ(results[1].floats, std::vector<float>{2});
}

TEST(Evaluator, ObserverSeesEveryOp) {
  Program program(R"(
    func.func @f(%x: tensor<1xf32>) -> tensor<1xf32> {
      %c = arith.constant dense<2.0> : tensor<1xf32>
      %0 = qnn.mul %x, %c : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
      %1 = qnn.neg %0 : (tensor<1xf32>) -> tensor<1xf32>
      return %1 : tensor<1xf32>
    })");
  std::vector<std::pair<std::string, float>> seen;
  auto observer = [&](Operation *op, ArrayRef<Tensor> results) {
    seen.emplace_back(op->getName().getStringRef(), results[0].floats[0]);
  };
  ASSERT_TRUE(succeeded(program.tryRun({floats({1}, {3})}, observer)));
  std::vector<std::pair<std::string, float>> expected = {
      {"arith.constant", 2}, {"qnn.mul", 6}, {"qnn.neg", -6}};
  EXPECT_EQ(seen, expected);
}

TEST(Evaluator, SaysWhichOpItCannotEvaluate) {
  Program program(R"(
    func.func @f(%x: tensor<1xf32>) -> tensor<1xf32> {
      %0 = arith.negf %x : tensor<1xf32>
      return %0 : tensor<1xf32>
    })");
  EXPECT_TRUE(failed(program.tryRun({floats({1}, {3})})));
  EXPECT_EQ(program.diagnostic, "'arith.negf' op has no reference evaluation");
}

TEST(Evaluator, ChecksArguments) {
  Program program("func.func @f(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {\n"
                  "return %x : tensor<2x3xf32> }");
  EXPECT_TRUE(failed(program.tryRun({})));
  EXPECT_EQ(program.diagnostic,
            "'func.func' op expected 1 arguments, but got 0");
  EXPECT_TRUE(failed(program.tryRun({floats({3, 2}, {1, 2, 3, 4, 5, 6})})));
  EXPECT_EQ(program.diagnostic,
            "'func.func' op expected argument #0 to be 'tensor<2x3xf32>', but "
            "got shape [3, 2] of floats");
}

TEST(Evaluator, NeedsConstantTensors) {
  Program program("func.func @f() -> i32 {\n%0 = arith.constant 1 : i32\n"
                  "return %0 : i32 }");
  EXPECT_TRUE(failed(program.tryRun({})));
  EXPECT_EQ(program.diagnostic, "'arith.constant' op expected a constant "
                                "tensor to evaluate, but got 'i32'");
}

TEST(Evaluator, RejectsConstantsItCannotRead) {
  Program doubles("func.func @f() -> tensor<1xf64> {\n"
                  "%0 = arith.constant dense<1.0> : tensor<1xf64>\n"
                  "return %0 : tensor<1xf64> }");
  EXPECT_TRUE(failed(doubles.tryRun({})));
  EXPECT_EQ(doubles.diagnostic,
            "'arith.constant' op expected elements of f32 or integers to "
            "evaluate, but got 'f64'");
  // The parser does not compare the resource's size with the type's.
  Program tooShort(R"(
    func.func @f() -> tensor<2xf32> {
      %0 = arith.constant dense_resource<a> : tensor<2xf32>
      return %0 : tensor<2xf32>
    }
    {-# dialect_resources: { builtin: { a: "0x040000000000803F" } } #-})");
  EXPECT_TRUE(failed(tooShort.tryRun({})));
  EXPECT_EQ(tooShort.diagnostic, "'arith.constant' op expected a resource with "
                                 "the data of 'tensor<2xf32>'");
  Program absent("func.func @f() -> tensor<2xi8> {\n"
                 "%0 = arith.constant dense_resource<a> : tensor<2xi8>\n"
                 "return %0 : tensor<2xi8> }");
  EXPECT_TRUE(failed(absent.tryRun({})));
}
