//===- Npz.cpp - NumPy's .npz files: zip archives of .npy -------*- C++ -*-===//
//
// The central directory at the end of the archive says where the members are
// and how long; members are stored or deflated. No zip64 (files of 4 GB).
//
//===----------------------------------------------------------------------===//

#include "qnn/Support/Files.h"
#include "qnn/Support/Npy.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include <zlib.h>

using namespace qnn;
using namespace llvm;
using support::endian::read16le;
using support::endian::read32le;

static constexpr StringLiteral endSignature("PK\x05\x06");
static constexpr StringLiteral entrySignature("PK\x01\x02");
static constexpr StringLiteral localSignature("PK\x03\x04");

std::optional<std::string> NpzArchive::slice(uint64_t at,
                                             uint64_t count) const {
  if (at > fileSize || fileSize - at < count)
    return std::nullopt;
  auto buffer = MemoryBuffer::getFileSlice(path, count, at);
  if (!buffer || (*buffer)->getBufferSize() != count)
    return std::nullopt;
  return (*buffer)->getBuffer().str();
}

/// The end of the directory is 22 bytes before the end of the file, or more
/// where a comment follows.
Error NpzArchive::readDirectory() {
  uint64_t tailSize = std::min<uint64_t>(fileSize, 22 + 0xffff);
  std::optional<std::string> first = slice(0, localSignature.size());
  std::optional<std::string> tail = slice(fileSize - tailSize, tailSize);
  size_t end = tail ? StringRef(*tail).rfind(endSignature) : StringRef::npos;
  if (!first || *first != localSignature || end == StringRef::npos ||
      tail->size() - end < 22)
    return fileError(path, "not a .npz file, or truncated: no zip directory");
  unsigned count = read16le(tail->data() + end + 10);
  uint64_t start = read32le(tail->data() + end + 16);
  uint64_t endOffset = fileSize - tailSize + end;
  std::string directory =
      slice(start, start < endOffset ? endOffset - start : 0).value_or("");
  size_t at = 0;
  for (unsigned i = 0; i < count; ++i) {
    StringRef entry = StringRef(directory).substr(at);
    if (entry.size() < 46 || !entry.starts_with(entrySignature))
      return fileError(path, "corrupt zip directory: member " + Twine(i) +
                                 " of " + Twine(count));
    size_t nameLength = read16le(entry.data() + 28);
    members.push_back({entry.substr(46, nameLength).str(),
                       read16le(entry.data() + 10), read32le(entry.data() + 16),
                       read32le(entry.data() + 20), read32le(entry.data() + 24),
                       read32le(entry.data() + 42)});
    at += 46 + nameLength + read16le(entry.data() + 30) +
          read16le(entry.data() + 32);
  }
  return Error::success();
}

/// The packed bytes of a member; empty optional where they lie outside.
std::optional<std::string> NpzArchive::packedBytes(const Member &member) const {
  std::optional<std::string> header = slice(member.headerOffset, 30);
  if (!header || !StringRef(*header).starts_with(localSignature))
    return std::nullopt;
  uint64_t at = uint64_t(member.headerOffset) + 30 +
                read16le(header->data() + 26) + read16le(header->data() + 28);
  return slice(at, member.packedSize);
}

/// Inflates exactly `size` bytes; false where the data does not give them.
static bool inflateRaw(StringRef packed, std::string &result) {
  z_stream stream = {};
  if (inflateInit2(&stream, -15) != Z_OK)
    return false;
  stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(packed.data()));
  stream.avail_in = packed.size();
  stream.next_out = reinterpret_cast<Bytef *>(result.data());
  stream.avail_out = result.size();
  int status = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  return status == Z_STREAM_END && stream.avail_out == 0;
}

Expected<std::string> NpzArchive::unpack(const Member &member) const {
  std::string name = path + ": member '" + member.name + "'";
  std::optional<std::string> packed = packedBytes(member);
  if (!packed)
    return fileError(name, "truncated");
  if (member.method != 0 && member.method != 8)
    return fileError(name, "zip method " + Twine(member.method) +
                               " is not supported, expected 0 (stored) or 8 "
                               "(deflated)");
  // Deflate packs a byte into a bit at best: more is damage, not data.
  if (member.size / 1100 > member.packedSize)
    return fileError(name, "corrupt");
  std::string data;
  if (member.method == 0) {
    data = std::move(*packed);
  } else {
    data.resize(member.size);
    if (!inflateRaw(*packed, data))
      return fileError(name, "corrupt deflated data");
  }
  const auto *bytes = reinterpret_cast<const Bytef *>(data.data());
  if (crc32(0, bytes, data.size()) != member.crc)
    return fileError(name, "checksum differs: the data is corrupt");
  return data;
}

Expected<NpzArchive> NpzArchive::open(StringRef path) {
  NpzArchive archive;
  archive.path = path.str();
  if (Error error = checkIsFile(path))
    return std::move(error);
  if (std::error_code code = sys::fs::file_size(path, archive.fileSize))
    return fileError(path, code.message());
  if (Error error = archive.readDirectory())
    return std::move(error);
  return archive;
}

const NpzArchive::Member *NpzArchive::find(StringRef name) const {
  // Of equal names the last one counts.
  for (const Member &member : reverse(members)) {
    StringRef file = member.name;
    if (file.consume_back(".npy") && file == name)
      return &member;
  }
  return nullptr;
}

bool NpzArchive::contains(StringRef name) const { return find(name); }

std::vector<std::string> NpzArchive::names() const {
  std::vector<std::string> names;
  for (const Member &member : members) {
    StringRef file = member.name;
    if (file.consume_back(".npy"))
      names.push_back(file.str());
  }
  return names;
}

Expected<Array> NpzArchive::read(StringRef name) const {
  const Member &member = *find(name);
  Expected<std::string> contents = unpack(member);
  if (!contents)
    return contents.takeError();
  return parseNpy(*contents, path + ": member '" + member.name + "'");
}

Expected<std::map<std::string, Array>> qnn::readNpz(StringRef path) {
  Expected<NpzArchive> archive = NpzArchive::open(path);
  if (!archive)
    return archive.takeError();
  std::map<std::string, Array> arrays;
  for (const std::string &name : archive->names()) {
    Expected<Array> array = archive->read(name);
    if (!array)
      return array.takeError();
    arrays[name] = std::move(*array);
  }
  return arrays;
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

static void put16(std::string &out, uint16_t value) {
  out += {char(value), char(value >> 8)};
}
static void put32(std::string &out, uint32_t value) {
  put16(out, value);
  put16(out, value >> 16);
}

/// What the local header and the directory entry of a member have in common.
static void putCommon(std::string &out, StringRef name, uint32_t crc,
                      uint32_t size) {
  put16(out, 20); // version 2.0 is needed
  put16(out, 0);
  put16(out, 0);          // stored
  put32(out, 0x00210000); // 1980-01-01, so that equal data are equal
  put32(out, crc);
  put32(out, size);
  put32(out, size);
  put16(out, name.size());
  put16(out, 0);
}

/// The header of an array's file, and the checksum of both.
static std::pair<std::string, uint32_t> makeHeader(const ArrayView &array) {
  std::string header = makeNpyHeader(array.type, array.shape);
  uint32_t crc =
      crc32(0, reinterpret_cast<const Bytef *>(header.data()), header.size());
  // Of no bytes zlib gives the checksum of nothing.
  if (!array.bytes.empty())
    crc = crc32_z(crc, array.bytes.data(), array.bytes.size());
  return {header, crc};
}

static void putNpz(raw_ostream &os, ArrayRef<ArrayView> arrays) {
  std::string directory;
  uint32_t offset = 0;
  for (const ArrayView &array : arrays) {
    auto [header, crc] = makeHeader(array);
    std::string file = array.name + ".npy", local(localSignature);
    uint32_t size = header.size() + array.bytes.size();
    directory += entrySignature;
    put16(directory, 20);
    putCommon(directory, file, crc, size);
    directory.append(10, '\0'); // comment, disk, attributes
    put32(directory, offset);
    directory += file;
    putCommon(local, file, crc, size);
    os << local << file << header << toStringRef(array.bytes);
    offset += local.size() + file.size() + size;
  }
  uint32_t length = directory.size();
  directory += endSignature;
  put32(directory, 0);
  put16(directory, arrays.size());
  put16(directory, arrays.size());
  put32(directory, length);
  put32(directory, offset);
  put16(directory, 0);
  os << directory;
}

Error qnn::writeNpz(StringRef path, ArrayRef<ArrayView> arrays) {
  uint64_t size = 0;
  for (const ArrayView &array : arrays)
    size += array.bytes.size() + array.name.size() + 256;
  if (size > 0xf0000000)
    return makeError(".npz: the arrays exceed 4 GB");
  OutputFile file{path.str(), {}};
  file.write = [&](raw_ostream &os) { putNpz(os, arrays); };
  return writeFiles(file);
}
