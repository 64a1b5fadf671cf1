//===- DatasetTest.cpp - Data sets, whole and damaged -----------*- C++ -*-===//

#include "qnn/Support/Dataset.h"
#include "TestFolder.h"
#include "qnn/Support/Npy.h"

using namespace qnn;

namespace {
class DatasetTest : public TestFolder {
protected:
  std::string spec(llvm::StringRef kind) const {
    return (kind + ":" + folder.str()).str();
  }
  std::string message(llvm::StringRef kind) const {
    return messageOf(loadDataset(spec(kind)));
  }
};

std::string bigEndian(uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16),
          static_cast<char>(value >> 8), static_cast<char>(value)};
}

std::string littleEndian(uint32_t value) {
  std::string text = bigEndian(value);
  return {text.rbegin(), text.rend()};
}

/// Three images of 2x2 with the pixels 0, 1, 2, ...
std::string idxImages() {
  std::string text =
      bigEndian(0x803) + bigEndian(3) + bigEndian(2) + bigEndian(2);
  for (char i = 0; i < 12; ++i)
    text += i;
  return text;
}

std::string idxLabels() {
  return bigEndian(0x801) + bigEndian(3) + std::string("\7\0\11", 3);
}
} // namespace

TEST_F(DatasetTest, Mnist) {
  put("t10k-images-idx3-ubyte", idxImages());
  put("t10k-labels-idx1-ubyte", idxLabels());
  llvm::Expected<Dataset> data = loadDataset(spec("mnist"));
  ASSERT_TRUE(bool(data));
  EXPECT_EQ(data->labels, (std::vector<int64_t>{7, 0, 9}));
  EXPECT_EQ(data->imageShape(), (llvm::ArrayRef<int64_t>{1, 2, 2}));
  float pixels[4];
  data->copyImage(1, std::nullopt, pixels);
  EXPECT_EQ(pixels[1], 5.0f / 255.0f);
  data->copyImage(1, 2.0f, pixels);
  EXPECT_EQ(pixels[1], 10.0f);
}

TEST_F(DatasetTest, DamagedMnist) {
  std::string images = path("t10k-images-idx3-ubyte");
  std::string labels = path("t10k-labels-idx1-ubyte");
  EXPECT_EQ(message("mnist"), images + ": No such file or directory");
  put("t10k-images-idx3-ubyte", llvm::StringRef(idxImages()).drop_back(3));
  put("t10k-labels-idx1-ubyte", idxLabels());
  EXPECT_EQ(message("mnist"),
            images + ": truncated: record 2 of 3 is incomplete");
  put("t10k-images-idx3-ubyte", idxImages() + "x");
  EXPECT_EQ(message("mnist"),
            images + ": corrupt: 1 bytes after the last of 3 records");
  put("t10k-images-idx3-ubyte", idxLabels());
  EXPECT_EQ(message("mnist"),
            images + ": not an IDX file of bytes with 3 dimensions");
  put("t10k-images-idx3-ubyte", idxImages());
  put("t10k-labels-idx1-ubyte",
      bigEndian(0x801) + bigEndian(2) + std::string("\7\0", 2));
  EXPECT_EQ(message("mnist"),
            labels + ": 2 labels, but '" + images + "' holds 3 images");
  put("t10k-labels-idx1-ubyte",
      bigEndian(0x801) + bigEndian(3) + std::string("\7\0\12", 3));
  EXPECT_EQ(message("mnist"),
            labels + ": corrupt: record 2: label 10, expected 0 to 9");
}

TEST_F(DatasetTest, Cifar10) {
  std::string record(3073, '\1');
  std::string file = put("test_batch.bin", record + record);
  llvm::Expected<Dataset> data = loadDataset(spec("cifar10"));
  ASSERT_TRUE(bool(data));
  EXPECT_EQ(data->size(), 2);
  EXPECT_EQ(data->imageShape(), (llvm::ArrayRef<int64_t>{3, 32, 32}));
  put("test_batch.bin", record + llvm::StringRef(record).drop_back().str());
  EXPECT_EQ(message("cifar10"),
            file + ": truncated: record 1 is incomplete (records of 3073 "
                   "bytes)");
  put("test_batch.bin", record + "\12" + record.substr(1));
  EXPECT_EQ(message("cifar10"),
            file + ": corrupt: record 1: label 10, expected 0 to 9");
}

TEST_F(DatasetTest, Records) {
  std::string header = "IMGREC01" + littleEndian(2) + littleEndian(1) +
                       littleEndian(1) + littleEndian(2);
  std::string file = put("test.bin", header + std::string("\1ab\0cd", 6));
  llvm::Expected<Dataset> data = loadDataset(spec("records"));
  ASSERT_TRUE(bool(data));
  EXPECT_EQ(data->labels, (std::vector<int64_t>{1, 0}));
  EXPECT_EQ(data->images.bytes[2], 'c');
  put("test.bin", header + std::string("\1ab\0c", 5));
  EXPECT_EQ(message("records"),
            file + ": truncated: record 1 is incomplete (records of 3 bytes)");
  put("test.bin", "IMGREC02");
  EXPECT_EQ(message("records"),
            file + ": not a records file: no IMGREC01 header");
}

TEST_F(DatasetTest, UnknownKind) {
  EXPECT_EQ(messageOf(loadDataset("svhn:x")),
            "data set 'svhn:x': expected mnist:DIR, cifar10:DIR, records:DIR, "
            "digits:FILE or npz:FILE");
  EXPECT_NE(messageOf(loadDataset("mnist")), "");
}

TEST_F(DatasetTest, TrainingParts) {
  put("train-images-idx3-ubyte", idxImages());
  put("train-labels-idx1-ubyte", idxLabels());
  llvm::Expected<Dataset> data = loadDataset(spec("mnist"), Split::Train);
  ASSERT_TRUE(bool(data));
  EXPECT_EQ(data->size(), 3);
  EXPECT_NE(message("mnist").find("t10k-images"), std::string::npos);
  for (char digit = '1'; digit <= '5'; ++digit)
    put(std::string("data_batch_") + digit + ".bin",
        std::string(1, digit - '0') + std::string(3072, digit));
  data = loadDataset(spec("cifar10"), Split::Train);
  ASSERT_TRUE(bool(data));
  EXPECT_EQ(data->labels, (std::vector<int64_t>{1, 2, 3, 4, 5}));
  EXPECT_EQ(data->images.bytes[4 * 3072], '5');
}

TEST_F(DatasetTest, Digits) {
  std::string line, text;
  for (int i = 0; i < 64; ++i)
    line += std::to_string(i % 17) + ",";
  for (int i = 0; i < 362; ++i)
    text += line + std::to_string(i % 10) + "\n";
  std::string file = "digits:" + put("digits.csv", text);
  llvm::Expected<Dataset> train = loadDataset(file, Split::Train);
  ASSERT_TRUE(bool(train));
  EXPECT_EQ(train->labels, (std::vector<int64_t>{0, 1}));
  EXPECT_EQ(train->images.bytes[16], 16);
  llvm::Expected<Dataset> test = loadDataset(file);
  ASSERT_TRUE(bool(test));
  EXPECT_EQ(test->size(), 360);
  EXPECT_EQ(test->labels.front(), 2);
  file = "digits:" + put("bad.csv", text + line + "17\n");
  EXPECT_NE(messageOf(loadDataset(file)).find("bad.csv: corrupt: record 362"),
            std::string::npos);
}
