//===- InnerProducts.cpp - The table of kernels -----------------*- C++ -*-===//

#include "InnerProduct.h"
#include "qnn/Arith/Packing.h"
#include "qnn/Target/Target.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace qnn;

Value qnn::broadcast(ImplicitLocOpBuilder &b, VectorType type, Value scalar) {
  return vector::BroadcastOp::create(b, type, scalar);
}

Value qnn::popcount(ImplicitLocOpBuilder &b, Value words) {
  return math::CtPopOp::create(b, words);
}

int64_t qnn::blocksOfNarrowTile(const Contraction &c, int64_t pixels,
                                int64_t left) {
  return c.tilePixels / pixels >= 4 && left >= 4 ? 4 : 1;
}

int64_t qnn::blocksOfOnePixel(const Contraction &c, int64_t pixels,
                              int64_t left) {
  if (pixels > 1)
    return 1;
  // Some are for operands.
  int64_t registers = c.target.getRegisters() - 4;
  int64_t most =
      std::clamp<int64_t>(registers * c.lanes / c.tileChannels, 1, 4);
  return left < most ? 1 : most;
}

int64_t qnn::unitsOfCachedWeights(const Contraction &c, int64_t blocks,
                                  int64_t bytes) {
  if (c.isConv || c.g.outWidth <= c.tilePixels)
    return 0;
  return getCacheBytes(c.target) / 2 / (blocks * c.tileChannels * bytes);
}

Value qnn::callIntrinsic(ImplicitLocOpBuilder &b, StringRef name, Type type,
                         ValueRange operands) {
  return LLVM::CallIntrinsicOp::create(b, type, b.getStringAttr(name), operands)
      .getResults();
}

TileSums qnn::inRows(TileShape tile, ArrayRef<Value> sums) {
  TileSums rows;
  for (int64_t m = 0; m < tile.pixels; ++m)
    rows.emplace_back(sums.slice(m * tile.vectors, tile.vectors));
  return rows;
}

Value qnn::sumOfPlanes(ImplicitLocOpBuilder &b, const UnitReader &reader,
                       int64_t m, int64_t words, CodeAttr code) {
  Value sum;
  for (int64_t word = 0; word < words; ++word)
    for (unsigned p = 0; p < code.getBits(); ++p) {
      Value count =
          popcount(b, reader.activation(m, word * code.getBits() + p));
      int32_t weight = code.isBipolar()
                           ? 1
                           : planeWeight(p, code.getBits(), code.getEncoding());
      if (weight != 1)
        count = arith::MulIOp::create(b, count,
                                      integerOf(b, count.getType(), weight));
      sum = sum ? arith::AddIOp::create(b, sum, count) : count;
    }
  return sum;
}

/// By the activations: floats, codes in bytes or in words.
static std::unique_ptr<InnerProduct> createLookup(const Contraction &c) {
  if (!c.op.getActivationCode())
    return createFloatLookup(c);
  auto type = cast<RankedTensorType>(c.op.getActivations().getType());
  if (type.getElementType().isInteger(8))
    return createByteLookup(c);
  return createWordLookup(c);
}

std::unique_ptr<InnerProduct> InnerProduct::create(const Contraction &c) {
  switch (c.kind) {
  case KernelKind::XnorPopcount:
    return createXnorProduct(c);
  case KernelKind::BitSerial:
    return createBitSerialProduct(c);
  case KernelKind::Int8Dot:
    return createInt8Product(c);
  case KernelKind::F32Fma:
    return createF32Product(c);
  case KernelKind::Lookup:
    return createLookup(c);
  }
  llvm_unreachable("unknown kernel");
}
