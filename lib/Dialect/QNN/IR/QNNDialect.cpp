//===- QNNDialect.cpp - Registration of the qnn dialect ---------*- C++ -*-===//

#include "qnn/Dialect/QNN/IR/QNN.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "qnn/Dialect/QNN/IR/Quantizer.h"
#include "qnn/Dialect/QNN/IR/ShapeInference.h"
#include "qnn/Dialect/QNN/IR/Training.h"

using namespace mlir;
using namespace qnn;

#include "qnn/Dialect/QNN/IR/QNNDialect.cpp.inc"
#include "qnn/Dialect/QNN/IR/QNNInterfaces.cpp.inc"

#define GET_OP_CLASSES
#include "qnn/Dialect/QNN/IR/QNNOps.cpp.inc"

void QNNDialect::initialize() {
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "qnn/Dialect/QNN/IR/QNNOps.cpp.inc"
      >();
  registerTrainingOps(this);
  registerQuantizerOps(this);
}

Operation *QNNDialect::materializeConstant(OpBuilder &builder, Attribute value,
                                           Type type, Location loc) {
  return arith::ConstantOp::materialize(builder, value, type, loc);
}
