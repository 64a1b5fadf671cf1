//===- TensorFile.cpp - Arrays in .npy and .pb files ------------*- C++ -*-===//

#include "qnn/Driver/TensorFile.h"
#include "qnn/Support/Files.h"
#include "qnn/Support/Npy.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/Path.h"
#include <cstring>
#include <onnx/onnx_pb.h>
#include <optional>

using namespace qnn;
using namespace llvm;
using onnx::TensorProto;

static std::optional<ElementType> typeOf(int onnxType) {
  switch (onnxType) {
  case TensorProto::FLOAT:
    return ElementType::F32;
  case TensorProto::DOUBLE:
    return ElementType::F64;
  case TensorProto::INT8:
    return ElementType::I8;
  case TensorProto::UINT8:
  case TensorProto::BOOL:
    return ElementType::U8;
  case TensorProto::INT16:
    return ElementType::I16;
  case TensorProto::INT32:
    return ElementType::I32;
  case TensorProto::INT64:
    return ElementType::I64;
  default:
    return std::nullopt;
  }
}

/// Copies a repeated field; false where its length is not that of the array.
template <typename Field>
static bool copyField(const Field &field, Array &array) {
  if (field.size() != array.size())
    return false;
  for (int64_t i = 0, e = array.size(); i < e; ++i)
    if constexpr (std::is_floating_point_v<typename Field::value_type>)
      array.set(i, field.Get(i));
    else
      array.setInteger(i, field.Get(i));
  return true;
}

/// Fills the array from whichever field the proto keeps its data in.
static bool copyData(const TensorProto &proto, Array &array) {
  if (proto.has_raw_data()) {
    if (proto.raw_data().size() != array.bytes.size())
      return false;
    std::memcpy(array.bytes.data(), proto.raw_data().data(),
                array.bytes.size());
    return true;
  }
  if (array.type == ElementType::F32)
    return copyField(proto.float_data(), array);
  if (array.type == ElementType::F64)
    return copyField(proto.double_data(), array);
  if (array.type == ElementType::I64)
    return copyField(proto.int64_data(), array);
  return copyField(proto.int32_data(), array);
}

static Expected<Array> parseProto(const std::string &contents, StringRef path) {
  TensorProto proto;
  if (contents.empty() || !proto.ParseFromString(contents))
    return fileError(path, "not an ONNX tensor, or truncated");
  std::optional<ElementType> type = typeOf(proto.data_type());
  if (!type)
    return fileError(path, "element type " + Twine(proto.data_type()) +
                               " of ONNX is not supported");
  SmallVector<int64_t> shape(proto.dims().begin(), proto.dims().end());
  // Data is never longer than the file, so neither is the array.
  if (llvm::any_of(shape, [](int64_t dim) { return dim < 0; }))
    return fileError(path, "corrupt: shape " + shapeName(shape));
  uint64_t elements = 1;
  for (int64_t dim : shape)
    elements = SaturatingMultiply<uint64_t>(elements, dim);
  if (elements > contents.size())
    return fileError(path, "truncated: shape " + shapeName(shape) +
                               " needs more than the file holds");
  Array array(*type, shape);
  if (!copyData(proto, array))
    return fileError(path,
                     "the data does not fit the shape " + shapeName(shape));
  return array;
}

Expected<Array> qnn::readTensorFile(StringRef path) {
  StringRef extension = sys::path::extension(path);
  if (extension == ".npy")
    return readNpy(path);
  if (extension != ".pb")
    return fileError(path, "unknown kind of file '" + extension +
                               "', expected .npy or .pb");
  Expected<std::string> contents = readFile(path);
  if (!contents)
    return contents.takeError();
  return parseProto(*contents, path);
}
