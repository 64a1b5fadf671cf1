//===- Passes.td - Passes of lib/Conversion ----------------*- tablegen -*-===//

include "mlir/Pass/PassBase.td"
