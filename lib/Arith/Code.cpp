//===- Code.cpp - What numbers a code of b bits can stand for ---*- C++ -*-===//

#include "qnn/Arith/Code.h"

#include "llvm/Support/ErrorHandling.h"

using namespace qnn;

#include "llvm/ADT/StringSwitch.h"

#include "qnn/Arith/Enums.cpp.inc"

int32_t qnn::codeMin(unsigned bits, Encoding encoding, bool narrow) {
  switch (encoding) {
  case Encoding::Bipolar:
  case Encoding::Ternary:
    return -1;
  case Encoding::Unsigned:
    return 0;
  case Encoding::Signed:
    return -(1 << (bits - 1)) + (narrow ? 1 : 0);
  }
  return 0;
}

int32_t qnn::codeMax(unsigned bits, Encoding encoding, bool narrow) {
  switch (encoding) {
  case Encoding::Bipolar:
  case Encoding::Ternary:
    return 1;
  case Encoding::Unsigned:
    return (1 << bits) - 1 - (narrow ? 1 : 0);
  case Encoding::Signed:
    return (1 << (bits - 1)) - 1;
  }
  return 0;
}

int32_t qnn::codeToNumber(uint32_t pattern, unsigned bits, Encoding encoding) {
  int32_t low = pattern & ((1u << bits) - 1);
  if (encoding == Encoding::Bipolar)
    return 2 * low - 1;
  bool negative = encoding != Encoding::Unsigned && (low >> (bits - 1)) != 0;
  return negative ? low - (1 << bits) : low;
}

uint32_t qnn::numberToCode(int32_t number, unsigned bits, Encoding encoding) {
  if (encoding == Encoding::Bipolar)
    return number > 0;
  return static_cast<uint32_t>(number) & ((1u << bits) - 1);
}

int32_t qnn::padNumber(PadValue value) {
  switch (value) {
  case PadValue::Zero:
    return 0;
  case PadValue::PlusOne:
    return 1;
  case PadValue::MinusOne:
    return -1;
  }
  llvm_unreachable("unknown padding");
}
