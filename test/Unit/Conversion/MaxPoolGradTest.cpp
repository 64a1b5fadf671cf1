//===- MaxPoolGradTest.cpp - Gradients of max pooling, bit for bit --------===//
//
// Images have few different numbers, so windows have many greatest elements;
// the sums of the gradients are exact.
//
//===----------------------------------------------------------------------===//

#include "Native.h"
#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace qnn;

namespace {

struct Case {
  const char *name, *image, *grad, *attributes;
};

void PrintTo(const Case &c, std::ostream *out) { *out << c.name; }

std::string programOf(const Case &c) {
  std::string image = "tensor<" + std::string(c.image) + "xf32>";
  std::string grad = "tensor<" + std::string(c.grad) + "xf32>";
  return "func.func @f(%x: " + image + ", %g: " + grad + ") -> " + image +
         " {\n %y = qnn.max_pool2d_grad %x, %g {" + c.attributes + "} : (" +
         image + ", " + grad + ") -> " + image + "\n return %y : " + image +
         "\n}";
}

class MaxPoolGrad : public testing::TestWithParam<Case> {
protected:
  void fill(Tensor &tensor, std::initializer_list<float> numbers) {
    for (float &x : tensor.floats)
      x = numbers.begin()[random() % numbers.size()];
  }

  void runOn(std::initializer_list<float> elements) {
    Program program(programOf(GetParam()));
    auto types = program.argumentTypes();
    llvm::SmallVector<Tensor> arguments{Tensor::zeros(types[0]),
                                        Tensor::zeros(types[1])};
    fill(arguments[0], elements);
    fill(arguments[1], {-2.0f, -0.25f, -0.0f, 0.5f, 1.0f, 3.0f});
    Tensor expected = program.interpret(arguments).front();
    Tensor actual = program.compileAndRun(arguments).front();
    ASSERT_EQ(expected.shape, actual.shape);
    for (size_t i = 0; i < expected.floats.size(); ++i) {
      EXPECT_EQ(expected.floats[i], actual.floats[i]) << "element " << i;
      EXPECT_EQ(std::signbit(expected.floats[i]),
                std::signbit(actual.floats[i]))
          << "element " << i;
    }
  }

  std::mt19937 random{1};
};

TEST_P(MaxPoolGrad, FirstOfEquals) { runOn({-1.0f, -0.0f, 0.0f, 0.5f}); }

TEST_P(MaxPoolGrad, Infinities) {
  runOn({-INFINITY, -INFINITY, -INFINITY, -INFINITY, 1.0f});
}

TEST_P(MaxPoolGrad, NaN) { runOn({NAN, -NAN, -1.0f, 2.0f, INFINITY}); }

const Case cases[] = {
    {"side_by_side", "2x3x8x6", "2x3x4x3",
     "kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>"},
    {"rest", "2x3x7x35", "2x3x3x17",
     "kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>"},
    {"one_row", "3x1x1x64", "3x1x1x32",
     "kernel = array<i64: 1, 2>, strides = array<i64: 1, 2>"},
    {"overlapping", "2x3x7x7", "2x3x4x4",
     "kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, pads = "
     "array<i64: 1, 1, 1, 1>"},
    {"every_pixel", "2x2x5x33", "2x2x5x33",
     "kernel = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>"},
    {"uneven_pads", "1x2x8x9", "1x2x4x5",
     "kernel = array<i64: 3, 2>, strides = array<i64: 2, 2>, pads = "
     "array<i64: 0, 1, 1, 0>"},
    {"gaps", "2x2x8x11", "2x2x3x4",
     "kernel = array<i64: 2, 2>, strides = array<i64: 3, 3>"},
    {"dilated", "2x2x9x9", "2x2x7x3",
     "kernel = array<i64: 2, 3>, strides = array<i64: 1, 2>, dilations = "
     "array<i64: 2, 2>"},
    {"dilated_padded", "1x2x6x7", "1x2x5x7",
     "kernel = array<i64: 2, 2>, dilations = array<i64: 3, 2>, pads = "
     "array<i64: 1, 1, 1, 1>"},
    {"whole_image", "2x3x5x7", "2x3x1x1", "kernel = array<i64: 5, 7>"},
    {"too_many_for_bytes", "1x2x17x17", "1x2x1x1",
     "kernel = array<i64: 17, 17>"},
};
INSTANTIATE_TEST_SUITE_P(Windows, MaxPoolGrad, testing::ValuesIn(cases));

} // namespace
