//===- ExportTest.cpp - What is written is read as the same network -----===//
//
// Each function is written as ONNX, read back, and evaluated beside the
// original on the same numbers: every bit must agree.
//
//===----------------------------------------------------------------------===//

#include "qnn/ONNX/Export.h"
#include "../Support/TestFolder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "qnn/Dialect/QNN/IR/QNN.h"
#include "qnn/ONNX/Import.h"
#include "qnn/Reference/Evaluator.h"

using namespace mlir;
using namespace qnn;

namespace {
class ExportTest : public TestFolder {
protected:
  ExportTest() {
    DialectRegistry registry;
    registry.insert<arith::ArithDialect, func::FuncDialect, QNNDialect>();
    registerReferenceModels(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  OwningOpRef<ModuleOp> parse(const std::string &text) {
    auto module = parseSourceString<ModuleOp>(text, &context);
    EXPECT_TRUE(bool(module)) << text;
    return module;
  }

  /// Numbers from -4 to 4 that are halves of integers and, every third one,
  /// not.
  static Tensor numbers(RankedTensorType type) {
    Tensor tensor = Tensor::zeros(type);
    if (!tensor.isFloat)
      return tensor;
    for (size_t i = 0; i < tensor.floats.size(); ++i)
      tensor.floats[i] =
          0.5f * (int(i * 7 % 17) - 8) + (i % 3 == 0 ? 0.1f : 0.0f);
    tensor.floats[1] = 0; // where signs differ
    return tensor;
  }

  static std::vector<Tensor> run(ModuleOp module) {
    auto function = *module.getOps<func::FuncOp>().begin();
    SmallVector<Tensor> arguments;
    for (Type type : function.getArgumentTypes())
      arguments.push_back(numbers(cast<RankedTensorType>(type)));
    auto results = evaluate(function, arguments);
    EXPECT_TRUE(succeeded(results));
    return {results->begin(), results->end()};
  }

  /// Checks one function with argument %x of `type` and `body`, whose last
  /// value is %y of `result`.
  void check(const std::string &type, const std::string &body,
             const std::string &result) {
    auto module = parse(
        "func.func @f(%x: " + type + " {qnn.name = \"x\"}) -> (" + result +
        " {qnn.name = \"y\"}) {\n" + body + "\nreturn %y : " + result + "\n}");
    ASSERT_TRUE(bool(module));
    std::string file = path("f.onnx");
    llvm::Error error = exportONNX(*module, file);
    ASSERT_FALSE(bool(error)) << llvm::toString(std::move(error));
    auto read = importONNX(file, &context);
    ASSERT_TRUE(succeeded(read)) << body;
    std::vector<Tensor> expected = run(*module), actual = run(**read);
    ASSERT_EQ(expected.size(), actual.size());
    for (size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(expected[i].shape, actual[i].shape) << body;
      EXPECT_EQ(expected[i].floats, actual[i].floats) << body;
      EXPECT_EQ(expected[i].integers, actual[i].integers) << body;
    }
  }

  /// The same for ops that keep the type.
  void checkElementwise(const std::string &op) {
    std::string type = "tensor<1x6xf32>";
    check(type, "%y = " + op + " : (" + type + ") -> " + type, type);
  }

  MLIRContext context;
};
} // namespace

TEST_F(ExportTest, Quantizers) {
  auto quantizer = [&](const std::string &text) {
    checkElementwise("qnn.quantize %x {quantizer = #qnn.quantizer<" + text +
                     ">}");
  };
  quantizer("bits = 1, encoding = bipolar");
  quantizer("bits = 1, encoding = bipolar, scale = array<f32: 0.3>");
  quantizer("bits = 1, encoding = bipolar, sign_zero = minus_one");
  quantizer("bits = 1, encoding = bipolar, sign_zero = zero");
  quantizer("bits = 4, encoding = signed, narrow = true, scale = array<f32: "
            "0.5>");
  quantizer("bits = 3, encoding = unsigned, scale = array<f32: 0.7>, "
            "zero_point = array<f32: 2.0>");
  quantizer("bits = 2, encoding = ternary");
  for (const char *mode :
       {"half_even", "half_up", "half_down", "ceil", "floor", "up", "down"})
    quantizer(std::string("bits = 4, encoding = signed, rounding = ") + mode);
  quantizer("bits = 2, encoding = signed, axis = 1, scale = array<f32: 0.5, "
            "1.0, 1.5, 2.0, 2.5, 3.0>");
}

TEST_F(ExportTest, ElementwiseFunctions) {
  for (const char *name : {"relu", "abs", "neg", "floor", "ceil", "round",
                           "sign", "tanh", "sigmoid", "exp"})
    checkElementwise(std::string("qnn.") + name + " %x");
  checkElementwise("qnn.clip %x {min = -1.0 : f32, max = 0.75 : f32}");
  checkElementwise("qnn.leaky_relu %x {alpha = 0.1 : f32}");
  checkElementwise("qnn.hard_sigmoid %x {alpha = 0.5 : f32, beta = 0.5 : f32}");
  for (const char *name :
       {"add", "sub", "mul", "div", "min", "max", "compare<gt>", "compare<ge>"})
    check("tensor<1x2x3xf32>",
          std::string("%c = arith.constant dense<[[0.5], [-2.0]]> : "
                      "tensor<2x1xf32>\n%y = qnn.") +
              name +
              " %x, %c : (tensor<1x2x3xf32>, tensor<2x1xf32>) -> "
              "tensor<1x2x3xf32>",
          "tensor<1x2x3xf32>");
}

TEST_F(ExportTest, Products) {
  std::string w = "%w = arith.constant dense<[[1.0, -0.3, 2.0], [0.1, 5.0, "
                  "-1.0]]> : tensor<2x3xf32>\n"
                  "%b = arith.constant dense<[0.7, -0.1]> : tensor<2xf32>\n";
  check("tensor<1x3xf32>",
        w + "%y = qnn.matmul %x, %w {transpose_rhs} : (tensor<1x3xf32>, "
            "tensor<2x3xf32>) -> tensor<1x2xf32>",
        "tensor<1x2xf32>");
  check("tensor<1x3xf32>",
        w + "%p = qnn.matmul %x, %w {transpose_rhs} : (tensor<1x3xf32>, "
            "tensor<2x3xf32>) -> tensor<1x2xf32>\n%y = qnn.bias_add %p, %b "
            "{axis = 1} : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>",
        "tensor<1x2xf32>");
  check("tensor<1x4x3xf32>",
        w + "%p = qnn.matmul %x, %w {transpose_rhs} : (tensor<1x4x3xf32>, "
            "tensor<2x3xf32>) -> tensor<1x4x2xf32>\n%y = qnn.bias_add %p, %b "
            "{axis = 2} : (tensor<1x4x2xf32>, tensor<2xf32>) -> "
            "tensor<1x4x2xf32>",
        "tensor<1x4x2xf32>");
  check("tensor<1x2xf32>",
        w + "%y = qnn.matmul %x, %w : (tensor<1x2xf32>, tensor<2x3xf32>) -> "
            "tensor<1x3xf32>",
        "tensor<1x3xf32>");
}

TEST_F(ExportTest, Convolutions) {
  std::string w = "%w = arith.constant dense<[[[[1.0, -0.3], [0.5, 2.0]]], "
                  "[[[0.1, 5.0], [-1.0, 0.0]]]]> : tensor<2x1x2x2xf32>\n"
                  "%b = arith.constant dense<[0.7, -0.1]> : tensor<2xf32>\n";
  for (const char *pad : {"zero", "plus_one", "minus_one"})
    check(
        "tensor<1x1x4x4xf32>",
        w +
            "%y = qnn.conv2d %x, %w {pads = array<i64: 1, 0, 0, 1>, strides = "
            "array<i64: 2, 1>, pad_value = #qnn.pad_value<" +
            pad +
            ">} : (tensor<1x1x4x4xf32>, tensor<2x1x2x2xf32>) -> "
            "tensor<1x2x2x4xf32>",
        "tensor<1x2x2x4xf32>");
  check("tensor<1x2x3x3xf32>",
        w + "%p = qnn.conv2d %x, %w {groups = 2 : i64} : (tensor<1x2x3x3xf32>, "
            "tensor<2x1x2x2xf32>) -> tensor<1x2x2x2xf32>\n%y = qnn.bias_add "
            "%p, %b {axis = 1} : (tensor<1x2x2x2xf32>, tensor<2xf32>) -> "
            "tensor<1x2x2x2xf32>",
        "tensor<1x2x2x2xf32>");
}

TEST_F(ExportTest, PoolingAndNormalization) {
  std::string image = "tensor<1x2x4x4xf32>", half = "tensor<1x2x2x2xf32>";
  for (const char *op : {"max_pool2d", "avg_pool2d"})
    check(image,
          std::string("%y = qnn.") + op +
              " %x {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, "
              "pads = array<i64: 1, 1, 0, 0>} : (" +
              image + ") -> " + half,
          half);
  check(image,
        "%y = qnn.global_pool %x {kind = #qnn.pool_kind<average>} : (" + image +
            ") -> tensor<1x2x1x1xf32>",
        "tensor<1x2x1x1xf32>");
  std::string vector = "tensor<2xf32>";
  check(image,
        "%s = arith.constant dense<[0.5, -2.0]> : tensor<2xf32>\n"
        "%v = arith.constant dense<[0.3, 2.0]> : tensor<2xf32>\n"
        "%y = qnn.batch_norm %x, %s, %v, %s, %v {epsilon = 0.001 : f32} : (" +
            image + ", " + vector + ", " + vector + ", " + vector + ", " +
            vector + ") -> " + image,
        image);
  for (const char *kind : {"sum", "mean", "max", "min"})
    check(image,
          std::string("%y = qnn.reduce %x {kind = #qnn.reduce_kind<") + kind +
              ">, axes = array<i64: 2, 3>} : (" + image +
              ") -> tensor<1x2xf32>",
          "tensor<1x2xf32>");
}

TEST_F(ExportTest, Shapes) {
  check("tensor<1x2x3xf32>",
        "%y = qnn.reshape %x : (tensor<1x2x3xf32>) -> tensor<1x6xf32>",
        "tensor<1x6xf32>");
  check("tensor<1x2x3xf32>",
        "%y = qnn.transpose %x {permutation = array<i64: 0, 2, 1>} : "
        "(tensor<1x2x3xf32>) -> tensor<1x3x2xf32>",
        "tensor<1x3x2xf32>");
  check("tensor<1x2x3xf32>",
        "%y = qnn.concat %x, %x {axis = 2} : (tensor<1x2x3xf32>, "
        "tensor<1x2x3xf32>) -> tensor<1x2x6xf32>",
        "tensor<1x2x6xf32>");
  check("tensor<1x6xf32>",
        "%y = qnn.slice %x {offsets = array<i64: 0, 5>, sizes = array<i64: 1, "
        "3>, steps = array<i64: 1, -2>} : (tensor<1x6xf32>) -> tensor<1x3xf32>",
        "tensor<1x3xf32>");
  check("tensor<1x2xf32>",
        "%y = qnn.pad %x {low = array<i64: 0, 1>, high = array<i64: 0, 2>, "
        "value = 1.5 : f32} : (tensor<1x2xf32>) -> tensor<1x5xf32>",
        "tensor<1x5xf32>");
}

TEST_F(ExportTest, WhatHasNoFormIsRefusedAndNothingIsWritten) {
  auto module = parse(
      "func.func @f(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {\n"
      "%y, %i = qnn.top_k %x {k = 1} : (tensor<1x2xf32>) -> (tensor<1x1xf32>, "
      "tensor<1x1xi64>)\n return %y : tensor<1x1xf32>\n}");
  ASSERT_TRUE(bool(module));
  llvm::Error error = exportONNX(*module, path("f.onnx"));
  ASSERT_TRUE(bool(error));
  EXPECT_NE(llvm::toString(std::move(error)).find("has no form in ONNX"),
            std::string::npos);
  EXPECT_TRUE(list().empty());
}

/// A layer of 2 units on 3 steps of one row of 4 numbers; `attributes` of
/// qnn.recurrent, `result` of its results.
static std::string recurrentLayer(const std::string &cell, int gates,
                                  const std::string &attributes,
                                  const std::string &groups, int result) {
  std::string rows = std::to_string(2 * gates);
  bool isLSTM = cell == "lstm";
  std::string saved = std::to_string(2 * (isLSTM ? 6 : gates == 1 ? 2 : 5));
  std::string w = "tensor<" + rows + "x4xf32>",
              r = "tensor<" + rows + "x2xf32>", b = "tensor<" + rows + "xf32>",
              p = "tensor<3x1x" + rows + "xf32>", state = "tensor<1x2xf32>";
  std::string operands = p + ", " + r;
  if (groups.find("bias") != std::string::npos)
    operands += ", " + b;
  if (groups.find("initial") != std::string::npos)
    operands += ", " + state + (isLSTM ? ", " + state : "");
  return "%w = arith.constant dense<0.25> : " + w +
         "\n%r = arith.constant dense<-0.5> : " + r +
         "\n%b = arith.constant dense<0.75> : " + b +
         "\n%h = arith.constant dense<[[0.5, -0.25]]> : " + state +
         "\n%q = qnn.quantize %w {quantizer = #qnn.quantizer<bits = 1, "
         "encoding "
         "= bipolar>} : (" +
         w + ") -> " + w +
         "\n%t = qnn.transpose %x {permutation = array<i64: 1, 0, 2>} : "
         "(tensor<1x3x4xf32>) -> tensor<3x1x4xf32>"
         "\n%m = qnn.matmul %t, %q {transpose_rhs} : " +
         "(tensor<3x1x4xf32>, " + w + ") -> " + p +
         "\n%p = qnn.bias_add %m, %b {axis = 2 : i64} : (" + p + ", " + b +
         ") -> " + p + "\n%0:" + (isLSTM ? "4" : "3") + " = qnn.recurrent<" +
         cell + "> %p, %r " + groups + " " + attributes + " : (" + operands +
         ") -> (tensor<3x1x2xf32>, tensor<4x" + saved + "x1xf32>, " + state +
         (isLSTM ? ", " + state : "") + ")\n" +
         (result ? "%y = qnn.relu %0#" + std::to_string(result) + " : (" +
                       state + ") -> " + state
                 : "%y = qnn.transpose %0#0 {permutation = array<i64: 1, 0, "
                   "2>} : (tensor<3x1x2xf32>) -> tensor<1x3x2xf32>");
}

TEST_F(ExportTest, RecurrentLayers) {
  const std::string quantized =
      "{hard, hidden_quantizer = #qnn.quantizer<bits = 1, encoding = bipolar, "
      "surrogate = hard_tanh>}";
  auto layer = [&](const std::string &cell, int gates,
                   const std::string &attributes, const std::string &groups,
                   int result) {
    check("tensor<1x3x4xf32>",
          recurrentLayer(cell, gates, attributes, groups, result),
          result ? "tensor<1x2xf32>" : "tensor<1x3x2xf32>");
  };
  layer("rnn", 1, "", "", 0);
  layer("rnn", 1, quantized, "bias(%b)", 2);
  layer("gru", 3, "", "bias(%b) initial(%h)", 0);
  layer("gru", 3, quantized, "", 2);
  layer("lstm", 4, "", "initial(%h, %h)", 0);
  layer("lstm", 4, "{reverse}", "bias(%b)", 2);
  layer("lstm", 4, "{hard}", "", 3);
  layer("lstm", 4, quantized, "bias(%b) initial(%h, %h)", 0);
  layer("lstm", 4,
        "{cell_quantizer = #qnn.quantizer<bits = 4, encoding = signed, scale = "
        "array<f32: 0.125>>}",
        "", 0);
}

TEST_F(ExportTest, RowsOfATable) {
  check("tensor<1x3xi64>",
        "%t = arith.constant dense<[[0.5, 1.0], [2.0, 3.0]]> : tensor<2x2xf32>"
        "\n%y = qnn.gather %t, %x : (tensor<2x2xf32>, tensor<1x3xi64>) -> "
        "tensor<1x3x2xf32>",
        "tensor<1x3x2xf32>");
}
