//===- QNNOps.td - All ops of the qnn dialect -------------------*- tablegen -*-===//

#ifndef QNN_OPS
#define QNN_OPS

include "qnn/Dialect/QNN/IR/GraphOps.td"
include "qnn/Dialect/QNN/IR/IntegerOps.td"
include "qnn/Dialect/QNN/IR/PackedOps.td"
include "qnn/Dialect/QNN/IR/ShapeOps.td"

#endif // QNN_OPS
