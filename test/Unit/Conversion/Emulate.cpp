//===- Emulate.cpp - Instructions of other CPUs as arithmetic ---*- C++ -*-===//
//
// Written from the manuals of Intel and Arm.
//
//===----------------------------------------------------------------------===//

#include "Emulate.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;

static Value extended(ImplicitLocOpBuilder &b, Value x, bool isSigned) {
  Type type = cast<VectorType>(x.getType()).clone(b.getI32Type());
  if (isSigned)
    return arith::ExtSIOp::create(b, type, x);
  return arith::ExtUIOp::create(b, type, x);
}

/// x[0] * y[0] + x[1] * y[1] in lane 0, and so on.
static Value sumPairs(ImplicitLocOpBuilder &b, Value products) {
  auto halves = vector::DeinterleaveOp::create(b, products);
  return arith::AddIOp::create(b, halves.getRes1(), halves.getRes2());
}

static Value products(ImplicitLocOpBuilder &b, Value x, bool xSigned, Value y,
                      bool ySigned) {
  return arith::MulIOp::create(b, extended(b, x, xSigned),
                               extended(b, y, ySigned));
}

static Value splat(ImplicitLocOpBuilder &b, Type type, int32_t number) {
  return arith::ConstantOp::create(
      b, DenseElementsAttr::get(cast<VectorType>(type),
                                b.getI32IntegerAttr(number)));
}

static Value saturated(ImplicitLocOpBuilder &b, Value sums) {
  Type type = sums.getType();
  sums = arith::MaxSIOp::create(b, sums, splat(b, type, -32768));
  sums = arith::MinSIOp::create(b, sums, splat(b, type, 32767));
  return arith::TruncIOp::create(
      b, cast<VectorType>(type).clone(b.getI16Type()), sums);
}

/// Lane i of the result is table[index[i]] of the table of `size` elements that
/// lane i is in, of which a register has one or several; 0 where the index has
/// one of the bits `outside`. A loop over the lanes: the code of a kernel stays
/// short.
static Value permuted(ImplicitLocOpBuilder &b, Value table, Value index,
                      int64_t size, int64_t outside) {
  auto type = cast<VectorType>(table.getType());
  auto constant = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(b, value);
  };
  Value none = arith::ConstantOp::create(b, b.getZeroAttr(type));
  Value zero =
      arith::ConstantOp::create(b, b.getZeroAttr(type.getElementType()));
  auto loop =
      scf::ForOp::create(b, constant(0), constant(type.getNumElements()),
                         constant(1), ValueRange(none));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Value lane = loop.getInductionVar();
  Value i = vector::ExtractOp::create(b, index, OpFoldResult(lane));
  i = arith::IndexCastUIOp::create(b, b.getIndexType(), i);
  Value isOutside = arith::CmpIOp::create(
      b, arith::CmpIPredicate::ne,
      arith::AndIOp::create(b, i, constant(outside)), constant(0));
  Value first = arith::AndIOp::create(b, lane, constant(-size));
  Value at = arith::AddIOp::create(
      b, first, arith::AndIOp::create(b, i, constant(size - 1)));
  Value entry = vector::ExtractOp::create(b, table, OpFoldResult(at));
  entry = arith::SelectOp::create(b, isOutside, zero, entry);
  Value result = vector::InsertOp::create(b, entry, loop.getRegionIterArg(0),
                                          OpFoldResult(lane));
  scf::YieldOp::create(b, result);
  return loop.getResult(0);
}

/// Null for a name that is not known.
static Value emulate(ImplicitLocOpBuilder &b, StringRef name, ValueRange args) {
  if (name.contains("pmadd.ub.sw") || name.contains("pmaddubs"))
    return saturated(b,
                     sumPairs(b, products(b, args[0], false, args[1], true)));
  if (name.contains("pmadd.wd") || name.contains("pmaddw.d"))
    return sumPairs(b, products(b, args[0], true, args[1], true));
  if (name.contains("permvar") || name.contains("permps"))
    return permuted(b, args[0], args[1],
                    cast<VectorType>(args[0].getType()).getNumElements(), 0);
  if (name.contains("pshuf.b"))
    return permuted(b, args[0], args[1], 16, 0x80);
  if (name.contains(".tbl1."))
    return permuted(b, args[0], args[1], 16, 0xf0);
  bool mixed = name.contains("vpdpbusd") || name.contains(".usdot.");
  bool isSigned = name.contains(".sdot.");
  if (!mixed && !isSigned && !name.contains(".udot."))
    return {};
  Value quads = products(b, args[1], isSigned, args[2], mixed || isSigned);
  return arith::AddIOp::create(b, args[0], sumPairs(b, sumPairs(b, quads)));
}

namespace {
struct EmulateInstructions
    : PassWrapper<EmulateInstructions, OperationPass<ModuleOp>> {
  void runOnOperation() override {
    getOperation()->walk([](LLVM::CallIntrinsicOp call) {
      ImplicitLocOpBuilder b(call.getLoc(), call);
      Value result = emulate(b, call.getIntrin(), call.getArgs());
      if (!result)
        return;
      call->getResult(0).replaceAllUsesWith(result);
      call->erase();
    });
  }
};
} // namespace

std::unique_ptr<Pass> createEmulateInstructions() {
  return std::make_unique<EmulateInstructions>();
}
