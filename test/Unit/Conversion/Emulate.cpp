//===- Emulate.cpp - Instructions of other CPUs as arithmetic ---*- C++ -*-===//
//
// Written from the manuals of Intel and Arm.
//
//===----------------------------------------------------------------------===//

#include "Emulate.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
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

/// Lane i of the result is table[index[i]], of whose bits those beyond the
/// table's size do not count.
static Value permuted(ImplicitLocOpBuilder &b, Value table, Value index) {
  auto type = cast<VectorType>(table.getType());
  Type indexType = index.getType();
  auto constant = [&](int64_t value) {
    auto element = cast<VectorType>(indexType).getElementType();
    return arith::ConstantOp::create(
        b, DenseElementsAttr::get(cast<VectorType>(indexType),
                                  b.getIntegerAttr(element, value)));
  };
  int64_t lanes = type.getNumElements();
  index = arith::AndIOp::create(b, index, constant(lanes - 1));
  Value result = table;
  for (int64_t lane = 0; lane < lanes; ++lane) {
    Value element = vector::ExtractOp::create(b, table, lane);
    Value all = vector::BroadcastOp::create(b, type, element);
    Value here = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, index,
                                       constant(lane));
    result = arith::SelectOp::create(b, here, all, result);
  }
  return result;
}

/// Null for a name that is not known.
static Value emulate(ImplicitLocOpBuilder &b, StringRef name, ValueRange args) {
  if (name.contains("pmadd.ub.sw") || name.contains("pmaddubs"))
    return saturated(b,
                     sumPairs(b, products(b, args[0], false, args[1], true)));
  if (name.contains("pmadd.wd") || name.contains("pmaddw.d"))
    return sumPairs(b, products(b, args[0], true, args[1], true));
  if (name.contains("permvar") || name.contains("permps"))
    return permuted(b, args[0], args[1]);
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
