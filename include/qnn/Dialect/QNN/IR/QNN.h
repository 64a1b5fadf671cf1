//===- QNN.h - The qnn dialect ----------------------------------*- C++ -*-===//
//
// Dialect, attributes, interfaces and ops, as TableGen generates them.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_DIALECT_QNN_IR_QNN_H
#define QNN_DIALECT_QNN_IR_QNN_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "qnn/Arith/Enums.h"
#include "qnn/Dialect/QNN/IR/ContractionGeometry.h"

namespace qnn {
struct Tensor; // the reference evaluator's: qnn/Reference/Tensor.h

/// The op f satisfies f(x) <= f(y) for all x <= y, also after rounding to f32.
template <typename ConcreteOp>
class Increasing : public mlir::OpTrait::TraitBase<ConcreteOp, Increasing> {};

/// Checks the results against inferReturnTypes before the verifier of the op
/// runs, and reports once: MLIR's own check, which comes after it, would add
/// "failed to infer returned types".
template <typename ConcreteOp>
class Inferable : public mlir::OpTrait::TraitBase<ConcreteOp, Inferable> {
public:
  static llvm::LogicalResult verifyTrait(mlir::Operation *op) {
    llvm::SmallVector<mlir::Type> types;
    typename ConcreteOp::Adaptor adaptor(mlir::cast<ConcreteOp>(op));
    if (failed(ConcreteOp::inferReturnTypes(op->getContext(), op->getLoc(),
                                            adaptor, types)))
      return mlir::failure();
    if (op->getResultTypes() == mlir::TypeRange(types))
      return mlir::success();
    return op->emitOpError("expected results of type ")
           << types << ", but got " << op->getResultTypes();
  }
};
} // namespace qnn

#include "qnn/Dialect/QNN/IR/QNNDialect.h.inc"

#define GET_ATTRDEF_CLASSES
#include "qnn/Dialect/QNN/IR/QNNAttrs.h.inc"

#include "qnn/Dialect/QNN/IR/QNNInterfaces.h.inc"

#define GET_OP_CLASSES
#include "qnn/Dialect/QNN/IR/QNNOps.h.inc"

#endif // QNN_DIALECT_QNN_IR_QNN_H
