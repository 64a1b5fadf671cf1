//===- TextTest.cpp - Texts as sequences, whole and damaged -------------===//

#include "qnn/Support/Text.h"
#include "TestFolder.h"
#include "gmock/gmock.h"

using namespace qnn;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {
class TextTest : public TestFolder {
protected:
  std::string message(llvm::StringRef kind) {
    return messageOf(loadTexts((kind + ":" + folder).str(), options));
  }
  static std::vector<int64_t> row(const Dataset &data, int64_t i) {
    int64_t length = data.images.shape[1];
    const int64_t *first = data.images.data<int64_t>() + i * length;
    return {first, first + length};
  }
  TextOptions options;
};
} // namespace

TEST_F(TextTest, WordsAreThoseOfKeras) {
  std::vector<std::string> words;
  splitWords("It's <br />GREAT, really--great!",
             [&](llvm::StringRef word) { words.push_back(word.str()); });
  EXPECT_THAT(words, ElementsAre("it's", "br", "great", "really", "great"));
}

TEST_F(TextTest, ReviewsAreCutAndFilledAtTheFront) {
  // By frequency: a (3) is 1, b (2) is 2, c is 3; 3 is added; from words on: 2.
  put("train.tsv", "1\ta b a\n0\tb a c\n");
  put("test.tsv", "0\tc x b\n");
  options.length = 5;
  options.words = 6;
  auto data = loadTexts("imdb:" + folder.str().str(), options);
  ASSERT_TRUE(bool(data)) << llvm::toString(data.takeError());
  EXPECT_THAT(row(data->train, 0), ElementsAre(0, 1, 4, 5, 4));
  EXPECT_THAT(row(data->train, 1), ElementsAre(0, 1, 5, 4, 2));
  EXPECT_THAT(row(data->test, 0), ElementsAre(0, 1, 2, 2, 5));
  EXPECT_THAT(data->train.labels, ElementsAre(1, 0));
  options.length = 2;
  data = loadTexts("imdb:" + folder.str().str(), options);
  ASSERT_TRUE(bool(data));
  EXPECT_THAT(row(data->train, 0), ElementsAre(5, 4));
}

TEST_F(TextTest, DamagedReviewsAreNamed) {
  put("test.tsv", "1\tx\n");
  put("train.tsv", "1\ta\n2\tb\n");
  EXPECT_THAT(message("imdb"),
              HasSubstr("train.tsv: corrupt: record 1: expected label 0 or 1"));
  put("train.tsv", "1\ta\n0\tb");
  EXPECT_THAT(message("imdb"), HasSubstr("train.tsv: truncated: record 1"));
  put("train.tsv", "");
  EXPECT_THAT(message("imdb"), HasSubstr("train.tsv: the file is empty"));
}

TEST_F(TextTest, CharactersAreLabelledWithTheirSuccessors) {
  std::string text;
  for (int i = 0; i < 50; ++i)
    text += "abc";
  options.length = 4;
  auto data = loadTexts("text:" + put("t.txt", text), options);
  ASSERT_TRUE(bool(data)) << llvm::toString(data.takeError());
  EXPECT_EQ(data->vocabulary, 3);
  EXPECT_THAT(row(data->train, 0), ElementsAre(0, 1, 2, 0));
  EXPECT_EQ(data->train.labelsPerSample(), 4);
  EXPECT_EQ(data->train.labels[3], 1);
  EXPECT_GT(data->test.size(), 0);
  EXPECT_THAT(messageOf(loadTexts("text:" + put("s.txt", "abc"), options)),
              HasSubstr("s.txt: too short: 3 characters"));
}

TEST_F(TextTest, WordsBeyondTheVocabularyAreOne) {
  std::string text;
  for (int i = 0; i < 40; ++i)
    text += "a a b x" + std::to_string(i) + "\n";
  options.length = 5;
  options.isWords = true;
  options.words = 4;
  auto data = loadTexts("text:" + put("t.txt", text), options);
  ASSERT_TRUE(bool(data)) << llvm::toString(data.takeError());
  EXPECT_EQ(data->vocabulary, 4);
  // a (80), b and the end of line (40), then all others.
  EXPECT_THAT(row(data->train, 0), ElementsAre(0, 0, 1, 3, 2));
}
