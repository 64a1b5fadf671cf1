//===- Enums.td - Enumerations of the arithmetic ----------------*- tablegen -*-===//
//
// The choices that every piece of quantized arithmetic makes explicitly. They
// are defined here, below the dialect, because Arith (plain C++), the dialect,
// the reference evaluator and the importer all name them.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_ARITH_ENUMS
#define QNN_ARITH_ENUMS

include "mlir/IR/EnumAttr.td"

class QNN_Enum<string name, string summary, list<I32EnumCase> cases>
    : I32Enum<name, summary, cases> {
  let cppNamespace = "::qnn";
}

def QNN_Encoding : QNN_Enum<"Encoding", "how a code's bits stand for a number", [
  I32EnumCase<"Bipolar", 0, "bipolar">,     // 1 bit: 0 is -1, 1 is +1
  I32EnumCase<"Unsigned", 1, "unsigned">,   // 0 .. 2^b-1 (narrow: 2^b-2)
  I32EnumCase<"Signed", 2, "signed">,       // two's complement (narrow: symmetric)
  I32EnumCase<"Ternary", 3, "ternary">      // 2 bits, two's complement, -1, 0, +1
]>;

// The names in brackets are those of QONNX's rounding_mode.
def QNN_RoundingMode : QNN_Enum<"RoundingMode", "rounding of x/scale to an integer", [
  I32EnumCase<"HalfEven", 0, "half_even">,  // nearest, ties to even    [ROUND, HALF_EVEN]
  I32EnumCase<"HalfUp", 1, "half_up">,      // nearest, ties away from 0 [HALF_UP]
  I32EnumCase<"HalfDown", 2, "half_down">,  // nearest, ties towards 0   [HALF_DOWN]
  I32EnumCase<"Ceil", 3, "ceil">,           // towards +infinity         [CEIL]
  I32EnumCase<"Floor", 4, "floor">,         // towards -infinity         [FLOOR]
  I32EnumCase<"Up", 5, "up">,               // away from 0               [UP]
  I32EnumCase<"Down", 6, "down">            // towards 0                 [DOWN]
]>;

def QNN_SignZero : QNN_Enum<"SignZero", "the value of sign(0) in a bipolar quantizer", [
  I32EnumCase<"PlusOne", 0, "plus_one">,
  I32EnumCase<"MinusOne", 1, "minus_one">,
  I32EnumCase<"Zero", 2, "zero">            // torch.sign; not a code, float form only
]>;

def QNN_PadValue : QNN_Enum<"PadValue", "the number that a convolution's padding holds", [
  I32EnumCase<"Zero", 0, "zero">,
  I32EnumCase<"PlusOne", 1, "plus_one">,
  I32EnumCase<"MinusOne", 2, "minus_one">
]>;

def QNN_Surrogate : QNN_Enum<"Surrogate", "gradient that replaces a quantizer's own", [
  I32EnumCase<"StraightThrough", 0, "straight_through">, // 1 everywhere
  I32EnumCase<"HardTanh", 1, "hard_tanh">                // 1 where |x| <= 1, else 0
]>;

def QNN_KernelKind : QNN_Enum<"KernelKind", "inner product of a matmul-like op", [
  I32EnumCase<"XnorPopcount", 0, "xnor_popcount">, // +-1 x +-1: K - 2 popcount(a xor b)
  I32EnumCase<"BitSerial", 1, "bit_serial">,       // bit-planes: and + popcount + shift
  I32EnumCase<"Int8Dot", 2, "int8_dot">,           // codes in bytes, 32-bit sums
  I32EnumCase<"F32Fma", 3, "f32_fma">,             // floats
  I32EnumCase<"Lookup", 4, "lookup">               // few-bit weights index tables of sums of activations
]>;

def QNN_PoolKind : QNN_Enum<"PoolKind", "what a global pooling computes", [
  I32EnumCase<"Max", 0, "max">,
  I32EnumCase<"Average", 1, "average">
]>;

def QNN_ReduceKind : QNN_Enum<"ReduceKind", "what a reduction computes", [
  I32EnumCase<"Sum", 0, "sum">,
  I32EnumCase<"Mean", 1, "mean">,
  I32EnumCase<"Max", 2, "max">,
  I32EnumCase<"Min", 3, "min">
]>;

#endif // QNN_ARITH_ENUMS
