//===- PackedFormsTest.cpp - Packed and integer form agree -------*- C++
//-*-===//
//-*-===//
//
// Random convolutions of the integer form and the same in kernel layout, with
// sums, with codes in bytes and with codes in words.
//
//===----------------------------------------------------------------------===//

#include "Run.h"
#include "qnn/Arith/Code.h"
#include "qnn/Arith/Packing.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include <algorithm>
#include <random>

using namespace mlir;
using namespace qnn;

namespace {
struct Case {
  const char *kernel; ///< mnemonic's first part
  const char *kind;
  const char *lhs, *rhs; ///< codes
  unsigned lhsBits, rhsBits;
  Encoding lhsEncoding, rhsEncoding;
};
const Case cases[] = {{"xnor", "xnor_popcount", "1, bipolar", "1, bipolar", 1,
                       1, Encoding::Bipolar, Encoding::Bipolar},
                      {"bit_serial", "bit_serial", "2, unsigned", "1, bipolar",
                       2, 1, Encoding::Unsigned, Encoding::Bipolar},
                      {"bit_serial", "bit_serial", "3, signed", "2, ternary", 3,
                       2, Encoding::Signed, Encoding::Ternary},
                      {"int8", "int8_dot", "8, unsigned", "4, signed", 8, 4,
                       Encoding::Unsigned, Encoding::Signed},
                      {"int8", "int8_dot", "1, bipolar", "8, signed", 1, 8,
                       Encoding::Bipolar, Encoding::Signed}};

using Shape = SmallVector<int64_t>;

std::string type(const Shape &shape, const std::string &element) {
  std::string text = "tensor<";
  for (int64_t d : shape)
    text += std::to_string(d) + "x";
  return text + element + ">";
}

Tensor integers(Shape shape, std::vector<int64_t> values) {
  Tensor tensor;
  tensor.isFloat = false;
  tensor.shape = std::move(shape);
  tensor.integers = std::move(values);
  return tensor;
}

Tensor randomCodes(std::mt19937 &random, Shape shape, unsigned bits,
                   Encoding encoding) {
  Tensor tensor = integers(std::move(shape), {});
  for (int64_t i = 0; i < tensor.size(); ++i) {
    uint32_t pattern = random() & ((1u << bits) - 1);
    tensor.integers.push_back(
        encoding == Encoding::Ternary && pattern == 2 ? 0 : pattern);
  }
  return tensor;
}

template <typename To>
std::vector<To> as(const std::vector<int64_t> &from) {
  return {from.begin(), from.end()};
}

/// One convolution, its operands in both forms.
struct Convolution {
  Case c;
  std::string geometry;
  int64_t groups, channels, o;
  Shape out;        ///< [N, OH, OW, O]
  Tensor x, filter; ///< codes
  Tensor thresholds;

  bool isWords() const { return std::string(c.kernel) != "int8"; }
  FilterShape shape() const {
    FilterShape s;
    s.outChannels = o, s.channels = channels, s.groups = groups;
    s.kernelHeight = filter.shape[1], s.kernelWidth = filter.shape[2];
    return s;
  }
  std::string codes() const {
    return std::string("lhs_code = #qnn.code<") + c.lhs +
           ">, rhs_code = #qnn.code<" + c.rhs + ">";
  }

  Tensor packedInput() const {
    if (!isWords())
      return x;
    Shape packed = x.shape;
    packed.back() = groups * packedWords(channels, c.lhsBits);
    std::vector<uint32_t> words =
        packRows(as<uint8_t>(x.integers), channels, c.lhsBits);
    return integers(packed, {words.begin(), words.end()});
  }

  Tensor packedFilter() const {
    FilterShape s = shape();
    if (isWords()) {
      std::vector<uint32_t> words =
          packWeightWords(as<uint8_t>(filter.integers), s, c.rhsBits);
      return integers({s.blocks(), s.kernelHeight, s.kernelWidth,
                       packedWords(channels, c.rhsBits), s.tile},
                      {words.begin(), words.end()});
    }
    std::vector<int8_t> numbers;
    for (int64_t code : filter.integers)
      numbers.push_back(codeToNumber(code, c.rhsBits, c.rhsEncoding));
    std::vector<int8_t> bytes = packWeightBytes(numbers, s);
    int64_t steps = (channels + dotChannels - 1) / dotChannels;
    return integers({s.blocks(), s.kernelHeight, s.kernelWidth, steps,
                     s.tile * dotChannels},
                    {bytes.begin(), bytes.end()});
  }

  /// Sums of the integer form, or the codes of `code` by thresholds.
  Tensor runInteger(const std::string &code, unsigned bits) const {
    std::string xt = type(x.shape, "i" + std::to_string(c.lhsBits));
    std::string ft = type(filter.shape, "i" + std::to_string(c.rhsBits));
    std::string sums = type(out, "i32");
    std::string text = "%0 = qnn.iconv2d %x, %w {" + codes() + ", " + geometry +
                       "} : (" + xt + ", " + ft + ") -> " + sums + "\n";
    if (code.empty())
      return run("%x: " + xt + ", %w: " + ft, text, sums, {x, filter});
    std::string tt = type(thresholds.shape, "i32");
    std::string rt = type(out, "i" + std::to_string(bits));
    text += "%1 = qnn.threshold %0, %t {axis = 3, code = #qnn.code<" + code +
            ">} : (" + sums + ", " + tt + ") -> " + rt + "\n";
    return run("%x: " + xt + ", %w: " + ft + ", %t: " + tt, text, rt,
               {x, filter, thresholds});
  }

  /// The same in kernel layout; `result` is its type.
  Tensor runPacked(const std::string &code, const std::string &result) const {
    Tensor input = packedInput(), weights = packedFilter();
    std::string element = isWords() ? "i32" : "i8";
    std::string xt = type(input.shape, element);
    std::string ft = type(weights.shape, element);
    std::string attributes =
        codes() + ", " + geometry + ", channels = " + std::to_string(channels) +
        ", out_channels = " + std::to_string(o) + ", kernel = #qnn.kernel<" +
        c.kind + ", tile = [4, 32]>";
    std::string name = std::string("qnn.") + c.kernel + "_conv2d";
    if (code.empty())
      return run("%x: " + xt + ", %w: " + ft,
                 "%0 = " + name + " %x, %w {" + attributes + "} : (" + xt +
                     ", " + ft + ") -> " + result + "\n",
                 result, {input, weights});
    int64_t levels = thresholds.shape[1];
    FilterShape s = shape();
    std::vector<int32_t> tiles =
        packThresholds(as<int32_t>(thresholds.integers), levels, s);
    Tensor packed =
        integers({s.blocks(), levels, s.tile}, {tiles.begin(), tiles.end()});
    std::string tt = type(packed.shape, "i32");
    return run("%x: " + xt + ", %w: " + ft + ", %t: " + tt,
               "%1 = " + name + " %x, %w, %t {" + attributes +
                   ", out_code = #qnn.code<" + code + ">} : (" + xt + ", " +
                   ft + ", " + tt + ") -> " + result + "\n",
               result, {input, weights, packed});
  }

  static Tensor run(const std::string &arguments, const std::string &body,
                    const std::string &result, ArrayRef<Tensor> values) {
    std::string last = body.find("%1 =") == std::string::npos ? "%0" : "%1";
    Program program("func.func @f(" + arguments + ") -> " + result + " {\n" +
                    body + "return " + last + " : " + result + "\n}");
    SmallVector<Tensor> results = program.run(values);
    return results.empty() ? Tensor() : results[0];
  }
};

Convolution randomConvolution(std::mt19937 &random, const Case &c) {
  auto pick = [&](int64_t low, int64_t high) -> int64_t {
    return low + random() % (high - low + 1);
  };
  Convolution conv{c, {}, pick(1, 2), pick(1, 40), 0, {}, {}, {}, {}};
  conv.o = conv.groups * 32 * pick(1, 2);
  int64_t kh = pick(1, 3), kw = pick(1, 3), h = pick(5, 7), w = pick(5, 7);
  Shape s = {pick(1, 2), pick(1, 2)}, d = {pick(1, 2), pick(1, 2)};
  Shape p = {pick(0, 2), pick(0, 2), pick(0, 2), pick(0, 2)};
  auto list = [](const Shape &values) {
    return "array<i64: " +
           llvm::join(llvm::map_range(
                          values, [](int64_t v) { return std::to_string(v); }),
                      ", ") +
           ">";
  };
  conv.geometry = "strides = " + list(s) + ", pads = " + list(p) +
                  ", dilations = " + list(d) +
                  ", groups = " + std::to_string(conv.groups);
  conv.out = {2, (h + p[0] + p[2] - d[0] * (kh - 1) - 1) / s[0] + 1,
              (w + p[1] + p[3] - d[1] * (kw - 1) - 1) / s[1] + 1, conv.o};
  conv.x = randomCodes(random, {2, h, w, conv.groups * conv.channels},
                       c.lhsBits, c.lhsEncoding);
  conv.filter = randomCodes(random, {conv.o, kh, kw, conv.channels}, c.rhsBits,
                            c.rhsEncoding);
  return conv;
}

void setThresholds(std::mt19937 &random, Convolution &conv, int64_t levels) {
  conv.thresholds = integers({conv.o, levels}, {});
  for (int64_t o = 0; o < conv.o; ++o) {
    std::vector<int64_t> row;
    for (int64_t l = 0; l < levels; ++l)
      row.push_back(int64_t(random() % 41) - 20);
    std::sort(row.begin(), row.end());
    conv.thresholds.integers.insert(conv.thresholds.integers.end(), row.begin(),
                                    row.end());
  }
}
} // namespace

TEST(PackedForms, Sums) {
  std::mt19937 random(1);
  for (const Case &c : cases)
    for (int i = 0; i < 4; ++i) {
      Convolution conv = randomConvolution(random, c);
      EXPECT_EQ(conv.runPacked("", type(conv.out, "i32")).integers,
                conv.runInteger("", 0).integers)
          << c.kernel << " " << conv.geometry;
    }
}

TEST(PackedForms, CodesInBytesAndWords) {
  std::mt19937 random(2);
  for (const Case &c : cases)
    for (unsigned bits : {1u, 2u}) {
      std::string code = bits == 1 ? "1, bipolar" : "2, signed";
      Convolution conv = randomConvolution(random, c);
      setThresholds(random, conv, (1 << bits) - 1);
      Tensor expected = conv.runInteger(code, bits);
      std::vector<int64_t> bytes = expected.integers;
      for (int64_t &byte : bytes) // numbers modulo 256
        byte = bits == 1 ? byte : llvm::SignExtend64<2>(byte) & 0xff;
      EXPECT_EQ(conv.runPacked(code, type(conv.out, "i8")).integers, bytes);
      Shape words = conv.out;
      words.back() = packedWords(conv.o, bits);
      Tensor packed = conv.runPacked(code, type(words, "i32"));
      EXPECT_EQ(unpackRows(as<uint32_t>(packed.integers), conv.o, bits),
                as<uint8_t>(expected.integers));
    }
}
