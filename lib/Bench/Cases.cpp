//===- Cases.cpp - The products that qnn-bench times ------------*- C++ -*-===//
//
// Types of weights by types of activations, on shapes of two kinds: square ones
// that stay in the caches, and those of networks. 3x3 convolutions are those of
// ResNet-18 on 224x224 images.
//
//===----------------------------------------------------------------------===//

#include "qnn/Bench/Cases.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/FormatVariadic.h"

using namespace qnn;
using Op = BenchCase::Op;
using IO = BenchCase::IO;

std::string BenchCase::shape() const {
  if (op == Op::Matmul)
    return llvm::formatv("{0}x{1}x{2}", width, channels, outChannels);
  std::string images = batch == 1 ? "" : std::to_string(batch) + "x";
  return llvm::formatv("{0}x{1}x{2}x{2}@{3}{4}x{5}", channels, outChannels,
                       kernel, images, height, width);
}

std::string BenchCase::name() const {
  return opName() + " " + types() + " " + ioName() + " " + shape();
}

int64_t BenchCase::multiplyAdds() const {
  return outputCount() * channels * kernel * kernel;
}

namespace {
struct TypePair {
  OperandType weights, activations;
};

struct Shape {
  Op op;
  int64_t batch, channels, outChannels, kernel, height, width;
};
} // namespace

static std::vector<TypePair> typePairs() {
  OperandType bipolar{"1", false, 1, Encoding::Bipolar};
  OperandType ternary{"t", false, 2, Encoding::Ternary};
  OperandType byte{"i8", false, 8, Encoding::Signed};
  OperandType real{"f32", true};
  auto weights = [](unsigned bits) {
    return OperandType{std::to_string(bits), false, bits, Encoding::Signed};
  };
  // Behind a ReLU there are no negative numbers.
  auto activations = [](unsigned bits) {
    return OperandType{std::to_string(bits), false, bits, Encoding::Unsigned};
  };
  return {{bipolar, bipolar},
          {bipolar, activations(2)},
          {weights(2), activations(2)},
          {weights(3), activations(3)},
          {weights(4), activations(4)},
          {bipolar, byte},
          {weights(2), byte},
          {weights(3), byte},
          {weights(4), byte},
          {ternary, byte},
          {byte, byte},
          {bipolar, real},
          {real, real}};
}

static Shape matmul(int64_t m, int64_t k, int64_t n) {
  return {Op::Matmul, 1, k, n, 1, 1, m};
}

static Shape conv(int64_t channels, int64_t size, int64_t batch = 1) {
  return {Op::Conv, batch, channels, channels, 3, size, size};
}

static std::vector<Shape> shapes() {
  return {matmul(256, 256, 256),
          matmul(1024, 1024, 1024),
          matmul(1, 4096, 4096),
          matmul(128, 4096, 4096),
          matmul(100, 4096, 4096),
          matmul(4096, 100, 4096),
          matmul(8192, 8192, 8192),
          conv(64, 56),
          conv(128, 28),
          conv(256, 14),
          conv(512, 7),
          conv(128, 32, 50)};
}

/// Training's shapes: batches of floats by binary weights.
static bool isBatch(const Shape &shape) {
  return shape.batch > 1 || (shape.op == Op::Matmul && shape.width >= 100 &&
                             shape.outChannels == 4096);
}

static bool isStandard(const BenchCase &c, const Shape &shape) {
  bool floats = c.activations.isFloat;
  bool binary = c.weights.bits == 1 && c.activations.bits == 1;
  if (c.isHuge())
    return false;
  if (shape.op == Op::Matmul && c.io == IO::Float && !floats)
    return false;
  if (binary && shape.op == Op::Matmul && shape.width == 128)
    return true;
  return floats ? shape.width != 128 : !isBatch(shape);
}

std::vector<BenchCase> qnn::allCases() {
  std::vector<BenchCase> cases;
  std::vector<Shape> allShapes = shapes();
  for (const TypePair &pair : typePairs())
    for (const Shape &s : allShapes)
      for (IO io : {IO::Packed, IO::Float}) {
        BenchCase c{s.op,     io,         pair.weights,  pair.activations,
                    s.batch,  s.channels, s.outChannels, s.kernel,
                    s.height, s.width,    true};
        c.standard = isStandard(c, s);
        // Floats are not packed.
        if (io == IO::Float || !pair.activations.isFloat)
          cases.push_back(c);
      }
  return cases;
}
