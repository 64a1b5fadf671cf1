//===- Passes.td - Passes of lib/Dialect/QNN/Transforms ----------------*- tablegen -*-===//

include "mlir/Pass/PassBase.td"
