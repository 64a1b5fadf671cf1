//===- Npz.cpp - NumPy's .npz files: zip archives of .npy -------*- C++ -*-===//
//
// The central directory at the end of the archive says where the members are
// and how long; members are stored or deflated. No zip64 (files of 4 GB).
//
//===----------------------------------------------------------------------===//

#include "qnn/Support/Files.h"
#include "qnn/Support/Npy.h"
#include "llvm/Support/Endian.h"
#include <zlib.h>

using namespace qnn;
using namespace llvm;
using support::endian::read16le;
using support::endian::read32le;

namespace {
struct Member {
  std::string name;
  unsigned method;
  uint32_t crc, packedSize, size, headerOffset;
};

constexpr StringLiteral endSignature("PK\x05\x06");
constexpr StringLiteral entrySignature("PK\x01\x02");
constexpr StringLiteral localSignature("PK\x03\x04");
} // namespace

static Expected<std::vector<Member>> readDirectory(StringRef archive,
                                                   StringRef path) {
  size_t end = archive.rfind(endSignature);
  if (!archive.starts_with(localSignature) || end == StringRef::npos ||
      archive.size() - end < 22)
    return fileError(path, "not a .npz file, or truncated: no zip directory");
  unsigned count = read16le(archive.data() + end + 10);
  size_t at = read32le(archive.data() + end + 16);
  std::vector<Member> members;
  for (unsigned i = 0; i < count; ++i) {
    if (at > archive.size() || archive.size() - at < 46 ||
        !archive.substr(at).starts_with(entrySignature))
      return fileError(path, "corrupt zip directory: member " + Twine(i) +
                                 " of " + Twine(count));
    const char *entry = archive.data() + at;
    size_t nameLength = read16le(entry + 28);
    members.push_back({archive.substr(at + 46, nameLength).str(),
                       read16le(entry + 10), read32le(entry + 16),
                       read32le(entry + 20), read32le(entry + 24),
                       read32le(entry + 42)});
    at += 46 + nameLength + read16le(entry + 30) + read16le(entry + 32);
  }
  return members;
}

/// The packed bytes of a member; empty optional where they lie outside.
static std::optional<StringRef> packedBytes(StringRef archive,
                                            const Member &member) {
  size_t at = member.headerOffset;
  if (at > archive.size() || archive.size() - at < 30 ||
      !archive.substr(at).starts_with(localSignature))
    return std::nullopt;
  const char *header = archive.data() + at;
  at += 30 + read16le(header + 26) + read16le(header + 28);
  if (at > archive.size() || archive.size() - at < member.packedSize)
    return std::nullopt;
  return archive.substr(at, member.packedSize);
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

static Expected<std::string> unpack(StringRef archive, const Member &member,
                                    StringRef path) {
  std::string name = (path + ": member '" + member.name + "'").str();
  std::optional<StringRef> packed = packedBytes(archive, member);
  if (!packed)
    return fileError(name, "truncated");
  if (member.method != 0 && member.method != 8)
    return fileError(name, "zip method " + Twine(member.method) +
                               " is not supported, expected 0 (stored) or 8 "
                               "(deflated)");
  // Deflate packs a byte into a bit at best: more is damage, not data.
  if (member.size / 1100 > member.packedSize)
    return fileError(name, "corrupt");
  std::string data(member.size, '\0');
  if (member.method == 0)
    data = packed->str();
  else if (!inflateRaw(*packed, data))
    return fileError(name, "corrupt deflated data");
  const auto *bytes = reinterpret_cast<const Bytef *>(data.data());
  if (crc32(0, bytes, data.size()) != member.crc)
    return fileError(name, "checksum differs: the data is corrupt");
  return data;
}

Expected<std::map<std::string, Array>> qnn::readNpz(StringRef path) {
  Expected<std::string> archive = readFile(path);
  if (!archive)
    return archive.takeError();
  Expected<std::vector<Member>> members = readDirectory(*archive, path);
  if (!members)
    return members.takeError();
  std::map<std::string, Array> arrays;
  for (const Member &member : *members) {
    StringRef name = member.name;
    if (!name.consume_back(".npy"))
      continue;
    Expected<std::string> contents = unpack(*archive, member, path);
    if (!contents)
      return contents.takeError();
    Expected<Array> array =
        parseNpy(*contents, (path + ": member '" + member.name + "'").str());
    if (!array)
      return array.takeError();
    arrays[name.str()] = std::move(*array);
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

Expected<std::string> qnn::makeNpz(const std::map<std::string, Array> &arrays) {
  std::string archive, directory;
  for (const auto &[name, array] : arrays) {
    std::string file = name + ".npy", data = makeNpy(array);
    if (archive.size() + data.size() > 0xf0000000)
      return makeError(".npz: the arrays exceed 4 GB");
    uint32_t crc =
        crc32(0, reinterpret_cast<const Bytef *>(data.data()), data.size());
    directory += entrySignature;
    put16(directory, 20);
    putCommon(directory, file, crc, data.size());
    directory.append(10, '\0'); // comment, disk, attributes
    put32(directory, archive.size());
    directory += file;
    archive += localSignature;
    putCommon(archive, file, crc, data.size());
    archive += file;
    archive += data;
  }
  uint32_t start = archive.size(), length = directory.size();
  archive += directory;
  archive += endSignature;
  put32(archive, 0);
  put16(archive, arrays.size());
  put16(archive, arrays.size());
  put32(archive, length);
  put32(archive, start);
  put16(archive, 0);
  return archive;
}
