//===- RecurrentLayer.h - Recurrent layers on registers ---------*- C++ -*-===//
//
// The lanes of all registers are rows of the batch. A block of rows walks
// through all steps on its own, so blocks may run on threads, and each row's
// numbers are the same in any block. What a block keeps lies together: a step
// reads and writes one piece of memory.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_LIB_CONVERSION_QNNTOLINALG_RECURRENTLAYER_H
#define QNN_LIB_CONVERSION_QNNTOLINALG_RECURRENTLAYER_H

#include "Lanes.h"
#include "qnn/Dialect/QNN/IR/Training.h"
#include "llvm/Support/MathExtras.h"

namespace qnn {

/// Rows of the batch, one in each lane of a value: a block, or of a block as
/// many as a register of the CPU has lanes.
struct RowBlock {
  mlir::Value first;
  int64_t lanes;
  mlir::Value number; ///< of a block, among all
};

/// What forward and backward loops of a layer share.
struct RecurrentLayer {
  RecurrentCell cell;
  bool hard, reverse;
  QuantizerAttr hiddenQuantizer, cellQuantizer;
  int64_t steps, batch, hidden, gates, states, saved;
  mlir::Value weights, lengths;
  int64_t lanes;        ///< of a register of the CPU
  int64_t accumulators; ///< registers that sums may take

  template <typename OpTy>
  RecurrentLayer(OpTy op, int64_t steps, int64_t batch)
      : cell(op.getCell()), hard(op.getHard()), reverse(op.getReverse()),
        hiddenQuantizer(op.getHiddenQuantizerAttr()),
        cellQuantizer(op.getCellQuantizerAttr()), steps(steps), batch(batch),
        hidden(tensorType(op.getWeights()).getDimSize(1)), gates(gatesOf(cell)),
        states(statesOf(cell)), saved(savedOf(cell)), weights(op.getWeights()),
        lengths(op.getLengths()) {
    chooseRegisters(op);
  }

  /// Row of gate or saved value `i` of a unit, plus `more`.
  mlir::Value rowOf(ImplicitLocOpBuilder &b, int64_t i, mlir::Value unit,
                    int64_t more = 0) const {
    return scaledIndex(b, unit, 1, i * hidden + more);
  }

  /// Registers of one value of all rows of a block.
  int64_t registersOf(int64_t rows) const {
    return llvm::divideCeil(rows, lanes);
  }

  /// The step that is the s-th of the walk.
  mlir::Value stepOf(ImplicitLocOpBuilder &b, mlir::Value s) const;

  /// i1 lanes: does the row still go on in step t? Null where all do.
  mlir::Value activeRows(ImplicitLocOpBuilder &b, mlir::Value t,
                         RowBlock rows) const;

private:
  void chooseRegisters(mlir::Operation *op);
};

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

using Values = llvm::SmallVector<mlir::Value>;

/// Memory of its own. Two tensor.empty of one type are one value after CSE, and
/// then one memory, though loops write both.
mlir::Value createBuffer(ImplicitLocOpBuilder &b,
                         llvm::ArrayRef<int64_t> shape);

/// for i in [0, count): carried = body(i, carried).
Values buildCarriedLoop(
    ImplicitLocOpBuilder &b, int64_t count, mlir::ValueRange carried,
    llvm::function_ref<Values(ImplicitLocOpBuilder &, mlir::Value, Values)>
        body);

/// Blocks of at most kSavedRows rows: body(block, carried). `backwards` the
/// first block is the last one, of which most is still in the cache.
Values buildRowBlocks(
    ImplicitLocOpBuilder &b, int64_t batch, bool backwards, Values carried,
    llvm::function_ref<Values(ImplicitLocOpBuilder &, RowBlock, Values)> body);

/// Where the lanes of one value of a block begin: element `value` of `slot`,
/// in blocks of `slots` slots of `values` values.
mlir::Value savedIndex(ImplicitLocOpBuilder &b, RowBlock block, int64_t slots,
                       int64_t values, mlir::Value slot, mlir::Value value);

/// 0 .. total - 1 in tiles of about the same size, at most `most`:
/// body(first, size, carried).
mlir::Value
buildTiles(ImplicitLocOpBuilder &b, int64_t total, int64_t most,
           mlir::Value carried,
           llvm::function_ref<mlir::Value(ImplicitLocOpBuilder &, mlir::Value,
                                          int64_t, mlir::Value)>
               body);

//===----------------------------------------------------------------------===//
// Rows and lanes
//===----------------------------------------------------------------------===//

/// A row of the batch in a tensor: its indices but the last one.
using RowIndices =
    llvm::function_ref<Values(ImplicitLocOpBuilder &, mlir::Value row)>;

/// Column `column` of the rows of a register, `lane` their first in the block.
struct ColumnPart {
  RowBlock rows;
  mlir::Value lane, column;
};

/// carried = write(part, register, carried) for all columns of `tensor` and
/// registers of the block.
mlir::Value
rowsToLanes(ImplicitLocOpBuilder &b, const RecurrentLayer &layer,
            RowBlock block, mlir::Value tensor, RowIndices row,
            mlir::Value carried,
            llvm::function_ref<mlir::Value(ImplicitLocOpBuilder &, ColumnPart,
                                           mlir::Value, mlir::Value)>
                write);

/// `buffer` `[columns, rows of the block]` with the lanes of a part.
mlir::Value writeColumn(ImplicitLocOpBuilder &b, ColumnPart part,
                        mlir::Value lanes, mlir::Value buffer);

/// `tensor` with the rows of the block, whose columns are read(part),
/// registers.
mlir::Value lanesToRows(
    ImplicitLocOpBuilder &b, const RecurrentLayer &layer, RowBlock block,
    mlir::Value tensor, RowIndices row,
    llvm::function_ref<mlir::Value(ImplicitLocOpBuilder &, ColumnPart)> read);

/// sum + x * y, fused where the CPU can.
mlir::Value multiplyAdd(ImplicitLocOpBuilder &b, mlir::Value x, mlir::Value y,
                        mlir::Value sum);

//===----------------------------------------------------------------------===//
// Cells
//===----------------------------------------------------------------------===//

/// The formulas of a cell, of one unit; all values are registers.
class CellMath {
public:
  CellMath(ImplicitLocOpBuilder &b, const RecurrentLayer &layer)
      : b(b), layer(layer) {}

  /// States, then what is saved besides, from the gates' sums. Of a GRU the
  /// third sum is r_h, and `projection` is p_h.
  Values forward(llvm::ArrayRef<mlir::Value> sums, mlir::Value projection,
                 llvm::ArrayRef<mlir::Value> before);

  /// Gradients of the gates' sums, and of the states before; of h the part that
  /// does not pass the weights, or null. `recurrent` is that of a GRU's r_h.
  struct Gradients {
    Values sums;
    mlir::Value recurrent, hidden, cell;
  };
  /// From what forward returned and the gradients of the new states.
  Gradients backward(llvm::ArrayRef<mlir::Value> values,
                     llvm::ArrayRef<mlir::Value> before, mlir::Value dh,
                     mlir::Value dc);

private:
  Values forwardGRU(llvm::ArrayRef<mlir::Value> sums, mlir::Value projection,
                    mlir::Value before);
  Values forwardLSTM(llvm::ArrayRef<mlir::Value> sums, mlir::Value before);
  Gradients backwardRNN(llvm::ArrayRef<mlir::Value> values, mlir::Value dh);
  Gradients backwardGRU(llvm::ArrayRef<mlir::Value> values, mlir::Value before,
                        mlir::Value dh);
  Gradients backwardLSTM(llvm::ArrayRef<mlir::Value> values, mlir::Value before,
                         mlir::Value dh, mlir::Value dc);

  mlir::Value number(mlir::Value like, double value);
  mlir::Value rest(mlir::Value x);
  mlir::Value sigmoid(mlir::Value x);
  mlir::Value tanh(mlir::Value x);
  // Derivatives, given the function's value, times `grad`.
  mlir::Value throughSigmoid(mlir::Value y, mlir::Value grad);
  mlir::Value throughTanh(mlir::Value y, mlir::Value grad);
  mlir::Value quantize(QuantizerAttr quantizer, mlir::Value x);
  mlir::Value throughQuantizer(QuantizerAttr quantizer, mlir::Value x,
                               mlir::Value grad);
  mlir::Value nextHidden(mlir::Value z, mlir::Value n, mlir::Value before);
  mlir::Value nextCell(mlir::Value f, mlir::Value c, mlir::Value i,
                       mlir::Value g);

  ImplicitLocOpBuilder &b;
  const RecurrentLayer &layer;
};

} // namespace qnn

#endif // QNN_LIB_CONVERSION_QNNTOLINALG_RECURRENTLAYER_H
