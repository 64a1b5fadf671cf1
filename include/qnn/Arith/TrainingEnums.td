//===- TrainingEnums.td - Enumerations of training's arithmetic -*- tablegen -*-===//
//
// Apart from Enums.td, which nearly everything sees: these are for what trains
// only. It does not include Enums.td, whose enums TableGen would write again.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_ARITH_TRAINING_ENUMS
#define QNN_ARITH_TRAINING_ENUMS

include "mlir/IR/EnumAttr.td"

class QNN_TrainingEnum<string name, string summary, list<I32EnumCase> cases>
    : I32Enum<name, summary, cases> {
  let cppNamespace = "::qnn";
}

// The formulas are in qnn/Arith/Surrogates.h. Behind each its parameters.
def QNN_SurrogateKind : QNN_TrainingEnum<"SurrogateKind", "shape of the derivative that replaces a quantizer's own", [
  I32EnumCase<"Identity", 0, "identity">,
  I32EnumCase<"Window", 1, "window">,              // low, high: both inside
  I32EnumCase<"OpenWindow", 2, "open_window">,     // low, high: both outside
  I32EnumCase<"Tanh", 3, "tanh">,                  // k
  I32EnumCase<"ModifiedTanh", 4, "modified_tanh">, // k, m
  I32EnumCase<"ApproxSign", 5, "approx_sign">,     // Bi-Real's quadratic
  I32EnumCase<"SwishSign", 6, "swish_sign">,       // beta
  I32EnumCase<"IRNet", 7, "ir_net">,               // t, k
  I32EnumCase<"LeakyTanh", 8, "leaky_tanh">        // alpha
]>;

// The formulas are in qnn/Arith/Schedules.h.
def QNN_ScheduleKind : QNN_TrainingEnum<"ScheduleKind", "how a learning rate falls", [
  I32EnumCase<"Constant", 0, "constant">,
  I32EnumCase<"Step", 1, "step">,
  I32EnumCase<"Exponential", 2, "exponential">,
  I32EnumCase<"Cosine", 3, "cosine">
]>;

#endif // QNN_ARITH_TRAINING_ENUMS
