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
} // namespace qnn

#include "qnn/Dialect/QNN/IR/QNNDialect.h.inc"

#define GET_ATTRDEF_CLASSES
#include "qnn/Dialect/QNN/IR/QNNAttrs.h.inc"

#include "qnn/Dialect/QNN/IR/QNNInterfaces.h.inc"

#define GET_OP_CLASSES
#include "qnn/Dialect/QNN/IR/QNNOps.h.inc"

#endif // QNN_DIALECT_QNN_IR_QNN_H
