//===- FormsTest.cpp - Graph and integer form say the same ------*- C++ -*-===//
//
// Random shapes: the products of the integer form against those of the graph
// form on the same numbers, which are exact in both.
//
//===----------------------------------------------------------------------===//

#include "Run.h"
#include "qnn/Arith/Code.h"
#include "qnn/Arith/Packing.h"
#include "llvm/Support/FormatVariadic.h"
#include <random>

using namespace mlir;
using namespace qnn;

namespace {
struct CodeCase {
  const char *text; ///< as in #qnn.code
  unsigned bits;
  Encoding encoding;
};
const CodeCase cases[] = {{"1, bipolar", 1, Encoding::Bipolar},
                          {"2, ternary", 2, Encoding::Ternary},
                          {"4, unsigned", 4, Encoding::Unsigned},
                          {"3, signed", 3, Encoding::Signed},
                          {"8, signed", 8, Encoding::Signed},
                          {"8, unsigned", 8, Encoding::Unsigned}};

Tensor randomCodes(std::mt19937 &random, SmallVector<int64_t> shape,
                   const CodeCase &code) {
  Tensor tensor;
  tensor.isFloat = false;
  tensor.shape = std::move(shape);
  for (int64_t i = 0; i < tensor.size(); ++i) {
    uint32_t pattern = random() & ((1u << code.bits) - 1);
    bool isCode = code.encoding != Encoding::Ternary || pattern != 2;
    tensor.integers.push_back(isCode ? pattern : 0);
  }
  return tensor;
}

/// Numbers of codes [A, H, W, C] as floats [A, C, H, W].
Tensor imageOf(const Tensor &codes, const CodeCase &code) {
  int64_t h = codes.shape[1], w = codes.shape[2], c = codes.shape[3];
  Tensor tensor = floats({codes.shape[0], c, h, w}, {});
  tensor.floats.resize(codes.size());
  for (int64_t i = 0; i < codes.size(); ++i) {
    int64_t pixel = i / c, inImage = pixel % (h * w), image = pixel / (h * w);
    tensor.floats[(image * c + i % c) * h * w + inImage] =
        codeToNumber(codes.integers[i], code.bits, code.encoding);
  }
  return tensor;
}

/// "AxBxCxD"
std::string dims(ArrayRef<int64_t> shape) {
  return llvm::join(
      llvm::map_range(shape, [](int64_t d) { return std::to_string(d); }), "x");
}
} // namespace

TEST(Forms, ConvolutionsAgree) {
  std::mt19937 random(1);
  const char *pads[] = {"zero", "plus_one", "minus_one"};
  for (int i = 0; i < 60; ++i) {
    int64_t groups = 1 + random() % 3, n = 1 + random() % 2;
    int64_t channels = 1 + random() % 4, o = groups * (1 + random() % 3);
    int64_t kh = 1 + random() % 3, kw = 1 + random() % 3;
    int64_t h = 5 + random() % 4, w = 5 + random() % 4;
    SmallVector<int64_t> strides = {int64_t(1 + random() % 2),
                                    int64_t(1 + random() % 2)};
    SmallVector<int64_t> dilations = {int64_t(1 + random() % 2),
                                      int64_t(1 + random() % 2)};
    SmallVector<int64_t> p;
    for (int d = 0; d < 4; ++d)
      p.push_back(random() % 3);
    int64_t oh = (h + p[0] + p[2] - dilations[0] * (kh - 1) - 1) / strides[0];
    int64_t ow = (w + p[1] + p[3] - dilations[1] * (kw - 1) - 1) / strides[1];
    ++oh, ++ow;
    const CodeCase &lhs = cases[random() % 6], &rhs = cases[random() % 6];
    Tensor x = randomCodes(random, {n, h, w, groups * channels}, lhs);
    Tensor filter = randomCodes(random, {o, kh, kw, channels}, rhs);
    auto list = [](ArrayRef<int64_t> a) {
      return llvm::formatv("array<i64: {0:$[, ]}>",
                           llvm::make_range(a.begin(), a.end()))
          .str();
    };
    std::string attributes =
        "strides = " + list(strides) + ", pads = " + list(p) +
        ", dilations = " + list(dilations) +
        ", groups = " + std::to_string(groups) +
        " : i64, pad_value = #qnn.pad_value<" + pads[random() % 3] + ">}";
    Tensor xf = imageOf(x, lhs), ff = imageOf(filter, rhs);
    std::string integerTypes =
        llvm::formatv("(tensor<{0}xi{1}>, tensor<{2}xi{3}>) -> tensor<{4}xi32>",
                      dims(x.shape), lhs.bits, dims(filter.shape), rhs.bits,
                      dims({n, oh, ow, o}));
    std::string integerText =
        llvm::formatv("func.func @f(%x: tensor<{0}xi{1}>, %w: "
                      "tensor<{2}xi{3}>) -> tensor<{4}xi32> {{\n",
                      dims(x.shape), lhs.bits, dims(filter.shape), rhs.bits,
                      dims({n, oh, ow, o}))
            .str() +
        "%0 = qnn.iconv2d %x, %w {lhs_code = #qnn.code<" + lhs.text +
        ">, rhs_code = #qnn.code<" + rhs.text + ">, " + attributes + " : " +
        integerTypes + "\nreturn %0 : tensor<" + dims({n, oh, ow, o}) +
        "xi32> }";
    std::string floatTypes =
        llvm::formatv("(tensor<{0}xf32>, tensor<{1}xf32>) -> tensor<{2}xf32>",
                      dims(xf.shape), dims(ff.shape), dims({n, o, oh, ow}));
    std::string floatText =
        llvm::formatv("func.func @f(%x: tensor<{0}xf32>, %w: tensor<{1}xf32>) "
                      "-> tensor<{2}xf32> {{\n",
                      dims(xf.shape), dims(ff.shape), dims({n, o, oh, ow}))
            .str() +
        "%0 = qnn.conv2d %x, %w {" + attributes + " : " + floatTypes +
        "\nreturn %0 : tensor<" + dims({n, o, oh, ow}) + "xf32> }";
    Program integer(integerText), graph(floatText);
    Tensor sums = integer.run({x, filter})[0], result = graph.run({xf, ff})[0];
    ASSERT_EQ(sums.size(), result.size());
    for (int64_t e = 0; e < sums.size(); ++e) {
      int64_t c = e % o, pixel = e / o % (oh * ow), image = e / (o * oh * ow);
      ASSERT_EQ(float(sums.integers[e]),
                result.floats[(image * o + c) * oh * ow + pixel])
          << integerText;
    }
  }
}

TEST(Forms, MatmulIsTheProductOfPackedRows) {
  std::mt19937 random(2);
  for (const CodeCase &lhs : cases)
    for (const CodeCase &rhs : cases) {
      int64_t m = 2, n = 3, k = 1 + random() % 70;
      Tensor a = randomCodes(random, {m, k}, lhs);
      Tensor b = randomCodes(random, {n, k}, rhs);
      std::string types = llvm::formatv("tensor<{0}x{1}xi{2}>", m, k, lhs.bits);
      std::string other = llvm::formatv("tensor<{0}x{1}xi{2}>", n, k, rhs.bits);
      std::string text = "func.func @f(%a: " + types + ", %b: " + other +
                         ") -> tensor<2x3xi32> {\n%0 = qnn.imatmul %a, %b "
                         "{lhs_code = #qnn.code<" +
                         lhs.text + ">, rhs_code = #qnn.code<" + rhs.text +
                         ">} : (" + types + ", " + other +
                         ") -> tensor<2x3xi32>\nreturn %0 : tensor<2x3xi32> }";
      Program program(text);
      Tensor sums = program.run({a, b})[0];
      auto row = [&](const Tensor &t, int64_t i, unsigned bits) {
        std::vector<uint8_t> codes(t.integers.begin() + i * k,
                                   t.integers.begin() + (i + 1) * k);
        return packRows(codes, k, bits);
      };
      for (int64_t i = 0; i < m * n; ++i)
        ASSERT_EQ(sums.integers[i],
                  planesDot(row(a, i / n, lhs.bits), lhs.bits, lhs.encoding,
                            row(b, i % n, rhs.bits), rhs.bits, rhs.encoding,
                            k));
    }
}

TEST(Forms, QuantizeIsDequantizeOfEncode) {
  Program program(R"(
    #q = #qnn.quantizer<bits = 3, encoding = signed, scale = array<f32: 0.5, 0.3>,
                        zero_point = array<f32: 0.0, 1.0>, axis = 1>
    func.func @f(%x: tensor<100x2xf32>) -> (tensor<100x2xf32>, tensor<100x2xf32>) {
      %0 = qnn.quantize %x {quantizer = #q} : (tensor<100x2xf32>) -> tensor<100x2xf32>
      %1 = qnn.encode %x {quantizer = #q} : (tensor<100x2xf32>) -> tensor<100x2xi3>
      %2 = qnn.dequantize %1 {code = #qnn.code<3, signed>, scale = array<f32: 0.5, 0.3>,
                              zero_point = array<f32: 0.0, 1.0>, axis = 1 : i64}
          : (tensor<100x2xi3>) -> tensor<100x2xf32>
      return %0, %2 : tensor<100x2xf32>, tensor<100x2xf32>
    })");
  std::vector<float> values;
  for (int i = 0; i < 200; ++i)
    values.push_back((i - 100) * 0.05f);
  SmallVector<Tensor> results = program.run({floats({100, 2}, values)});
  EXPECT_EQ(results[0].floats, results[1].floats);
}
