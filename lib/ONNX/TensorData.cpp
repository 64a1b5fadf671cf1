//===- TensorData.cpp - ONNX's constants as MLIR's and ours ---------------===//
//
// Everything that import calculates with is either float or int64, so the many
// element types of ONNX end here.
//
//===----------------------------------------------------------------------===//

#include "TensorData.h"

#include "ImportError.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"

using namespace mlir;
using namespace qnn;
using onnx::TensorProto;

int64_t qnn::countElements(ArrayRef<int64_t> shape, int64_t most) {
  int64_t count = 1;
  for (int64_t size : shape) {
    if (size < 0)
      throw ImportError("negative dimension " + Twine(size));
    if (size != 0 && count > most / size)
      throw ImportError("a tensor of more than " + Twine(most) + " elements");
    count *= size;
  }
  return count;
}

std::string qnn::elementTypeName(int32_t type) {
  if (!onnx::TensorProto_DataType_IsValid(type))
    return "type " + std::to_string(type);
  return StringRef(onnx::TensorProto_DataType_Name(
                       static_cast<onnx::TensorProto_DataType>(type)))
      .lower();
}

static ImportError wrongSize(const TensorProto &tensor, int64_t expected,
                             int64_t actual) {
  return ImportError("tensor '" + tensor.name() + "': expected " +
                     Twine(expected) + " elements, but got data for " +
                     Twine(actual));
}

/// Converts `count` little-endian numbers of type Stored.
template <typename Stored, typename Result>
static std::vector<Result> decodeRaw(const TensorProto &tensor, int64_t count) {
  const std::string &raw = tensor.raw_data();
  if (raw.size() != count * sizeof(Stored))
    throw wrongSize(tensor, count, raw.size() / sizeof(Stored));
  std::vector<Result> result(count);
  for (int64_t i = 0; i < count; ++i)
    result[i] = static_cast<Result>(
        llvm::support::endian::read<Stored, llvm::endianness::little>(
            raw.data() + i * sizeof(Stored)));
  return result;
}

/// Numbers of type Stored, which are in raw_data or in the field `field`.
template <typename Stored, typename Result, typename Field>
static std::vector<Result> decode(const TensorProto &tensor, int64_t count,
                                  const Field &field) {
  if (tensor.has_raw_data())
    return decodeRaw<Stored, Result>(tensor, count);
  if (field.size() != count)
    throw wrongSize(tensor, count, field.size());
  std::vector<Result> result;
  result.reserve(count);
  for (auto element : field)
    result.push_back(static_cast<Result>(static_cast<Stored>(element)));
  return result;
}

static std::vector<float> decodeHalves(const TensorProto &tensor, int64_t count,
                                       const llvm::fltSemantics &semantics) {
  std::vector<float> result;
  result.reserve(count);
  for (uint16_t bits :
       decode<uint16_t, uint16_t>(tensor, count, tensor.int32_data())) {
    llvm::APFloat number(semantics, llvm::APInt(16, bits));
    bool losesInfo;
    number.convert(llvm::APFloat::IEEEsingle(),
                   llvm::APFloat::rmNearestTiesToEven, &losesInfo);
    result.push_back(number.convertToFloat());
  }
  return result;
}

static std::vector<float> decodeFloats(const TensorProto &tensor,
                                       int64_t count) {
  switch (tensor.data_type()) {
  case TensorProto::FLOAT:
    return decode<float, float>(tensor, count, tensor.float_data());
  case TensorProto::DOUBLE:
    return decode<double, float>(tensor, count, tensor.double_data());
  case TensorProto::FLOAT16:
    return decodeHalves(tensor, count, llvm::APFloat::IEEEhalf());
  default:
    return decodeHalves(tensor, count, llvm::APFloat::BFloat());
  }
}

/// Two numbers of 4 bits in each byte, the first one in the low half.
static std::vector<int64_t> decodeHalfBytes(const TensorProto &tensor,
                                            int64_t count, bool isSigned) {
  std::vector<uint8_t> bytes =
      decode<uint8_t, uint8_t>(tensor, (count + 1) / 2, tensor.int32_data());
  std::vector<int64_t> result;
  result.reserve(count);
  for (int64_t i = 0; i < count; ++i) {
    int64_t number = bytes[i / 2] >> (i % 2 * 4) & 15;
    result.push_back(isSigned && number > 7 ? number - 16 : number);
  }
  return result;
}

static std::vector<int64_t> decodeIntegers(const TensorProto &tensor,
                                           int64_t count) {
  switch (tensor.data_type()) {
  case TensorProto::INT64:
    return decode<int64_t, int64_t>(tensor, count, tensor.int64_data());
  case TensorProto::INT32:
    return decode<int32_t, int64_t>(tensor, count, tensor.int32_data());
  case TensorProto::INT16:
    return decode<int16_t, int64_t>(tensor, count, tensor.int32_data());
  case TensorProto::INT8:
    return decode<int8_t, int64_t>(tensor, count, tensor.int32_data());
  case TensorProto::UINT16:
    return decode<uint16_t, int64_t>(tensor, count, tensor.int32_data());
  case TensorProto::UINT8:
  case TensorProto::BOOL:
    return decode<uint8_t, int64_t>(tensor, count, tensor.int32_data());
  case TensorProto::INT4:
    return decodeHalfBytes(tensor, count, /*isSigned=*/true);
  case TensorProto::UINT4:
    return decodeHalfBytes(tensor, count, /*isSigned=*/false);
  case TensorProto::UINT32:
    return decode<uint32_t, int64_t>(tensor, count, tensor.uint64_data());
  case TensorProto::UINT64:
    return decode<uint64_t, int64_t>(tensor, count, tensor.uint64_data());
  default:
    throw ImportError("tensor '" + tensor.name() +
                      "': not supported: element type " +
                      elementTypeName(tensor.data_type()));
  }
}

static bool isFloatType(int32_t type) {
  return type == TensorProto::FLOAT || type == TensorProto::DOUBLE ||
         type == TensorProto::FLOAT16 || type == TensorProto::BFLOAT16;
}

DenseElementsAttr qnn::decodeTensor(const TensorProto &tensor,
                                    MLIRContext *context) {
  Tensor result;
  result.shape.assign(tensor.dims().begin(), tensor.dims().end());
  result.isFloat = isFloatType(tensor.data_type());
  int64_t count = countElements(result.shape);
  if (result.isFloat)
    result.floats = decodeFloats(tensor, count);
  else
    result.integers = decodeIntegers(tensor, count);
  return makeConstant(result, context);
}

DenseElementsAttr qnn::makeConstant(const Tensor &tensor,
                                    MLIRContext *context) {
  if (tensor.isFloat)
    return DenseElementsAttr::get(
        RankedTensorType::get(tensor.shape, Float32Type::get(context)),
        ArrayRef<float>(tensor.floats));
  return DenseElementsAttr::get(
      RankedTensorType::get(tensor.shape, IntegerType::get(context, 64)),
      ArrayRef<int64_t>(tensor.integers));
}

Tensor qnn::readConstant(DenseElementsAttr constant) {
  Tensor tensor;
  tensor.shape.assign(constant.getType().getShape().begin(),
                      constant.getType().getShape().end());
  tensor.isFloat = constant.getElementType().isF32();
  if (tensor.isFloat)
    tensor.floats.assign(constant.value_begin<float>(),
                         constant.value_end<float>());
  else
    tensor.integers.assign(constant.value_begin<int64_t>(),
                           constant.value_end<int64_t>());
  return tensor;
}
