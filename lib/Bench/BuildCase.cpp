//===- BuildCase.cpp - A network of one product -----------------*- C++ -*-===//
//
// The function is parsed from text, where it can be read best; its constants
// are zeros there, and get random numbers afterwards: text of a hundred
// megabytes would take longer than everything else.
//
//===----------------------------------------------------------------------===//

#include "qnn/Bench/BuildCase.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Parser/Parser.h"
#include "qnn/Arith/Packing.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/FormatVariadic.h"
#include <random>

using namespace mlir;
using namespace qnn;
using llvm::formatv;
using OpKind = BenchCase::Op;
using IO = BenchCase::IO;

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static std::string tensorType(ArrayRef<int64_t> shape, StringRef element) {
  std::string text = "tensor<";
  for (int64_t size : shape)
    text += std::to_string(size) + "x";
  return text + element.str() + ">";
}

static std::string codeOf(const OperandType &type) {
  return formatv("#qnn.code<{0}, {1}>", type.bits,
                 stringifyEncoding(type.encoding));
}

static std::string quantizerOf(const OperandType &type) {
  // Steps such that random numbers in [-1, 1) reach all levels.
  std::string scale =
      formatv("scale = array<f32: {0}>",
              type.bits == 1 ? 1.0 : 1.0 / (1 << (type.bits - 1)));
  return formatv("#qnn.quantizer<bits = {0}, encoding = {1}, {2}>", type.bits,
                 stringifyEncoding(type.encoding), scale);
}

/// `[..., channels]` as memory holds the activations of a layer: words, or
/// bytes where codes have 8 bits.
static std::string storedType(SmallVector<int64_t> shape,
                              const OperandType &type) {
  if (type.bits == 8)
    return tensorType(shape, "i8");
  shape.back() = packedWords(shape.back(), type.bits);
  return tensorType(shape, "i32");
}

namespace {
/// The lines of a function, made one by one.
struct Body {
  std::string text;
  int count = 0;

  std::string add(const llvm::Twine &op) {
    std::string name = "%" + std::to_string(count++);
    text += "  " + name + " = " + op.str() + "\n";
    return name;
  }
  std::string constant(StringRef type, bool isFloat) {
    return add(Twine("arith.constant dense<") + (isFloat ? "0.0" : "0") +
               "> : " + type);
  }
};
} // namespace

static std::string functionOf(const Body &body, StringRef input,
                              StringRef output, StringRef result) {
  return formatv("func.func @bench(%x: {0}) -> {1} {{\n{2}  return {3} : {1}\n}"
                 "\n",
                 input, output, body.text, result);
}

static std::string elementOf(const OperandType &type) {
  // Codes of the integer form that no layer has to widen.
  return "i" + std::to_string(type.bits);
}

static SmallVector<int64_t> inputShape(const BenchCase &c) {
  if (c.op == OpKind::Matmul)
    return {c.width, c.channels};
  if (c.io == IO::Float)
    return {c.batch, c.channels, c.height, c.width};
  return {c.batch, c.height, c.width, c.channels};
}

static SmallVector<int64_t> outputShape(const BenchCase &c) {
  if (c.op == OpKind::Matmul)
    return {c.width, c.outChannels};
  if (c.io == IO::Float)
    return {c.batch, c.outChannels, c.height, c.width};
  return {c.batch, c.height, c.width, c.outChannels};
}

static SmallVector<int64_t> weightShape(const BenchCase &c) {
  if (c.op == OpKind::Matmul)
    return {c.outChannels, c.channels};
  if (c.io == IO::Float)
    return {c.outChannels, c.channels, c.kernel, c.kernel};
  return {c.outChannels, c.kernel, c.kernel, c.channels};
}

static std::string padsOf(const BenchCase &c) {
  return formatv("pads = array<i64: {0}, {0}, {0}, {0}>", c.kernel / 2);
}

static std::string floatText(const BenchCase &c) {
  std::string in = tensorType(inputShape(c), "f32");
  std::string weights = tensorType(weightShape(c), "f32");
  std::string out = tensorType(outputShape(c), "f32");
  Body body;
  std::string x = "%x", w = body.constant(weights, /*isFloat=*/true);
  auto quantize = [&](StringRef value, StringRef type, const OperandType &to) {
    return to.isFloat ? value.str()
                      : body.add("qnn.quantize " + value +
                                 " {quantizer = " + quantizerOf(to) + "} : (" +
                                 type + ") -> " + type);
  };
  x = quantize(x, in, c.activations);
  w = quantize(w, weights, c.weights);
  std::string op = c.op == OpKind::Matmul ? "qnn.matmul" : "qnn.conv2d";
  std::string attributes =
      c.op == OpKind::Matmul ? std::string("transpose_rhs") : padsOf(c);
  std::string y = body.add(op + " " + x + ", " + w + " {" + attributes +
                           "} : (" + in + ", " + weights + ") -> " + out);
  return functionOf(body, in, out, y);
}

/// The epilogue of a convolution: codes of 8 bits by a line, others by
/// thresholds.
static std::string nextCodes(Body &body, const BenchCase &c, StringRef sums) {
  const OperandType &type = c.activations;
  SmallVector<int64_t> shape = outputShape(c);
  std::string in = tensorType(shape, "i32"), out = tensorType(shape, "i8");
  if (type.bits == 8) {
    // Different in each channel, or it would be no scale per channel.
    std::string scale, bias;
    for (int64_t i = 0; i < c.outChannels; ++i) {
      scale += formatv("{0}{1:f6}", i ? ", " : "", 1e-3 + 1e-6 * i).str();
      bias += formatv("{0}{1:f2}", i ? ", " : "", 0.01 * i).str();
    }
    return body.add(formatv("qnn.requantize {0} {{code = {1}, scale = "
                            "array<f32: {2}>, bias = array<f32: {3}>, axis = "
                            "3} : ({4}) -> {5}",
                            sums, codeOf(type), scale, bias, in, out)
                        .str());
  }
  std::string levels =
      tensorType({c.outChannels, (int64_t(1) << type.bits) - 1}, "i32");
  std::string thresholds = body.constant(levels, /*isFloat=*/false);
  std::string codes = body.add(
      formatv("qnn.threshold {0}, {1} {{code = {2}, axis = 3} : ({3}, {4}) -> "
              "{5}",
              sums, thresholds, codeOf(type), in, levels, out)
          .str());
  return body.add(formatv("qnn.pack {0} {{code = {1}} : ({2}) -> {3}", codes,
                          codeOf(type), out, storedType(shape, type))
                      .str());
}

static std::string packedText(const BenchCase &c) {
  std::string stored = storedType(inputShape(c), c.activations);
  std::string codes = tensorType(inputShape(c), "i8");
  std::string weights = tensorType(weightShape(c), elementOf(c.weights));
  std::string sums = tensorType(outputShape(c), "i32");
  Body body;
  std::string x = "%x", w = body.constant(weights, /*isFloat=*/false);
  if (stored != codes)
    x = body.add(formatv("qnn.unpack {0} {{code = {1}} : ({2}) -> {3}", x,
                         codeOf(c.activations), stored, codes)
                     .str());
  bool isMatmul = c.op == OpKind::Matmul;
  std::string y = body.add(
      formatv("{0} {1}, {2} {{{3}lhs_code = {4}, rhs_code = {5}} : ({6}, {7}) "
              "-> {8}",
              isMatmul ? "qnn.imatmul" : "qnn.iconv2d", x, w,
              isMatmul ? "" : padsOf(c) + ", ", codeOf(c.activations),
              codeOf(c.weights), codes, weights, sums)
          .str());
  if (isMatmul)
    return functionOf(body, stored, sums, y);
  y = nextCodes(body, c, y);
  return functionOf(body, stored, storedType(outputShape(c), c.activations), y);
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

using Random = std::mt19937;

static DenseElementsAttr randomFloats(RankedTensorType type, Random &random) {
  std::vector<float> values(type.getNumElements());
  for (float &value : values)
    value = (random() >> 8) * 0x1p-23f - 1.0f;
  return DenseElementsAttr::get(type, ArrayRef<float>(values));
}

/// Ascending rows around 0.
static DenseElementsAttr randomThresholds(RankedTensorType type,
                                          Random &random) {
  std::vector<int32_t> values;
  int64_t levels = type.getShape().back();
  for (int64_t row = 0; row < type.getShape().front(); ++row)
    for (int64_t level = 0; level < levels; ++level)
      values.push_back((level - levels / 2) * 32 + random() % 32);
  return DenseElementsAttr::get(type, ArrayRef<int32_t>(values));
}

static DenseElementsAttr
randomCodes(RankedTensorType type, const OperandType &operand, Random &random) {
  unsigned bits = operand.bits;
  if (bits == 1) {
    std::vector<char> packed(llvm::divideCeil(type.getNumElements(), 8));
    for (char &byte : packed)
      byte = static_cast<char>(random());
    return DenseElementsAttr::getFromRawBuffer(type, packed);
  }
  std::vector<char> codes(type.getNumElements());
  for (char &code : codes) {
    code = static_cast<char>(random() >> (32 - bits));
    // Two's complement of -1, 0, 1: the pattern 2 does not occur.
    if (operand.encoding == Encoding::Ternary && code == 2)
      code = 0;
  }
  return DenseElementsAttr::getFromRawBuffer(type, codes);
}

static void randomizeConstants(ModuleOp module, const BenchCase &c) {
  Random random(1);
  module.walk([&](arith::ConstantOp op) {
    auto type = dyn_cast<RankedTensorType>(op.getType());
    if (!type)
      return;
    if (type.getElementType().isF32())
      op.setValueAttr(randomFloats(type, random));
    else if (type.getElementType().isInteger(32))
      op.setValueAttr(randomThresholds(type, random));
    else
      op.setValueAttr(randomCodes(type, c.weights, random));
  });
}

BuiltCase qnn::buildCase(const BenchCase &c, MLIRContext *context) {
  bool isFloat = c.io == IO::Float;
  auto module = parseSourceString<ModuleOp>(
      isFloat ? floatText(c) : packedText(c), context, c.name());
  if (!module)
    llvm::report_fatal_error("the text of a case cannot be parsed");
  randomizeConstants(*module, c);
  BuiltCase built{std::move(module), std::nullopt};
  if (!isFloat)
    built.reached = Level::Graph;
  return built;
}
