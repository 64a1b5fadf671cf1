//===- Code.h - What numbers a code of b bits can stand for -----*- C++ -*-===//
//
// A code is the b-bit pattern that is stored. Bipolar: 0 is -1, 1 is +1.
// Unsigned: the number itself. Signed and ternary: two's complement.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_ARITH_CODE_H
#define QNN_ARITH_CODE_H

#include "qnn/Arith/Enums.h"

namespace qnn {

/// Least number that a code stands for; `narrow` drops -2^(b-1) of a signed
/// code.
int32_t codeMin(unsigned bits, Encoding encoding, bool narrow);

/// Greatest number that a code stands for; `narrow` drops 2^b-1 of an unsigned
/// code.
int32_t codeMax(unsigned bits, Encoding encoding, bool narrow);

/// The number that the low `bits` bits of `pattern` stand for.
int32_t codeToNumber(uint32_t pattern, unsigned bits, Encoding encoding);

/// The bit pattern (other bits 0) of `number`, which must be representable.
uint32_t numberToCode(int32_t number, unsigned bits, Encoding encoding);

/// The number that padding holds: 0, +1 or -1.
int32_t padNumber(PadValue value);

} // namespace qnn

#endif // QNN_ARITH_CODE_H
