//===- Npy.cpp - NumPy's .npy files -----------------------------*- C++ -*-===//
//
// The header is a Python literal with three keys. It is scanned for these, not
// parsed as Python; whatever else it holds is ignored.
//
//===----------------------------------------------------------------------===//

#include "qnn/Support/Npy.h"
#include "qnn/Support/Files.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"
#include <optional>

using namespace qnn;
using namespace llvm;

namespace {
struct Header {
  ElementType type;
  bool fortran = false;
  SmallVector<int64_t> shape;
  size_t dataOffset = 0;
};
} // namespace

static std::optional<ElementType> typeOf(StringRef descr) {
  return StringSwitch<std::optional<ElementType>>(descr)
      .Case("<f4", ElementType::F32)
      .Case("<f8", ElementType::F64)
      .Case("<i8", ElementType::I64)
      .Case("<i4", ElementType::I32)
      .Case("<i2", ElementType::I16)
      .Cases({"|i1", "<i1"}, ElementType::I8)
      .Cases({"|u1", "<u1", "|b1"}, ElementType::U8)
      .Default(std::nullopt);
}

static StringRef descrOf(ElementType type) {
  static const char *const names[] = {"<f4", "<f8", "|i1", "|u1",
                                      "<i2", "<i4", "<i8"};
  return names[static_cast<int>(type)];
}

/// The text after `'key':` in the header's dictionary.
static std::optional<StringRef> valueOf(StringRef dictionary, StringRef key) {
  size_t at = dictionary.find(("'" + key + "'").str());
  if (at == StringRef::npos)
    return std::nullopt;
  StringRef rest = dictionary.substr(at + key.size() + 2).ltrim();
  if (!rest.consume_front(":"))
    return std::nullopt;
  return rest.ltrim();
}

static Error parseShape(StringRef text, StringRef name, Header &header) {
  if (!text.consume_front("(") || !text.contains(')'))
    return fileError(name, "corrupt .npy header: no shape");
  SmallVector<StringRef> parts;
  text.take_until([](char c) { return c == ')'; })
      .split(parts, ',', -1, /*KeepEmpty=*/false);
  for (StringRef part : parts) {
    int64_t dim;
    if (part.trim().empty())
      continue;
    if (part.trim().getAsInteger(10, dim) || dim < 0)
      return fileError(name, "corrupt .npy header: dimension '" + part.trim() +
                                 "' in the shape");
    header.shape.push_back(dim);
  }
  return Error::success();
}

static Error parseDictionary(StringRef text, StringRef name, Header &header) {
  std::optional<StringRef> descr = valueOf(text, "descr");
  std::optional<StringRef> order = valueOf(text, "fortran_order");
  std::optional<StringRef> shape = valueOf(text, "shape");
  if (!descr || !order || !shape)
    return fileError(name, "corrupt .npy header: expected descr, "
                           "fortran_order and shape");
  StringRef typeName =
      descr->drop_front().take_until([](char c) { return c == '\''; });
  std::optional<ElementType> type = typeOf(typeName);
  if (!type)
    return fileError(name, "element type '" + typeName +
                               "' is not supported, expected one of "
                               "<f4 <f8 |i1 |u1 |b1 <i2 <i4 <i8");
  header.type = *type;
  header.fortran = order->starts_with("True");
  return parseShape(*shape, name, header);
}

static Expected<Header> parseHeader(StringRef contents, StringRef name) {
  constexpr StringLiteral magic("\x93NUMPY");
  if (!contents.starts_with(magic))
    return fileError(name, "not a .npy file");
  if (contents.size() < 12)
    return fileError(name, "truncated .npy header");
  const char *data = contents.data();
  bool version1 = data[6] == 1;
  size_t start = version1 ? 10 : 12;
  size_t length = version1 ? support::endian::read16le(data + 8)
                           : support::endian::read32le(data + 8);
  if (contents.size() - start < length)
    return fileError(name, "truncated .npy header");
  Header header;
  if (Error error =
          parseDictionary(contents.substr(start, length), name, header))
    return std::move(error);
  header.dataOffset = start + length;
  return header;
}

/// Bytes that the data takes, nullopt where the number overflows.
static std::optional<uint64_t> dataSize(const Header &header) {
  uint64_t size = elementSize(header.type);
  for (int64_t dim : header.shape) {
    bool overflow = false;
    size = SaturatingMultiply<uint64_t>(size, dim, &overflow);
    if (overflow)
      return std::nullopt;
  }
  return size;
}

/// Row-major bytes from column-major ones.
static void fromFortran(Array &array) {
  std::vector<uint8_t> source = array.bytes;
  size_t width = elementSize(array.type);
  SmallVector<int64_t> index(array.shape.size(), 0);
  for (int64_t i = 0, e = array.size(); i < e; ++i) {
    int64_t offset = 0, stride = 1;
    for (auto [position, dim] : llvm::zip(index, array.shape)) {
      offset += position * stride;
      stride *= dim;
    }
    std::copy_n(source.begin() + offset * width, width,
                array.bytes.begin() + i * width);
    for (int64_t d = index.size() - 1; d >= 0; --d) {
      if (++index[d] < array.shape[d])
        break;
      index[d] = 0;
    }
  }
}

Expected<Array> qnn::parseNpy(StringRef contents, StringRef name) {
  Expected<Header> header = parseHeader(contents, name);
  if (!header)
    return header.takeError();
  StringRef data = contents.substr(header->dataOffset);
  std::optional<uint64_t> expected = dataSize(*header);
  if (!expected || data.size() != *expected)
    return fileError(name,
                     "shape " + shapeName(header->shape) + " of " +
                         elementName(header->type) + " needs " +
                         (expected ? Twine(*expected) : Twine("too many")) +
                         " bytes, but the file holds " + Twine(data.size()));
  Array array;
  array.type = header->type;
  array.shape = header->shape;
  array.bytes.assign(data.begin(), data.end());
  if (header->fortran && array.shape.size() > 1)
    fromFortran(array);
  return array;
}

Expected<Array> qnn::readNpy(StringRef path) {
  Expected<std::string> contents = readFile(path);
  if (!contents)
    return contents.takeError();
  return parseNpy(*contents, path);
}

std::string qnn::makeNpyHeader(ElementType type, ArrayRef<int64_t> shape) {
  std::string dictionary =
      ("{'descr': '" + descrOf(type) + "', 'fortran_order': False, ").str() +
      "'shape': (";
  for (int64_t dim : shape)
    dictionary += std::to_string(dim) + ",";
  dictionary += "), }";
  // Header and data together are aligned to 64 bytes, as NumPy does it.
  size_t padded = alignTo(10 + dictionary.size() + 1, 64) - 10;
  dictionary.resize(padded - 1, ' ');
  dictionary += '\n';
  std::string result("\x93NUMPY\x01\x00", 8);
  result += static_cast<char>(padded & 0xff);
  result += static_cast<char>(padded >> 8);
  result += dictionary;
  return result;
}

std::string qnn::makeNpy(const Array &array) {
  std::string result = makeNpyHeader(array.type, array.shape);
  result.append(array.bytes.begin(), array.bytes.end());
  return result;
}
