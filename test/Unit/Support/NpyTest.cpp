//===- NpyTest.cpp - .npy and .npz, whole and damaged -----------*- C++ -*-===//

#include "qnn/Support/Npy.h"
#include "TestFolder.h"

using namespace qnn;

namespace {
class NpyTest : public TestFolder {};

std::string withHeader(llvm::StringRef dictionary, llvm::StringRef data,
                       char version = 1) {
  std::string result("\x93NUMPY", 6);
  result += version;
  result += '\0';
  result += static_cast<char>(dictionary.size());
  result.append(version == 1 ? 1 : 3, '\0');
  return result + dictionary.str() + data.str();
}

/// A stored zip archive with one member.
std::string zipOf(llvm::StringRef name, llvm::StringRef data, uint32_t crc) {
  auto number = [](uint32_t value, unsigned bytes) {
    std::string text;
    for (unsigned i = 0; i < bytes; ++i)
      text += static_cast<char>(value >> (8 * i));
    return text;
  };
  std::string sizes = number(crc, 4) + number(data.size(), 4) +
                      number(data.size(), 4) + number(name.size(), 2);
  std::string local = "PK\x03\x04" + number(20, 2) + number(0, 8) + sizes +
                      number(0, 2) + name.str() + data.str();
  std::string entry = "PK\x01\x02" + number(20, 4) + number(0, 8) + sizes +
                      number(0, 16) + name.str();
  return local + entry + "PK\x05\x06" + number(0, 4) + number(1, 2) +
         number(1, 2) + number(entry.size(), 4) + number(local.size(), 4) +
         number(0, 2);
}
} // namespace

TEST_F(NpyTest, RoundTripOfAllTypes) {
  for (ElementType type :
       {ElementType::F32, ElementType::F64, ElementType::I8, ElementType::U8,
        ElementType::I16, ElementType::I32, ElementType::I64}) {
    Array array(type, {2, 3});
    for (int64_t i = 0; i < 6; ++i)
      array.set(i, i * 7);
    std::string text = makeNpy(array);
    EXPECT_EQ((text.size() - 6 * elementSize(type)) % 64, 0u);
    llvm::Expected<Array> back = parseNpy(text, "x.npy");
    ASSERT_TRUE(bool(back));
    EXPECT_EQ(back->type, type);
    EXPECT_EQ(back->shape, array.shape);
    EXPECT_EQ(back->bytes, array.bytes);
  }
}

TEST_F(NpyTest, ScalarAndEmpty) {
  Array scalar(ElementType::F32, {});
  EXPECT_TRUE(parseNpy(makeNpy(scalar), "x")->shape.empty());
  Array empty(ElementType::F32, {0, 3});
  EXPECT_EQ(parseNpy(makeNpy(empty), "x")->size(), 0);
}

TEST_F(NpyTest, Version2AndFortranOrder) {
  llvm::Expected<Array> array = parseNpy(
      withHeader("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3)}",
                 "\1\4\2\5\3\6", 2),
      "x.npy");
  ASSERT_TRUE(bool(array));
  EXPECT_EQ(array->bytes, (std::vector<uint8_t>{1, 2, 3, 4, 5, 6}));
}

TEST_F(NpyTest, Damaged) {
  EXPECT_EQ(messageOf(parseNpy("", "x.npy")), "x.npy: not a .npy file");
  EXPECT_EQ(messageOf(parseNpy("text that is long enough", "x.npy")),
            "x.npy: not a .npy file");
  std::string whole = makeNpy(Array(ElementType::F32, {2, 3}));
  for (size_t length = 6; length < whole.size(); ++length)
    EXPECT_NE(
        messageOf(parseNpy(llvm::StringRef(whole).take_front(length), "x.npy")),
        "");
  EXPECT_EQ(messageOf(parseNpy(llvm::StringRef(whole).drop_back(), "x.npy")),
            "x.npy: shape 2x3 of f32 needs 24 bytes, but the file holds 23");
  EXPECT_EQ(messageOf(parseNpy(whole + "x", "x.npy")),
            "x.npy: shape 2x3 of f32 needs 24 bytes, but the file holds 25");
}

TEST_F(NpyTest, RefusedHeaders) {
  auto message = [](llvm::StringRef dictionary) {
    return messageOf(parseNpy(withHeader(dictionary, ""), "x.npy"));
  };
  EXPECT_EQ(
      message("{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }"),
      "x.npy: element type '>f4' is not supported, expected one of <f4 <f8 "
      "|i1 |u1 |b1 <i2 <i4 <i8");
  EXPECT_EQ(
      message("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }"),
      "x.npy: corrupt .npy header: dimension '-2' in the shape");
  EXPECT_EQ(message("{'descr': '<f4'}"),
            "x.npy: corrupt .npy header: expected descr, fortran_order and "
            "shape");
  // The product of the sizes must not wrap around.
  EXPECT_EQ(message("{'descr': '<f4', 'fortran_order': False, "
                    "'shape': (4294967296, 4294967296), }"),
            "x.npy: shape 4294967296x4294967296 of f32 needs too many bytes, "
            "but the file holds 0");
}

TEST_F(NpyTest, Npz) {
  Array array(ElementType::U8, {2});
  array.bytes = {3, 4};
  std::string npy = makeNpy(array);
  uint32_t crc = 0;
  for (bool right : {false, true}) {
    std::string file = put("a.npz", zipOf("labels.npy", npy, crc));
    auto arrays = readNpz(file);
    if (right) {
      ASSERT_TRUE(bool(arrays));
      EXPECT_EQ((*arrays)["labels"].bytes, array.bytes);
    } else {
      EXPECT_EQ(messageOf(std::move(arrays)),
                file + ": member 'labels.npy': checksum differs: the data is "
                       "corrupt");
      // CRC-32 as zip defines it.
      crc = 0xffffffff;
      for (unsigned char byte : npy) {
        crc ^= byte;
        for (int bit = 0; bit < 8; ++bit)
          crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320 : 0);
      }
      crc = ~crc;
    }
  }
}

TEST_F(NpyTest, DamagedNpzNeverCrashes) {
  std::string whole =
      zipOf("images.npy", makeNpy(Array(ElementType::F32, {3})), 0);
  for (size_t length = 0; length < whole.size(); ++length)
    EXPECT_NE(messageOf(readNpz(
                  put("a.npz", llvm::StringRef(whole).take_front(length)))),
              "");
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] ^= 0xff;
    (void)messageOf(readNpz(put("a.npz", damaged)));
  }
}

TEST_F(NpyTest, WrittenArchivesAreRead) {
  Array a(ElementType::F32, {2, 3}), b(ElementType::U8, {0});
  a.set(5, 1.5);
  std::vector<ArrayView> arrays{{"a", a.type, a.shape, a.bytes},
                                {"b/c", b.type, b.shape, b.bytes}};
  llvm::Error error = writeNpz(path("x.npz"), arrays);
  ASSERT_FALSE(bool(error)) << llvm::toString(std::move(error));
  auto archive = NpzArchive::open(path("x.npz"));
  ASSERT_TRUE(bool(archive)) << llvm::toString(archive.takeError());
  EXPECT_EQ(archive->names(), (std::vector<std::string>{"a", "b/c"}));
  EXPECT_TRUE(archive->contains("b/c"));
  EXPECT_FALSE(archive->contains("b"));
  auto read = readNpz(path("x.npz"));
  ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ(read->at("a").at(5), 1.5);
  EXPECT_EQ(read->at("b/c").size(), 0);
}
