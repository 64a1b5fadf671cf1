//===- Codes.h - Codes of operands in the tests of products -----*- C++ -*-===//

#ifndef QNN_TEST_UNIT_CONVERSION_CODES_H
#define QNN_TEST_UNIT_CONVERSION_CODES_H

#include "qnn/Arith/Code.h"
#include <string>

struct Code {
  unsigned bits;
  qnn::Encoding encoding;

  std::string str() const {
    return "#qnn.code<" + std::to_string(bits) + ", " +
           stringifyEncoding(encoding).str() + ">";
  }
  int32_t min() const { return qnn::codeMin(bits, encoding, false); }
  int32_t max() const { return qnn::codeMax(bits, encoding, false); }
  int64_t levels() const {
    return encoding == qnn::Encoding::Bipolar ? 1 : max() - min();
  }
};

const Code bipolar{1, qnn::Encoding::Bipolar};
const Code ternary{2, qnn::Encoding::Ternary};

#endif // QNN_TEST_UNIT_CONVERSION_CODES_H
