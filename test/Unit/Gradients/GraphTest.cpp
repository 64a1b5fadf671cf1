//===- GraphTest.cpp - Gradients of the graph form --------------*- C++ -*-===//

#include "Check.h"

#include "llvm/Support/FormatVariadic.h"

static const char *const shapes[] = {"5", "2x3", "2x1x3x2"};

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

static void checkUnary(const std::string &op, Interval range = {-2, 2}) {
  for (const char *shape : shapes)
    checkGradient(llvm::formatv("(%x: tensor<{0}xf32>) -> tensor<{0}xf32> {{\n"
                                "%0 = qnn.{1} : (tensor<{0}xf32>) -> "
                                "tensor<{0}xf32>\n"
                                "return %0 : tensor<{0}xf32> }",
                                shape, op)
                      .str(),
                  range);
}

TEST(GraphGradients, Unary) {
  for (const char *op :
       {"relu %x", "sigmoid %x", "tanh %x", "exp %x", "abs %x", "neg %x",
        "leaky_relu %x {alpha = 0.1 : f32}",
        "clip %x {min = -0.5 : f32, max = 1.5 : f32}",
        "hard_sigmoid %x {alpha = 0.5 : f32, beta = 0.5 : f32}"})
    checkUnary(op);
  checkUnary("log %x", {0.2, 2});
  checkUnary("sqrt %x", {0.2, 2});
}

TEST(GraphGradients, Steps) {
  for (const char *op : {"floor %x", "ceil %x", "round %x", "sign %x"})
    checkUnary(op);
}

static void checkBinary(const char *op, Interval range = {-2, 2}) {
  const char *pairs[][3] = {{"2x3", "2x3", "2x3"},
                            {"2x3", "3", "2x3"},
                            {"2x1x2", "3x1", "2x3x2"},
                            {"1", "2x2", "2x2"}};
  for (auto &[a, b, result] : pairs)
    checkGradient(
        llvm::formatv("(%a: tensor<{0}xf32>, %b: tensor<{1}xf32>) -> "
                      "tensor<{2}xf32> {{\n%0 = qnn.{3} %a, %b : "
                      "(tensor<{0}xf32>, tensor<{1}xf32>) -> tensor<{2}xf32>\n"
                      "return %0 : tensor<{2}xf32> }",
                      a, b, result, op)
            .str(),
        range);
}

TEST(GraphGradients, Binary) {
  for (const char *op : {"add", "sub", "mul", "min", "max"})
    checkBinary(op);
  checkBinary("div", {0.5, 2});
  checkBinary("pow", {0.5, 2});
}

TEST(GraphGradients, ValuesOfSeveralUses) {
  checkGradient(R"((%x: tensor<4xf32>, %y: tensor<f32>) -> tensor<4xf32> {
    %0 = qnn.mul %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = qnn.tanh %0 : (tensor<4xf32>) -> tensor<4xf32>
    %2 = qnn.add %1, %0 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %3 = qnn.mul %2, %y : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    return %3 : tensor<4xf32> })");
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

static void checkMatmul(const char *a, const char *b, const char *result,
                        const char *attributes) {
  checkGradient(
      llvm::formatv("(%a: tensor<{0}xf32>, %b: tensor<{1}xf32>) -> "
                    "tensor<{2}xf32> {{\n%0 = qnn.matmul %a, %b {3} : "
                    "(tensor<{0}xf32>, tensor<{1}xf32>) -> tensor<{2}xf32>\n"
                    "return %0 : tensor<{2}xf32> }",
                    a, b, result, attributes)
          .str());
}

TEST(GraphGradients, Matmul) {
  checkMatmul("2x3", "3x4", "2x4", "");
  checkMatmul("2x3", "4x3", "2x4", "{transpose_rhs}");
  checkMatmul("5x2x3", "3x4", "5x2x4", "");
  checkMatmul("2x2x2x3", "4x3", "2x2x2x4", "{transpose_rhs}");
  checkMatmul("2x2x3", "2x3x2", "2x2x2", "");
  checkMatmul("2x1x2x3", "3x4x3", "2x3x2x4", "{transpose_rhs}");
  checkMatmul("2x3", "2x3x2", "2x2x2", "");
}

static void checkConv(const char *x, const char *w, const char *y,
                      const char *attributes) {
  checkGradient(
      llvm::formatv("(%x: tensor<{0}xf32>, %w: tensor<{1}xf32>) -> "
                    "tensor<{2}xf32> {{\n%0 = qnn.conv2d %x, %w {3} : "
                    "(tensor<{0}xf32>, tensor<{1}xf32>) -> tensor<{2}xf32>\n"
                    "return %0 : tensor<{2}xf32> }",
                    x, w, y, attributes)
          .str());
}

TEST(GraphGradients, Convolution) {
  checkConv("1x2x4x4", "3x2x3x3", "1x3x2x2", "");
  checkConv("2x1x5x4", "2x1x3x2", "2x2x3x3",
            "{pads = array<i64: 1, 0, 1, 1>, strides = array<i64: 2, 1>, "
            "dilations = array<i64: 1, 2>}");
  checkConv("1x4x3x3", "4x2x2x2", "1x4x4x4",
            "{groups = 2 : i64, pads = array<i64: 1, 1, 1, 1>}");
  checkConv("1x3x4x4", "3x1x3x3", "1x3x4x4",
            "{groups = 3 : i64, pads = array<i64: 1, 1, 1, 1>, pad_value = "
            "#qnn.pad_value<minus_one>}");
  // The last row and column are not reached.
  checkConv("1x1x6x6", "2x1x3x3", "1x2x2x2", "{strides = array<i64: 2, 2>}");
}

static void checkPool(const char *op, const char *x, const char *y,
                      const char *attributes) {
  checkGradient(llvm::formatv("(%x: tensor<{0}xf32>) -> tensor<{1}xf32> {{\n"
                              "%0 = qnn.{2} %x {{{3}} : (tensor<{0}xf32>) -> "
                              "tensor<{1}xf32>\n"
                              "return %0 : tensor<{1}xf32> }",
                              x, y, op, attributes)
                    .str());
}

TEST(GraphGradients, Pooling) {
  const char *even = "kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>";
  const char *overlapping =
      "kernel = array<i64: 3, 2>, pads = array<i64: 1, 0, 1, 1>";
  for (const char *op : {"max_pool2d", "avg_pool2d"}) {
    checkPool(op, "2x2x4x4", "2x2x2x2", even);
    checkPool(op, "1x1x5x5", "1x1x2x2", even);
    checkPool(op, "1x2x3x3", "1x2x3x3", overlapping);
  }
  checkPool("avg_pool2d", "1x2x3x3", "1x2x3x3",
            "kernel = array<i64: 3, 2>, pads = array<i64: 1, 0, 1, 1>, "
            "count_include_pad");
  for (const char *kind : {"max", "average"})
    checkPool("global_pool", "2x3x3x2", "2x3x1x1",
              llvm::formatv("kind = #qnn.pool_kind<{0}>", kind).str().c_str());
}

//===----------------------------------------------------------------------===//
// Reductions, normalization
//===----------------------------------------------------------------------===//

TEST(GraphGradients, Reductions) {
  for (const char *kind : {"sum", "mean", "max", "min"}) {
    std::string name = llvm::formatv("kind = #qnn.reduce_kind<{0}>, ", kind);
    checkPool("reduce", "2x3x4", "3",
              (name + "axes = array<i64: 0, 2>").c_str());
    checkPool("reduce", "2x3x4", "2x1x4",
              (name + "axes = array<i64: 1>, keep_dims").c_str());
  }
}

TEST(GraphGradients, TopK) {
  for (auto [x, y] : {std::pair("5", "2"), std::pair("2x3x4", "2x3x2")})
    checkGradient(
        llvm::formatv("(%x: tensor<{0}xf32>) -> tensor<{1}xf32> {{\n%0:2 = "
                      "qnn.top_k %x {{k = 2 : i64} : (tensor<{0}xf32>) -> "
                      "(tensor<{1}xf32>, tensor<{1}xi64>)\nreturn %0#0 : "
                      "tensor<{1}xf32> }",
                      x, y)
            .str());
}

TEST(GraphGradients, Softmax) {
  checkPool("softmax", "3x4", "3x4", "axis = 1");
  checkPool("softmax", "3x4x2", "3x4x2", "axis = 0");
}

TEST(GraphGradients, BatchNormAndBias) {
  for (const char *shape : {"4x3", "2x3x2x2"}) {
    checkGradient(
        llvm::formatv("(%x: tensor<{0}xf32>, %s: tensor<3xf32>, %b: "
                      "tensor<3xf32>, %m: tensor<3xf32>, %v: tensor<3xf32>) -> "
                      "tensor<{0}xf32> {{\n%0 = qnn.batch_norm %x, %s, %b, %m, "
                      "%v {{epsilon = 1.0e-3 : f32} : (tensor<{0}xf32>, "
                      "tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, "
                      "tensor<3xf32>) -> tensor<{0}xf32>\n"
                      "return %0 : tensor<{0}xf32> }",
                      shape)
            .str(),
        {0.5, 2});
    checkGradient(
        llvm::formatv("(%x: tensor<{0}xf32>, %b: tensor<3xf32>) -> "
                      "tensor<{0}xf32> {{\n%0 = qnn.bias_add %x, %b {{axis = 1 "
                      ": i64} : (tensor<{0}xf32>, tensor<3xf32>) -> "
                      "tensor<{0}xf32>\nreturn %0 : tensor<{0}xf32> }",
                      shape)
            .str());
  }
}

//===----------------------------------------------------------------------===//
// Shape ops
//===----------------------------------------------------------------------===//

TEST(GraphGradients, ShapeOps) {
  checkGradient("(%x: tensor<2x3xf32>) -> tensor<3x1x2xf32> {\n"
                "%0 = qnn.reshape %x : (tensor<2x3xf32>) -> tensor<3x1x2xf32>\n"
                "return %0 : tensor<3x1x2xf32> }");
  checkPool("transpose", "2x3x4", "4x2x3", "permutation = array<i64: 2, 0, 1>");
  checkPool(
      "pad", "2x3", "4x4",
      "low = array<i64: 1, 0>, high = array<i64: 1, 1>, value = 2.0 : f32");
  checkPool("slice", "4x6", "2x2",
            "offsets = array<i64: 1, 5>, sizes = array<i64: 2, 2>, steps = "
            "array<i64: 2, -3>");
  checkGradient(
      R"((%a: tensor<2x2xf32>, %b: tensor<2x1xf32>) -> tensor<2x5xf32> {
    %0 = qnn.concat %a, %b, %a {axis = 1 : i64} : (tensor<2x2xf32>, tensor<2x1xf32>, tensor<2x2xf32>) -> tensor<2x5xf32>
    return %0 : tensor<2x5xf32> })");
}

TEST(GraphGradients, Attention) {
  checkGradient(
      R"((%q: tensor<2x3x4xf32>, %k: tensor<2x3x4xf32>, %v: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
    %0 = qnn.matmul %q, %k {transpose_rhs} : (tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<2x3x3xf32>
    %1 = qnn.softmax %0 {axis = 2 : i64} : (tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
    %2 = qnn.matmul %1, %v : (tensor<2x3x3xf32>, tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
    return %2 : tensor<2x3x4xf32> })");
}

TEST(GraphGradients, LayerNorm) {
  checkGradient(
      R"((%x: tensor<3x4xf32>, %s: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<3x4xf32> {
    %e = arith.constant dense<1.0e-5> : tensor<f32>
    %0 = qnn.reduce %x {kind = #qnn.reduce_kind<mean>, axes = array<i64: 1>, keep_dims} : (tensor<3x4xf32>) -> tensor<3x1xf32>
    %1 = qnn.sub %x, %0 : (tensor<3x4xf32>, tensor<3x1xf32>) -> tensor<3x4xf32>
    %2 = qnn.mul %1, %1 : (tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<3x4xf32>
    %3 = qnn.reduce %2 {kind = #qnn.reduce_kind<mean>, axes = array<i64: 1>, keep_dims} : (tensor<3x4xf32>) -> tensor<3x1xf32>
    %4 = qnn.add %3, %e : (tensor<3x1xf32>, tensor<f32>) -> tensor<3x1xf32>
    %5 = qnn.sqrt %4 : (tensor<3x1xf32>) -> tensor<3x1xf32>
    %6 = qnn.div %1, %5 : (tensor<3x4xf32>, tensor<3x1xf32>) -> tensor<3x4xf32>
    %7 = qnn.mul %6, %s : (tensor<3x4xf32>, tensor<4xf32>) -> tensor<3x4xf32>
    %8 = qnn.add %7, %b : (tensor<3x4xf32>, tensor<4xf32>) -> tensor<3x4xf32>
    return %8 : tensor<3x4xf32> })");
}
