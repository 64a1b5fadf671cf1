//===- ProductModels.cpp - Matmuls and convolutions -------------*- C++ -*-===//

#include "Convolution.h"
#include "Models.h"
#include "qnn/Arith/Code.h"

using namespace mlir;
using namespace qnn;

/// Codes as numbers.
static std::vector<int64_t> numbersOf(const Tensor &tensor, CodeAttr code) {
  std::vector<int64_t> table(256), numbers(tensor.integers.size());
  for (int64_t pattern = 0; pattern < 256; ++pattern)
    table[pattern] = numberOf(pattern, code, {});
  for (size_t i = 0; i < numbers.size(); ++i)
    numbers[i] = table[tensor.integers[i] & 255];
  return numbers;
}

static std::vector<double> doublesOf(const Tensor &tensor) {
  return {tensor.floats.begin(), tensor.floats.end()};
}

//===----------------------------------------------------------------------===//
// Matmul
//===----------------------------------------------------------------------===//

/// [.., K, N] to [.., N, K].
static std::vector<double> transposeLast(const std::vector<double> &matrices,
                                         int64_t k, int64_t n) {
  std::vector<double> result(matrices.size());
  for (size_t start = 0; start < matrices.size(); start += k * n)
    for (int64_t i = 0; i < k; ++i)
      for (int64_t j = 0; j < n; ++j)
        result[start + j * k + i] = matrices[start + i * n + j];
  return result;
}

/// For each matrix of the result the number of the operand's matrix, leading
/// dimensions broadcast.
static SmallVector<int64_t> matrixNumbers(const Tensor &operand,
                                          const Tensor &result) {
  ArrayRef<int64_t> batch = ArrayRef(result.shape).drop_back(2);
  ArrayRef<int64_t> own = ArrayRef(operand.shape).drop_back(2);
  SmallVector<int64_t> strides(batch.size(), 0), numbers;
  for (int64_t d = own.size() - 1, stride = 1; d >= 0; stride *= own[d--])
    if (own[d] != 1)
      strides[batch.size() - own.size() + d] = stride;
  forEachStrided(batch, strides, 0,
                 [&](int64_t, int64_t number) { numbers.push_back(number); });
  return numbers;
}

static void evaluateMatmul(MatmulOp op, Operands in, Results out) {
  int64_t m = out[0].shape[out[0].rank() - 2], n = out[0].shape.back();
  int64_t k = in[0].shape.back();
  std::vector<double> lhs = doublesOf(in[0]), rhs = doublesOf(in[1]);
  if (!op.getTransposeRhs())
    rhs = transposeLast(rhs, k, n);
  std::vector<double> products(m * n);
  Real *result = out[0].floats.data();
  for (auto [a, b] :
       llvm::zip(matrixNumbers(in[0], out[0]), matrixNumbers(in[1], out[0]))) {
    multiply(lhs.data() + a * m * k, rhs.data() + b * n * k, m, n, k,
             products.data());
    result = llvm::copy(products, result);
  }
}

static void evaluateIMatmul(IMatmulOp op, Operands in, Results out) {
  std::vector<int64_t> lhs = numbersOf(in[0], op.getLhsCode());
  std::vector<int64_t> rhs = numbersOf(in[1], op.getRhsCode());
  multiply(lhs.data(), rhs.data(), in[0].shape[0], in[1].shape[0],
           in[0].shape[1], out[0].integers.data());
}

//===----------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------===//

/// Sizes of a convolution of tensors in ONNX's layouts.
template <typename OpTy>
static ContractionGeometry geometryOf(OpTy op, ArrayRef<int64_t> input,
                                      ArrayRef<int64_t> filter,
                                      ArrayRef<int64_t> result) {
  ContractionGeometry g;
  g.batch = input[0], g.inHeight = input[2], g.inWidth = input[3];
  g.outHeight = result[2], g.outWidth = result[3];
  g.outChannels = filter[0], g.channels = filter[1];
  g.kernelHeight = filter[2], g.kernelWidth = filter[3];
  g.groups = op.getGroups();
  g.strideHeight = op.getStrides()[0], g.strideWidth = op.getStrides()[1];
  g.dilationHeight = op.getDilations()[0];
  g.dilationWidth = op.getDilations()[1];
  g.padTop = op.getPads()[0], g.padLeft = op.getPads()[1];
  g.padBottom = op.getPads()[2], g.padRight = op.getPads()[3];
  return g;
}

static void evaluateConv2d(Conv2dOp op, Operands in, Results out) {
  ContractionGeometry g =
      geometryOf(op, in[0].shape, in[1].shape, out[0].shape);
  llvm::copy(convolve<double>(doublesOf(in[0]), doublesOf(in[1]), g,
                              padNumber(op.getPadValue())),
             out[0].floats.begin());
}

/// Elements [A, H, W, C] as [A, C, H, W]; `shape` becomes the new one.
static std::vector<int64_t> channelsFirst(const std::vector<int64_t> &elements,
                                          SmallVector<int64_t> &shape) {
  int64_t pixels = shape[1] * shape[2], channels = shape[3];
  std::vector<int64_t> result(elements.size());
  for (int64_t a = 0; a < shape[0]; ++a)
    for (int64_t p = 0; p < pixels; ++p)
      for (int64_t c = 0; c < channels; ++c)
        result[(a * channels + c) * pixels + p] =
            elements[(a * pixels + p) * channels + c];
  shape = {shape[0], channels, shape[1], shape[2]};
  return result;
}

/// Elements [A, C, pixels] as [A, pixels, C].
static void channelsLast(const std::vector<int64_t> &elements, int64_t channels,
                         int64_t pixels, std::vector<int64_t> &result) {
  for (size_t i = 0; i < elements.size(); ++i) {
    int64_t a = i / (channels * pixels), c = i / pixels % channels;
    result[(a * pixels + i % pixels) * channels + c] = elements[i];
  }
}

static void evaluateIConv2d(IConv2dOp op, Operands in, Results out) {
  SmallVector<int64_t> image = in[0].shape, filter = in[1].shape;
  std::vector<int64_t> x =
      channelsFirst(numbersOf(in[0], op.getLhsCode()), image);
  std::vector<int64_t> weights =
      channelsFirst(numbersOf(in[1], op.getRhsCode()), filter);
  ArrayRef<int64_t> result = out[0].shape;
  ContractionGeometry g = geometryOf(
      op, image, filter, {result[0], result[3], result[1], result[2]});
  channelsLast(convolve<int64_t>(x, weights, g, padNumber(op.getPadValue())),
               g.outChannels, g.outHeight * g.outWidth, out[0].integers);
}

void qnn::attachProductModels(MLIRContext *context) {
  attach<evaluateMatmul>(context);
  attach<evaluateIMatmul>(context);
  attach<evaluateConv2d>(context);
  attach<evaluateIConv2d>(context);
}
