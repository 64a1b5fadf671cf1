//===- TrainingOpEnums.td - Enumerations of the training ops ----*- tablegen -*-===//
//
// In a file of their own, because TableGen writes the enums of included files
// again.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_TRAINING_OP_ENUMS
#define QNN_TRAINING_OP_ENUMS

include "mlir/IR/EnumAttr.td"

class QNN_TrainingOpEnum<string name, string summary, list<I32EnumCase> cases>
    : I32Enum<name, summary, cases> {
  let cppNamespace = "::qnn";
}

def QNN_ComparePredicate : QNN_TrainingOpEnum<"ComparePredicate", "relation of two floats; false for NaN", [
  I32EnumCase<"Equal", 0, "eq">,
  I32EnumCase<"Greater", 1, "gt">,
  I32EnumCase<"GreaterEqual", 2, "ge">
]>;

def QNN_RecurrentCell : QNN_TrainingOpEnum<"RecurrentCell", "what a recurrent layer does in one step", [
  I32EnumCase<"RNN", 0, "rnn">,
  I32EnumCase<"GRU", 1, "gru">,
  I32EnumCase<"LSTM", 2, "lstm">
]>;

#endif // QNN_TRAINING_OP_ENUMS
