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

// What each does is in docs/quantizers.md.
def QNN_QuantizerMethod : QNN_TrainingEnum<"QuantizerMethod", "how a quantizer of training works", [
  I32EnumCase<"Sign", 0, "sign">,
  I32EnumCase<"StochasticSign", 1, "stochastic_sign">,
  I32EnumCase<"MagnitudeSign", 2, "magnitude_sign">,
  I32EnumCase<"Xnor", 3, "xnor">,
  I32EnumCase<"Elastic", 4, "elastic">,
  I32EnumCase<"AdaBin", 5, "adabin">,
  I32EnumCase<"Levels", 6, "levels">,
  I32EnumCase<"Linear", 7, "linear">,
  I32EnumCase<"DoReFa", 8, "dorefa">,
  I32EnumCase<"Moons", 9, "moons">,
  I32EnumCase<"MoonsRelu", 10, "moons_relu">,
  I32EnumCase<"LSQ", 11, "lsq">,
  I32EnumCase<"PACT", 12, "pact">,
  I32EnumCase<"Observed", 13, "observed">,
  I32EnumCase<"Ternary", 14, "ternary">,
  I32EnumCase<"TrainedTernary", 15, "ttq">,
  I32EnumCase<"TernaryConnect", 16, "ternary_connect">,
  I32EnumCase<"StochasticTernary", 17, "stochastic_ternary">,
  I32EnumCase<"FixedPoint", 18, "fixed_point">,
  I32EnumCase<"Log", 19, "log">,
  I32EnumCase<"Exponential", 20, "exponential">,
  I32EnumCase<"StochasticExponential", 21, "stochastic_exponential">,
  I32EnumCase<"LQNets", 22, "lq_nets">,
  I32EnumCase<"ABCNet", 23, "abc_net">,
  I32EnumCase<"ShiftBackward", 24, "shift_backward">
]>;

def QNN_QuantizerRole : QNN_TrainingEnum<"QuantizerRole", "what a quantizer is applied to", [
  I32EnumCase<"Weight", 0, "weight">,
  I32EnumCase<"Activation", 1, "activation">,
  I32EnumCase<"Gradient", 2, "gradient">
]>;

#endif // QNN_ARITH_TRAINING_ENUMS
