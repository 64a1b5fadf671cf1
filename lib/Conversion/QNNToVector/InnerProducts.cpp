//===- InnerProducts.cpp - The table of kernels -----------------*- C++ -*-===//

#include "InnerProduct.h"

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

int64_t qnn::blocksOfNarrowTile(const Contraction &c, int64_t pixels) {
  return c.tilePixels / pixels >= 4 ? 4 : 1;
}

int64_t qnn::blocksOfOnePixel(const Contraction &c, int64_t pixels) {
  if (pixels > 1)
    return 1;
  // Some are for operands.
  int64_t registers = c.target.getRegisters() - 4;
  return std::clamp<int64_t>(registers * c.lanes / c.tileChannels, 1, 4);
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
    return createLookupProduct(c);
  }
  llvm_unreachable("unknown kernel");
}
