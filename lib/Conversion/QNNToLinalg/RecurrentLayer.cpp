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
  accumulators = target.getRegisters() * 3 / 4;
}

Value RecurrentLayer::stepOf(ImplicitLocOpBuilder &b, Value s) const {
  if (!reverse)
    return s;
  return arith::SubIOp::create(b, constantIndex(b, steps - 1), s);
}

Value RecurrentLayer::activeRows(ImplicitLocOpBuilder &b, Value t,
                                 RowBlock rows) const {
  if (!lengths)
    return {};
  Value limits = readLanes(b, lengths, rows.first, rows.lanes);
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
    ImplicitLocOpBuilder &b, int64_t batch, bool backwards, Values carried,
    function_ref<Values(ImplicitLocOpBuilder &, RowBlock, Values)> body) {
  int64_t blocks = batch / kSavedRows, left = batch % kSavedRows;
  if (blocks > 0)
    carried = buildCarriedLoop(
        b, blocks, carried,
        [&](ImplicitLocOpBuilder &inner, Value i, Values values) {
          Value number = i;
          if (backwards)
            number = arith::SubIOp::create(inner,
                                           constantIndex(inner, blocks - 1), i);
          Value first = scaledIndex(inner, number, kSavedRows, 0);
          return body(inner, {first, kSavedRows, number}, std::move(values));
        });
  if (left > 0)
    carried = body(
        b,
        {constantIndex(b, blocks * kSavedRows), left, constantIndex(b, blocks)},
        carried);
  return carried;
}

Value qnn::savedIndex(ImplicitLocOpBuilder &b, RowBlock block, int64_t slots,
                      int64_t values, Value slot, Value value) {
  Value before = scaledIndex(b, block.first, slots * values, 0);
  Value row = arith::AddIOp::create(b, scaledIndex(b, slot, values, 0), value);
  return arith::AddIOp::create(b, before, scaledIndex(b, row, block.lanes, 0));
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

namespace {
/// The rows of a register, in a tensor: the indices of each but the last one.
struct RegisterRows {
  ColumnPart part; ///< `column` is not set
  SmallVector<Values> indices;
};
} // namespace

static RegisterRows rowsAt(ImplicitLocOpBuilder &b, RowBlock block, Value lane,
                           int64_t lanes, RowIndices row) {
  Value first = arith::AddIOp::create(b, block.first, lane);
  RegisterRows rows = {{{first, lanes, {}}, lane, {}}, {}};
  for (int64_t l = 0; l < lanes; ++l)
    rows.indices.push_back(row(b, scaledIndex(b, first, 1, l)));
  return rows;
}

/// carried = body(rows, column, carried)
using ColumnBody =
    function_ref<Value(ImplicitLocOpBuilder &, RegisterRows, Value, Value)>;

/// For each register of the block, all columns of `width`: squares from a
/// column on where there are such, else one.
static Value overColumns(ImplicitLocOpBuilder &b, const RecurrentLayer &layer,
                         RowBlock block, int64_t width, RowIndices row,
                         Value carried, ColumnBody square, ColumnBody one) {
  auto ofRegister = [&](ImplicitLocOpBuilder &outer, Value lane, int64_t lanes,
                        Value value) {
    // The same in all columns.
    RegisterRows rows = rowsAt(outer, block, lane, lanes, row);
    auto ofRows = [&](ColumnBody body) {
      return [&rows, body](ImplicitLocOpBuilder &inner, Value column,
                           Value carried) {
        return body(inner, rows, column, carried);
      };
    };
    return areSquares(lanes, width)
               ? overSquares(outer, lanes, width, value, ofRows(square))
               : buildCountLoop(outer, width, value, ofRows(one));
  };
  int64_t full = block.lanes / layer.lanes, left = block.lanes % layer.lanes;
  if (full > 0)
    carried =
        buildCountLoop(b, full, carried,
                       [&](ImplicitLocOpBuilder &inner, Value i, Value value) {
                         Value lane = scaledIndex(inner, i, layer.lanes, 0);
                         return ofRegister(inner, lane, layer.lanes, value);
                       });
  if (left > 0)
    carried =
        ofRegister(b, constantIndex(b, full * layer.lanes), left, carried);
  return carried;
}

Value qnn::rowsToLanes(
    ImplicitLocOpBuilder &b, const RecurrentLayer &layer, RowBlock block,
    Value tensor, RowIndices row, Value carried,
    function_ref<Value(ImplicitLocOpBuilder &, ColumnPart, Value, Value)>
        write) {
  auto square = [&](ImplicitLocOpBuilder &inner, RegisterRows rows,
                    Value column, Value value) {
    Values vectors;
    for (const Values &indices : rows.indices)
      vectors.push_back(readLanes(inner, tensor, with(indices, column),
                                  rows.part.rows.lanes));
    for (auto [i, vector] : llvm::enumerate(transposeLanes(inner, vectors))) {
      rows.part.column = scaledIndex(inner, column, 1, i);
      value = write(inner, rows.part, vector, value);
    }
    return value;
  };
  auto one = [&](ImplicitLocOpBuilder &inner, RegisterRows rows, Value column,
                 Value value) {
    Values elements;
    for (const Values &indices : rows.indices)
      elements.push_back(
          tensor::ExtractOp::create(inner, tensor, with(indices, column)));
    rows.part.column = column;
    Value vector = vector::FromElementsOp::create(
        inner, vectorOf(rows.part.rows.lanes, inner.getF32Type()), elements);
    return write(inner, rows.part, vector, value);
  };
  int64_t width = tensorType(tensor).getShape().back();
  return overColumns(b, layer, block, width, row, carried, square, one);
}

Value qnn::writeColumn(ImplicitLocOpBuilder &b, ColumnPart part, Value lanes,
                       Value buffer) {
  return writeLanes(b, lanes, buffer, {part.column, part.lane});
}

Value qnn::lanesToRows(
    ImplicitLocOpBuilder &b, const RecurrentLayer &layer, RowBlock block,
    Value tensor, RowIndices row,
    function_ref<Value(ImplicitLocOpBuilder &, ColumnPart)> read) {
  auto square = [&](ImplicitLocOpBuilder &inner, RegisterRows rows,
                    Value column, Value out) {
    Values vectors;
    for (int64_t i = 0; i < rows.part.rows.lanes; ++i) {
      rows.part.column = scaledIndex(inner, column, 1, i);
      vectors.push_back(read(inner, rows.part));
    }
    for (auto [indices, vector] :
         llvm::zip_equal(rows.indices, transposeLanes(inner, vectors)))
      out = writeLanes(inner, vector, out, with(indices, column));
    return out;
  };
  auto one = [&](ImplicitLocOpBuilder &inner, RegisterRows rows, Value column,
                 Value out) {
    rows.part.column = column;
    Value vector = read(inner, rows.part);
    for (auto [l, indices] : llvm::enumerate(rows.indices)) {
      Value element = vector::ExtractOp::create(inner, vector,
                                                ArrayRef<int64_t>{int64_t(l)});
      out =
          tensor::InsertOp::create(inner, element, out, with(indices, column));
    }
    return out;
  };
  int64_t width = tensorType(tensor).getShape().back();
  return overColumns(b, layer, block, width, row, tensor, square, one);
}

/// `contract` never makes a call of fmaf.
Value qnn::multiplyAdd(ImplicitLocOpBuilder &b, Value x, Value y, Value sum) {
  auto contract = arith::FastMathFlags::contract;
  Value product = arith::MulFOp::create(b, x, y, contract);
  return arith::AddFOp::create(b, sum, product, contract);
}
