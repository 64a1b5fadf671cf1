//===- RecurrentLayer.cpp - Recurrent layers on registers -------*- C++ -*-===//

#include "RecurrentLayer.h"
#include "qnn/Target/Target.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace qnn;

void RecurrentLayer::chooseRegisters(Operation *op) {
  TargetAttr target = getTarget(op);
  lanes = target.getVectorBits() / 32;
  auto [pixels, channels] = chooseTile(target, KernelKind::F32Fma);
  accumulators = pixels * channels / lanes;
}

Value RecurrentLayer::stepOf(ImplicitLocOpBuilder &b, Value s) const {
  if (!reverse)
    return s;
  return arith::SubIOp::create(b, constantIndex(b, steps - 1), s);
}

Value RecurrentLayer::activeRows(ImplicitLocOpBuilder &b, Value t,
                                 Value firstRow, int64_t lanes) const {
  if (!lengths)
    return {};
  Value limits = readLanes(b, lengths, firstRow, lanes);
  Value step = arith::IndexCastOp::create(b, b.getI64Type(), t);
  Value steps = vector::BroadcastOp::create(b, limits.getType(), step);
  return arith::CmpIOp::create(b, arith::CmpIPredicate::slt, steps, limits);
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

Value qnn::createBuffer(ImplicitLocOpBuilder &b, ArrayRef<int64_t> shape) {
  auto type = RankedTensorType::get(shape, b.getF32Type());
  return bufferization::AllocTensorOp::create(b, type, ValueRange());
}

Values qnn::buildCarriedLoop(
    ImplicitLocOpBuilder &b, int64_t count, ValueRange carried,
    function_ref<Values(ImplicitLocOpBuilder &, Value, Values)> body) {
  auto loop = scf::ForOp::create(
      b, constantIndex(b, 0), constantIndex(b, count), constantIndex(b, 1),
      carried, [&](OpBuilder &nested, Location loc, Value i, ValueRange args) {
        ImplicitLocOpBuilder inner(loc, nested);
        scf::YieldOp::create(inner, body(inner, i, Values(args)));
      });
  return Values(loop.getResults());
}

Values qnn::buildRowBlocks(
    ImplicitLocOpBuilder &b, const RecurrentLayer &layer, Values carried,
    function_ref<Values(ImplicitLocOpBuilder &, Value, int64_t, Values)> body) {
  int64_t blocks = layer.batch / layer.lanes, left = layer.batch % layer.lanes;
  if (blocks > 0)
    carried = buildCarriedLoop(
        b, blocks, carried,
        [&](ImplicitLocOpBuilder &inner, Value i, Values values) {
          Value first = scaledIndex(inner, i, layer.lanes, 0);
          return body(inner, first, layer.lanes, std::move(values));
        });
  if (left > 0)
    carried = body(b, constantIndex(b, blocks * layer.lanes), left, carried);
  return carried;
}

Value qnn::buildTiles(
    ImplicitLocOpBuilder &b, int64_t total, int64_t most, Value carried,
    function_ref<Value(ImplicitLocOpBuilder &, Value, int64_t, Value)> body) {
  int64_t size = llvm::divideCeil(total, llvm::divideCeil(total, most));
  carried = buildCountLoop(
      b, total / size, carried,
      [&](ImplicitLocOpBuilder &inner, Value i, Value value) {
        return body(inner, scaledIndex(inner, i, size, 0), size, value);
      });
  int64_t left = total % size;
  if (left > 0)
    carried = body(b, constantIndex(b, total - left), left, carried);
  return carried;
}

//===----------------------------------------------------------------------===//
// Rows and lanes
//===----------------------------------------------------------------------===//

/// Squares of registers are turned by shuffles, where the rows are long enough.
static bool areSquares(int64_t lanes, int64_t width) {
  return llvm::isPowerOf2_64(lanes) && lanes >= 4 && width >= lanes;
}

/// First columns of the squares; the last one ends where the rows end, and may
/// overlap the one before.
static Value
overSquares(ImplicitLocOpBuilder &b, int64_t lanes, int64_t width,
            Value carried,
            function_ref<Value(ImplicitLocOpBuilder &, Value, Value)> body) {
  return buildCountLoop(b, llvm::divideCeil(width, lanes), carried,
                        [&](ImplicitLocOpBuilder &inner, Value i, Value value) {
                          Value column = scaledIndex(inner, i, lanes, 0);
                          if (width % lanes != 0)
                            column = arith::MinSIOp::create(
                                inner, column,
                                constantIndex(inner, width - lanes));
                          return body(inner, column, value);
                        });
}

static Values with(Values indices, Value last) {
  indices.push_back(last);
  return indices;
}

Value qnn::rowsToLanes(
    ImplicitLocOpBuilder &b, int64_t lanes, Value tensor, RowIndices row,
    Value carried,
    function_ref<Value(ImplicitLocOpBuilder &, Value, Value, Value)> write) {
  int64_t width = tensorType(tensor).getShape().back();
  // The same in all columns.
  SmallVector<Values> rows;
  for (int64_t l = 0; l < lanes; ++l)
    rows.push_back(row(b, l));
  if (areSquares(lanes, width))
    return overSquares(
        b, lanes, width, carried,
        [&](ImplicitLocOpBuilder &inner, Value column, Value value) {
          Values vectors;
          for (const Values &indices : rows)
            vectors.push_back(
                readLanes(inner, tensor, with(indices, column), lanes));
          for (auto [i, vector] :
               llvm::enumerate(transposeLanes(inner, vectors)))
            value =
                write(inner, scaledIndex(inner, column, 1, i), vector, value);
          return value;
        });
  return buildCountLoop(
      b, width, carried,
      [&](ImplicitLocOpBuilder &inner, Value column, Value value) {
        Values elements;
        for (const Values &indices : rows)
          elements.push_back(
              tensor::ExtractOp::create(inner, tensor, with(indices, column)));
        Value vector = vector::FromElementsOp::create(
            inner, vectorOf(lanes, inner.getF32Type()), elements);
        return write(inner, column, vector, value);
      });
}

Value qnn::lanesToRows(
    ImplicitLocOpBuilder &b, int64_t lanes, Value tensor, RowIndices row,
    function_ref<Value(ImplicitLocOpBuilder &, Value)> read) {
  int64_t width = tensorType(tensor).getShape().back();
  SmallVector<Values> rows;
  for (int64_t l = 0; l < lanes; ++l)
    rows.push_back(row(b, l));
  if (areSquares(lanes, width))
    return overSquares(
        b, lanes, width, tensor,
        [&](ImplicitLocOpBuilder &inner, Value column, Value out) {
          Values vectors;
          for (int64_t i = 0; i < lanes; ++i)
            vectors.push_back(read(inner, scaledIndex(inner, column, 1, i)));
          for (auto [indices, vector] :
               llvm::zip_equal(rows, transposeLanes(inner, vectors)))
            out = writeLanes(inner, vector, out, with(indices, column));
          return out;
        });
  return buildCountLoop(
      b, width, tensor,
      [&](ImplicitLocOpBuilder &inner, Value column, Value out) {
        Value vector = read(inner, column);
        for (auto [l, indices] : llvm::enumerate(rows)) {
          Value element = vector::ExtractOp::create(
              inner, vector, ArrayRef<int64_t>{int64_t(l)});
          out = tensor::InsertOp::create(inner, element, out,
                                         with(indices, column));
        }
        return out;
      });
}

/// `contract` never makes a call of fmaf.
Value qnn::multiplyAdd(ImplicitLocOpBuilder &b, Value x, Value y, Value sum) {
  auto contract = arith::FastMathFlags::contract;
  Value product = arith::MulFOp::create(b, x, y, contract);
  return arith::AddFOp::create(b, sum, product, contract);
}
