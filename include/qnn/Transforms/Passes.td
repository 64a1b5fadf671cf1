//===- Passes.td - Passes of lib/Transforms ----------------*- tablegen -*-===//

include "mlir/Pass/PassBase.td"
