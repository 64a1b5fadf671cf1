//===- LookupTest.cpp - Floats by +-1, by tables of sums ------------------===//
//
// The same signs as bits and as floats: the reference must compute the same
// sums of both, and what is compiled of the bits must be near, for targets that
// permute floats, with registers of 16 and of 8, and for those that do not.
// Shapes are at the edges of words, tables, tiles, blocks of the sum and of the
// image.
//
//===----------------------------------------------------------------------===//

#include "Emulate.h"
#include "Native.h"
#include "qnn/Arith/Packing.h"
#include "qnn/Conversion/Passes.h"
#include "qnn/Dialect/QNN/Transforms/Passes.h"
#include "qnn/Target/Target.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <gtest/gtest.h>
#include <random>

using namespace mlir;
using namespace qnn;

namespace {

/// A matmul has height 0, and `width` rows.
struct Shape {
  const char *name;
  int64_t height, width, channels, outChannels;
  int64_t kernel = 1, stride = 1, dilation = 1, pad = 0, groups = 1;
  bool scaled = false;

  bool isConv() const { return height != 0; }
  int64_t out(int64_t size) const {
    return (size + 2 * pad - dilation * (kernel - 1) - 1) / stride + 1;
  }
};

const Shape shapes[] = {
    {"one", 0, 1, 1, 1},
    {"c2", 0, 3, 2, 7},
    {"c4", 0, 3, 4, 33},
    {"c31", 0, 9, 31, 32},
    {"c32", 0, 10, 32, 31},
    {"c33", 0, 11, 33, 70},
    {"c100", 0, 4, 100, 64, 1, 1, 1, 0, 1, true},
    // More than one block of the sum, the last one a part.
    {"c300", 0, 13, 300, 40},
    {"c513", 0, 1, 513, 130},
    {"c257", 0, 25, 257, 160, 1, 1, 1, 0, 1, true},
    {"conv", 5, 6, 8, 40, 3, 1, 1, 1},
    {"image", 7, 5, 3, 32, 3, 2, 1, 1},
    {"words", 4, 13, 70, 33, 3, 1, 1, 1, 1, true},
    {"dilated", 6, 7, 33, 34, 2, 2, 2, 1},
    {"groups", 4, 5, 66, 12, 3, 1, 1, 1, 2},
    {"depthwise", 4, 5, 6, 6, 3, 1, 1, 1, 6},
    {"wide_padding", 2, 3, 5, 4, 2, 1, 1, 3},
};

/// Rows of 32 pixels of a table: some and a part, and ranges of channels.
const Shape wideShapes[] = {
    {"rows", 0, 70, 40, 2100},
    {"pixels", 9, 9, 34, 67, 3, 1, 1, 1},
};

/// Target, shape, tile of the kernel: with a third number tables are in memory.
using Parameter = std::tuple<const char *, Shape, const char *>;

class LookupTest : public testing::TestWithParam<Parameter> {
protected:
  LookupTest();

  const Shape &shape = std::get<1>(GetParam());
  std::mt19937 random{11};
  std::vector<int64_t> input, result;
  FilterShape filter;
  std::vector<uint8_t> codes;

  static std::string type(ArrayRef<int64_t> sizes, StringRef element) {
    std::string text = "tensor<";
    for (int64_t size : sizes)
      text += std::to_string(size) + "x";
    return text + element.str() + ">";
  }
  Tensor randomInput();
  std::string product(StringRef name, StringRef element, int64_t steps,
                      const void *bytes, size_t count);
  std::string ofBits();
  std::string ofFloats();
};

LookupTest::LookupTest() {
  filter.outChannels = shape.outChannels;
  filter.kernelHeight = filter.kernelWidth = shape.kernel;
  filter.channels = shape.channels / shape.groups;
  filter.groups = shape.groups;
  input = {shape.width, shape.channels};
  result = {shape.out(shape.width), shape.outChannels};
  if (shape.isConv()) {
    input.insert(input.begin(), {2, shape.height});
    result.insert(result.begin(), {2, shape.out(shape.height)});
  }
  for (int64_t i = 0; i < filter.elements(); ++i)
    codes.push_back(random() % 2);
}

Tensor LookupTest::randomInput() {
  Tensor tensor;
  tensor.isFloat = true;
  tensor.shape.assign(input.begin(), input.end());
  std::normal_distribution<float> normal;
  for (int64_t i = 0; i < tensor.size(); ++i)
    tensor.floats.push_back(normal(random));
  return tensor;
}

/// A function of the product of that name; the weights are `count` elements of
/// 4 bytes.
std::string LookupTest::product(StringRef name, StringRef element,
                                int64_t steps, const void *bytes,
                                size_t count) {
  MLIRContext context;
  context.loadDialect<QNNDialect>();
  auto target = llvm::cantFail(parseTarget(&context, std::get<0>(GetParam())));
  std::vector<int64_t> sizes{filter.blocks()};
  if (shape.isConv())
    sizes.insert(sizes.end(), {shape.kernel, shape.kernel});
  sizes.insert(sizes.end(), {steps, filter.tile});
  std::string weights = type(sizes, element), in = type(input, "f32"),
              out = type(result, "f32");
  std::string scales = type({filter.blocks(), 2, filter.tile}, "f32");
  bool isBits = element == "i32";
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "module attributes {qnn.target = " << Attribute(target)
     << "} {\nfunc.func @f(%x: " << in << ") -> " << out
     << " {\n %w = arith.constant dense<\"0x"
     << llvm::toHex(StringRef(static_cast<const char *>(bytes), 4 * count))
     << "\"> : " << weights << "\n %s = arith.constant dense<0.25> : " << scales
     << "\n %0 = qnn." << name << (shape.isConv() ? "_conv2d" : "_matmul")
     << " %x, %w" << (shape.scaled ? ", %s {scaled, " : " {")
     << "channels = " << filter.channels
     << " : i64, out_channels = " << shape.outChannels << " : i64, "
     << (isBits ? "rhs_code = #qnn.code<1, bipolar>, " : "")
     << "kernel = #qnn.kernel<" << (isBits ? "lookup" : "f32_fma")
     << ", tile = [" << (isBits ? std::get<2>(GetParam()) : "4, 32") << "]>";
  if (shape.isConv())
    os << ", groups = " << shape.groups
       << " : i64, strides = array<i64: " << shape.stride << ", "
       << shape.stride << ">, dilations = array<i64: " << shape.dilation << ", "
       << shape.dilation << ">, pads = array<i64: " << shape.pad << ", "
       << shape.pad << ", " << shape.pad << ", " << shape.pad << ">";
  os << "} : (" << in << ", " << weights << (shape.scaled ? ", " + scales : "")
     << ") -> " << out << "\n return %0 : " << out << "\n}\n}";
  return text;
}

std::string LookupTest::ofBits() {
  std::vector<uint32_t> words = packWeightWords(codes, filter, 1);
  return product("lookup", "i32", packedWords(filter.channels, 1), words.data(),
                 words.size());
}

std::string LookupTest::ofFloats() {
  std::vector<float> signs;
  for (uint8_t bit : codes)
    signs.push_back(bit ? 1.0f : -1.0f);
  std::vector<float> tiles = packWeightElements(ArrayRef(signs), filter);
  return product("f32", "f32", filter.channels, tiles.data(), tiles.size());
}

/// True where the permutations of floats of that target run here.
bool machineHasRegistersOf(StringRef target) {
  MLIRContext context;
  context.loadDialect<QNNDialect>();
  auto native = llvm::cantFail(parseTarget(&context, "native"));
  auto other = llvm::cantFail(parseTarget(&context, target));
  return findInstruction(native, Instruction::PermuteFloats) &&
         native.getVectorBits() >= other.getVectorBits();
}

TEST_P(LookupTest, IsNearReference) {
  Tensor x = randomInput();
  SmallVector<Tensor> floats = Program(ofFloats()).interpret(x);
  Program bits(ofBits()), compiled(ofBits());
  SmallVector<Tensor> expected = bits.interpret(x);
  ASSERT_EQ(floats.size(), 1u);
  ASSERT_EQ(expected.size(), 1u);
  ASSERT_EQ(floats[0].floats, expected[0].floats);
  compiled.transform([](OpPassManager &pm) {
    pm.addPass(createConvertQNNToVector());
    if (!machineHasRegistersOf(std::get<0>(GetParam())))
      pm.addPass(createEmulateInstructions());
  });
  SmallVector<Tensor> actual = compiled.compileAndRun(x);
  ASSERT_EQ(actual.size(), 1u);
  // The sum of so many numbers of variance 1, each rounded.
  float terms = filter.channels * shape.kernel * shape.kernel;
  float tolerance = 4 * std::sqrt(terms) * terms * 0x1p-24f;
  for (size_t i = 0; i < expected[0].floats.size(); ++i)
    ASSERT_NEAR(expected[0].floats[i], actual[0].floats[i], tolerance) << i;
}

std::string nameOf(const testing::TestParamInfo<Parameter> &info) {
  std::string name = std::get<0>(info.param);
  std::string numbers = std::get<2>(info.param);
  llvm::replace(name, '-', '_');
  llvm::erase(numbers, ' ');
  llvm::replace(numbers, ',', 'x');
  return name + "_" + std::get<1>(info.param).name + "_" + numbers;
}

const char *const targets[] = {"x86-64-v4", "x86-64-v3", "x86-64-v2"};

INSTANTIATE_TEST_SUITE_P(
    Products, LookupTest,
    testing::Combine(testing::ValuesIn(targets), testing::ValuesIn(shapes),
                     testing::Values("4, 32", "32, 32, 4", "16, 32, 8")),
    nameOf);

INSTANTIATE_TEST_SUITE_P(
    Wide, LookupTest,
    testing::Combine(testing::ValuesIn(targets), testing::ValuesIn(wideShapes),
                     testing::Values("32, 32, 4", "16, 32, 8")),
    nameOf);

//===----------------------------------------------------------------------===//
// From the graph form
//===----------------------------------------------------------------------===//

/// Graph form by the reference, packed form compiled for `target`; one operand
/// is computed signs. `count` products are lookups.
void packAndCompare(const std::string &function, StringRef target = "x86-64-v3",
                    unsigned count = 1, float tolerance = 1e-4f) {
  MLIRContext context;
  context.loadDialect<QNNDialect>();
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "module attributes {qnn.target = "
     << Attribute(llvm::cantFail(parseTarget(&context, target))) << "} {\n"
     << function << "\n}";
  Program program(text), packed(text);
  std::mt19937 random{5};
  std::normal_distribution<float> normal;
  SmallVector<Tensor> arguments;
  for (RankedTensorType type : program.argumentTypes()) {
    arguments.push_back(Tensor::zeros(type));
    for (float &number : arguments.back().floats)
      number = normal(random);
  }
  packed.transform([](OpPassManager &pm) {
    pm.addPass(createDecomposeTraining());
    pm.addPass(createSelectKernels());
    pm.addPass(createPackProducts());
  });
  ASSERT_EQ(packed.count("qnn.lookup_matmul") +
                packed.count("qnn.lookup_conv2d"),
            count);
  packed.transform([&](OpPassManager &pm) {
    pm.addPass(createConvertQNNToVector());
    if (!machineHasRegistersOf(target))
      pm.addPass(createEmulateInstructions());
  });
  SmallVector<Tensor> expected = program.interpret(arguments);
  SmallVector<Tensor> actual = packed.compileAndRun(arguments);
  ASSERT_EQ(expected.size(), 1u);
  ASSERT_EQ(actual.size(), 1u);
  for (size_t i = 0; i < expected[0].floats.size(); ++i)
    ASSERT_NEAR(expected[0].floats[i], actual[0].floats[i], tolerance) << i;
}

TEST(PackLookupTest, Matmul) {
  packAndCompare(R"(
func.func @f(%x: tensor<6x70xf32>, %w: tensor<70x200xf32>) -> tensor<6x200xf32> {
  %q = qnn.quantize %w {quantizer = #qnn.quantizer<bits = 1,
      encoding = bipolar, scale = array<f32: 0.25>>}
      : (tensor<70x200xf32>) -> tensor<70x200xf32>
  %0 = qnn.matmul %x, %q : (tensor<6x70xf32>, tensor<70x200xf32>)
      -> tensor<6x200xf32>
  return %0 : tensor<6x200xf32>
})");
}

TEST(PackLookupTest, RowsOfWeights) {
  packAndCompare(R"(
func.func @f(%x: tensor<2x3x64xf32>, %w: tensor<200x64xf32>)
    -> tensor<2x3x200xf32> {
  %q = qnn.quantize %w {quantizer = #qnn.quantizer<bits = 1,
      encoding = bipolar>} : (tensor<200x64xf32>) -> tensor<200x64xf32>
  %0 = qnn.matmul %x, %q {transpose_rhs} : (tensor<2x3x64xf32>,
      tensor<200x64xf32>) -> tensor<2x3x200xf32>
  return %0 : tensor<2x3x200xf32>
})");
}

TEST(PackLookupTest, Conv2d) {
  packAndCompare(R"(
func.func @f(%x: tensor<1x35x6x7xf32>, %w: tensor<35x40x3x3xf32>)
    -> tensor<1x40x6x7xf32> {
  %q = qnn.quantize %w {quantizer = #qnn.quantizer<bits = 1,
      encoding = bipolar, scale = array<f32: 0.5>>}
      : (tensor<35x40x3x3xf32>) -> tensor<35x40x3x3xf32>
  %t = qnn.transpose %q {permutation = array<i64: 1, 0, 2, 3>}
      : (tensor<35x40x3x3xf32>) -> tensor<40x35x3x3xf32>
  %0 = qnn.conv2d %x, %t {pads = array<i64: 1, 1, 1, 1>}
      : (tensor<1x35x6x7xf32>, tensor<40x35x3x3xf32>) -> tensor<1x40x6x7xf32>
  return %0 : tensor<1x40x6x7xf32>
})");
}

//===----------------------------------------------------------------------===//
// Gradients of filters
//===----------------------------------------------------------------------===//

/// A convolution of signs, whose filter's gradient sums over its windows.
struct Windows {
  const char *name;
  int64_t batch, channels, height, width, outChannels;
  int64_t kernel = 3, stride = 1, dilation = 1, pad = 1, groups = 1;

  int64_t out(int64_t size) const {
    return (size + 2 * pad - dilation * (kernel - 1) - 1) / stride + 1;
  }
};

const Windows windows[] = {
    {"row_is_word", 2, 32, 5, 32, 6},
    {"row_is_half", 3, 40, 5, 16, 4},
    {"odd", 3, 17, 5, 7, 5},
    {"few_windows", 1, 64, 4, 4, 20, 3, 1, 1, 0},
    {"word_and_one", 1, 32, 3, 11, 4},
    {"strided", 2, 33, 9, 8, 7, 3, 2},
    {"dilated", 2, 32, 9, 10, 4, 3, 1, 2, 2},
    {"pointwise", 1, 200, 6, 6, 9, 1, 1, 1, 0},
    {"groups", 2, 64, 4, 4, 12, 3, 1, 1, 1, 2},
    {"wide_padding", 2, 40, 2, 3, 4, 2, 1, 1, 3},
    // More than one block of the sum.
    {"long_sum", 5, 32, 16, 17, 5},
};

using WindowsParameter = std::tuple<const char *, Windows>;
class FilterGradientTest : public testing::TestWithParam<WindowsParameter> {};

TEST_P(FilterGradientTest, IsNearReference) {
  auto [target, w] = GetParam();
  auto type = [](std::initializer_list<int64_t> sizes) {
    std::string text = "tensor<";
    for (int64_t size : sizes)
      text += std::to_string(size) + "x";
    return text + "f32>";
  };
  std::string x = type({w.batch, w.channels, w.height, w.width});
  std::string g =
      type({w.batch, w.outChannels, w.out(w.height), w.out(w.width)});
  std::string y =
      type({w.outChannels, w.channels / w.groups, w.kernel, w.kernel});
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "func.func @f(%x: " << x << ", %g: " << g << ") -> " << y
     << " {\n %q = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 1, "
        "encoding = bipolar, scale = array<f32: 0.5>>} : ("
     << x << ") -> " << x
     << "\n %0 = qnn.conv2d_filter_grad %q, %g {strides = array<i64: "
     << w.stride << ", " << w.stride
     << ">, dilations = array<i64: " << w.dilation << ", " << w.dilation
     << ">, pads = array<i64: " << w.pad << ", " << w.pad << ", " << w.pad
     << ", " << w.pad << ">, groups = " << w.groups << " : i64} : (" << x
     << ", " << g << ") -> " << y << "\n return %0 : " << y << "\n}";
  packAndCompare(text, target, w.groups);
}

INSTANTIATE_TEST_SUITE_P(
    Registers8, FilterGradientTest,
    testing::Combine(testing::Values("x86-64-v3"), testing::ValuesIn(windows)),
    [](const testing::TestParamInfo<WindowsParameter> &info) {
      std::string name = std::get<0>(info.param);
      llvm::replace(name, '-', '_');
      return name + "_" + std::get<1>(info.param).name;
    });

INSTANTIATE_TEST_SUITE_P(
    Registers16, FilterGradientTest,
    testing::Combine(testing::Values("x86-64-v4"),
                     testing::Values(windows[2], windows[5])),
    [](const testing::TestParamInfo<WindowsParameter> &info) {
      std::string name = std::get<0>(info.param);
      llvm::replace(name, '-', '_');
      return name + "_" + std::get<1>(info.param).name;
    });

} // namespace
