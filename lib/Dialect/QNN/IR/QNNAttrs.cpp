//===- QNNAttrs.cpp - Attributes of the qnn dialect -------------*- C++ -*-===//

#include "qnn/Dialect/QNN/IR/QNN.h"

#include "mlir/IR/DialectImplementation.h"
#include "qnn/Arith/Code.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace qnn;

#define GET_ATTRDEF_CLASSES
#include "qnn/Dialect/QNN/IR/QNNAttrs.cpp.inc"

void QNNDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "qnn/Dialect/QNN/IR/QNNAttrs.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// CodeAttr
//===----------------------------------------------------------------------===//

static LogicalResult verifyCode(function_ref<InFlightDiagnostic()> emitError,
                                unsigned bits, Encoding encoding) {
  if (bits < 1 || bits > 8)
    return emitError() << "expected 1 to 8 bits, but got " << bits;
  if (encoding == Encoding::Bipolar && bits != 1)
    return emitError() << "expected 1 bit for the bipolar encoding, but got "
                       << bits;
  if (encoding == Encoding::Ternary && bits != 2)
    return emitError() << "expected 2 bits for the ternary encoding, but got "
                       << bits;
  return success();
}

LogicalResult CodeAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                               unsigned bits, Encoding encoding, bool narrow) {
  return verifyCode(emitError, bits, encoding);
}

Attribute CodeAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  unsigned bits;
  StringRef keyword;
  if (parser.parseLess() || parser.parseInteger(bits) || parser.parseComma() ||
      parser.parseKeyword(&keyword))
    return {};
  std::optional<Encoding> encoding = symbolizeEncoding(keyword);
  if (!encoding)
    return parser.emitError(loc, "expected an encoding, but got '")
               << keyword << "'",
           Attribute();
  bool narrow = succeeded(parser.parseOptionalComma());
  if ((narrow && parser.parseKeyword("narrow")) || parser.parseGreater())
    return {};
  return getChecked([&] { return parser.emitError(loc); }, parser.getContext(),
                    bits, *encoding, narrow);
}

void CodeAttr::print(AsmPrinter &printer) const {
  printer << "<" << getBits() << ", " << stringifyEncoding(getEncoding());
  if (getNarrow())
    printer << ", narrow";
  printer << ">";
}

int32_t CodeAttr::getMin() const {
  return codeMin(getBits(), getEncoding(), getNarrow());
}
int32_t CodeAttr::getMax() const {
  return codeMax(getBits(), getEncoding(), getNarrow());
}

//===----------------------------------------------------------------------===//
// QuantizerAttr
//===----------------------------------------------------------------------===//

LogicalResult
QuantizerAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                      unsigned bits, Encoding encoding, bool narrow,
                      RoundingMode rounding, SignZero signZero,
                      DenseF32ArrayAttr scale, DenseF32ArrayAttr zeroPoint,
                      int64_t axis, Surrogate surrogate) {
  if (failed(verifyCode(emitError, bits, encoding)))
    return failure();
  if (axis < 0 &&
      ((scale && scale.size() != 1) || (zeroPoint && zeroPoint.size() != 1)))
    return emitError()
           << "expected one scale and zero point without an axis, but got "
           << (scale ? scale.size() : 1) << " and "
           << (zeroPoint ? zeroPoint.size() : 1);
  if (scale)
    for (float s : scale.asArrayRef())
      if (!(s > 0.0f) || s > std::numeric_limits<float>::max())
        return emitError() << "expected positive finite scales, but got " << s;
  if (encoding == Encoding::Bipolar && zeroPoint)
    return emitError() << "expected no zero point for the bipolar encoding";
  return success();
}

CodeAttr QuantizerAttr::getCode() const {
  return CodeAttr::get(getContext(), getBits(), getEncoding(), getNarrow());
}

float QuantizerAttr::getScaleOf(int64_t c) const {
  if (!getScale())
    return 1.0f;
  return getScale()[getScale().size() == 1 ? 0 : c];
}

float QuantizerAttr::getZeroPointOf(int64_t c) const {
  if (!getZeroPoint())
    return 0.0f;
  return getZeroPoint()[getZeroPoint().size() == 1 ? 0 : c];
}

bool QuantizerAttr::isSymmetric() const {
  return !getZeroPoint() || llvm::all_of(getZeroPoint().asArrayRef(),
                                         [](float z) { return z == 0; });
}

//===----------------------------------------------------------------------===//
// KernelAttr
//===----------------------------------------------------------------------===//

LogicalResult KernelAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 KernelKind kind, ArrayRef<int64_t> tile,
                                 int64_t threads) {
  if (threads < 0)
    return emitError() << "expected a positive number of threads, but got "
                       << threads;
  bool hasIndex = kind == KernelKind::Lookup && tile.size() == 3;
  if ((tile.size() != 2 && !hasIndex) || tile[0] < 1 || tile[1] < 1)
    return emitError() << "expected a tile of two positive sizes, but got ["
                       << tile << "]";
  if (hasIndex && (tile[1] % 32 != 0 || tile[2] < 4 || tile[2] > 8))
    return emitError() << "expected a tile of a multiple of 32 output channels "
                          "and an index of 4 to 8 bits, but got ["
                       << tile << "]";
  return success();
}
