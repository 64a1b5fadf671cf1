//===- TensorTest.cpp -------------------------------------------*- C++ -*-===//

#include "Run.h"

using namespace mlir;
using namespace qnn;

/// The constant of a function that returns one, and the tensor of it.
static void expectIntegers(StringRef constant, StringRef type,
                           std::vector<int64_t> expected) {
  std::string text =
      ("func.func @f() -> " + type + " {\n %0 = arith.constant " + constant +
       " : " + type + "\n return %0 : " + type + "\n}")
          .str();
  Program program(text);
  SmallVector<Tensor> results = program.run();
  ASSERT_EQ(results.size(), 1u);
  EXPECT_FALSE(results[0].isFloat);
  EXPECT_EQ(results[0].integers, expected) << type.str();
  // And back to the attribute it came from.
  auto op = *program.function().getOps<arith::ConstantOp>().begin();
  EXPECT_EQ(results[0].toAttr(cast<RankedTensorType>(op.getType())),
            op.getValue());
}

TEST(Tensor, CodesArePatterns) {
  expectIntegers("dense<[true, false, true]>", "tensor<3xi1>", {1, 0, 1});
  expectIntegers("dense<true>", "tensor<2xi1>", {1, 1});
  expectIntegers("dense<false>", "tensor<2xi1>", {0, 0});
  expectIntegers("dense<[-1, 1, -2, 0]>", "tensor<4xi2>", {3, 1, 2, 0});
  expectIntegers("dense<[-1, 3, -8]>", "tensor<3xi4>", {15, 3, 8});
  expectIntegers("dense<-3>", "tensor<2xi5>", {29, 29});
  expectIntegers("dense<[-1, -128, 127]>", "tensor<3xi8>", {255, 128, 127});
}

TEST(Tensor, NineBooleansAreMoreThanAByte) {
  expectIntegers("dense<[true, false, true, true, false, false, false, true, "
                 "true]>",
                 "tensor<9xi1>", {1, 0, 1, 1, 0, 0, 0, 1, 1});
}

TEST(Tensor, SumsAreSigned) {
  expectIntegers("dense<[-1, -32768]>", "tensor<2xi16>", {-1, -32768});
  expectIntegers("dense<[-5, 2147483647]>", "tensor<2xi32>", {-5, 2147483647});
  expectIntegers("dense<-7>", "tensor<2x2xi32>", {-7, -7, -7, -7});
  expectIntegers("dense<[-5000000000, 1]>", "tensor<2xi64>", {-5000000000, 1});
}

TEST(Tensor, Floats) {
  Program program(R"(func.func @f() -> (tensor<3xf32>, tensor<2x2xf32>) {
    %0 = arith.constant dense<[1.5, -0.0, 0x7F800000]> : tensor<3xf32>
    %1 = arith.constant dense<2.5> : tensor<2x2xf32>
    return %0, %1 : tensor<3xf32>, tensor<2x2xf32> })");
  SmallVector<Tensor> results = program.run();
  EXPECT_EQ(results[0].floats,
            (std::vector<float>{1.5f, -0.0f,
                                std::numeric_limits<float>::infinity()}));
  EXPECT_TRUE(std::signbit(results[0].floats[1]));
  EXPECT_EQ(results[1].floats, std::vector<float>(4, 2.5f));
  EXPECT_EQ(results[1].strides(), (SmallVector<int64_t>{2, 1}));
}

TEST(Tensor, Resources) {
  Program program(R"(
    func.func @f() -> (tensor<2xf32>, tensor<2xi32>, tensor<4xi8>) {
      %0 = arith.constant dense_resource<a> : tensor<2xf32>
      %1 = arith.constant dense_resource<b> : tensor<2xi32>
      %2 = arith.constant dense_resource<c> : tensor<4xi8>
      return %0, %1, %2 : tensor<2xf32>, tensor<2xi32>, tensor<4xi8>
    }
    {-# dialect_resources: { builtin: {
      a: "0x040000000000803F000000C0",
      b: "0x0400000001000000FFFFFFFF",
      c: "0x0100000001FF807F"
    } } #-})");
  SmallVector<Tensor> results = program.run();
  EXPECT_EQ(results[0].floats, (std::vector<float>{1, -2}));
  EXPECT_EQ(results[1].integers, (std::vector<int64_t>{1, -1}));
  EXPECT_EQ(results[2].integers, (std::vector<int64_t>{1, 255, 128, 127}));
}

TEST(Tensor, IntegersAreTruncated) {
  MLIRContext context;
  Tensor tensor;
  tensor.isFloat = false;
  tensor.shape = {3};
  tensor.integers = {-1, 255, 259};
  auto type = RankedTensorType::get({3}, IntegerType::get(&context, 4));
  EXPECT_EQ(Tensor::fromAttr(tensor.toAttr(type)).integers,
            (std::vector<int64_t>{15, 15, 3}));
  EXPECT_EQ(
      Tensor::fromAttr(tensor.toAttr(type.clone(IntegerType::get(&context, 1))))
          .integers,
      (std::vector<int64_t>{1, 1, 1}));
}

TEST(Tensor, ScalarsAndEmptyTensors) {
  Tensor scalar;
  EXPECT_EQ(scalar.size(), 1);
  MLIRContext context;
  auto type = RankedTensorType::get({2, 0}, Float32Type::get(&context));
  EXPECT_EQ(Tensor::zeros(type).size(), 0);
}
