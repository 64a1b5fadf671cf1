//===- Text.cpp - Texts as sequences of indices -------------------------===//

#include "qnn/Support/Text.h"
#include "qnn/Support/Files.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace qnn;
using namespace llvm;

void qnn::splitWords(StringRef text, function_ref<void(StringRef)> f) {
  constexpr StringLiteral separators("!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n ");
  static const auto isSeparator = [&] {
    std::array<bool, 256> table{};
    for (unsigned char c : separators)
      table[c] = true;
    return table;
  }();
  SmallString<32> word;
  for (unsigned char c : text) {
    if (!isSeparator[c]) {
      word += toLower(c);
      continue;
    }
    if (!word.empty())
      f(word);
    word.clear();
  }
  if (!word.empty())
    f(word);
}

namespace {
/// Words and how often they occur; of equals the one seen first leads.
class Vocabulary {
public:
  void add(StringRef word) {
    auto [it, isNew] = numbers.try_emplace(word, counts.size());
    if (isNew)
      counts.push_back(0);
    ++counts[it->second];
  }
  /// After the last `add`: ranks from 0 on by falling frequency; of equals the
  /// first seen comes first.
  void rank() {
    std::vector<unsigned> order(counts.size());
    for (auto [i, entry] : enumerate(order))
      entry = i;
    llvm::sort(order, [&](unsigned a, unsigned b) {
      return counts[a] != counts[b] ? counts[a] > counts[b] : a < b;
    });
    ranks.resize(order.size());
    for (auto [rank, number] : enumerate(order))
      ranks[number] = rank;
  }
  /// The rank of a word, or -1.
  int64_t rankOf(StringRef word) const {
    auto it = numbers.find(word);
    return it == numbers.end() ? -1 : ranks[it->second];
  }
  int64_t size() const { return counts.size(); }

private:
  StringMap<unsigned> numbers;
  std::vector<int64_t> counts, ranks;
};

struct Review {
  int64_t label;
  StringRef text;
};
} // namespace

//===----------------------------------------------------------------------===//
// Reviews
//===----------------------------------------------------------------------===//

static Expected<std::string> readPart(StringRef folder, StringRef file,
                                      std::string &path) {
  SmallString<128> direct(folder), inner(folder);
  sys::path::append(direct, file);
  sys::path::append(inner, "imdb", file);
  bool isInner = !sys::fs::exists(direct) && sys::fs::exists(inner);
  path = (isInner ? inner : direct).str().str();
  return readFile(path);
}

static Expected<std::vector<Review>> splitReviews(StringRef contents,
                                                  StringRef path) {
  std::vector<Review> reviews;
  while (!contents.empty()) {
    auto [line, rest] = contents.split('\n');
    auto [label, text] = line.split('\t');
    if (label != "0" && label != "1")
      return fileError(path, "corrupt: record " + Twine(reviews.size()) +
                                 ": expected label 0 or 1 and a tab");
    if (rest.empty() && !contents.ends_with("\n"))
      return fileError(path, "truncated: record " + Twine(reviews.size()) +
                                 " has no end of line");
    reviews.push_back({label == "1", text});
    contents = rest;
  }
  if (reviews.empty())
    return fileError(path, "the file is empty");
  return reviews;
}

/// Indices of one review, cut or filled at the front to the length of `row`.
static void encodeReview(StringRef text, const Vocabulary &vocabulary,
                         int64_t words, MutableArrayRef<int64_t> row) {
  constexpr int64_t start = 1, unknown = 2, indexFrom = 3;
  std::vector<int64_t> indices = {start};
  splitWords(text, [&](StringRef word) {
    int64_t rank = vocabulary.rankOf(word);
    // Keras numbers words from 1 on; it drops those that training never saw,
    // which are counted as unknown here.
    int64_t index = rank + 1 + indexFrom;
    indices.push_back(rank < 0 || index >= words ? unknown : index);
  });
  size_t kept = std::min(indices.size(), row.size());
  std::copy(indices.end() - kept, indices.end(), row.end() - kept);
}

static Dataset encodeReviews(ArrayRef<Review> reviews,
                             const Vocabulary &vocabulary,
                             const TextOptions &options) {
  Dataset data;
  data.images =
      Array(ElementType::I64, {int64_t(reviews.size()), options.length});
  for (auto [i, review] : enumerate(reviews)) {
    int64_t *row = data.images.data<int64_t>() + i * options.length;
    encodeReview(review.text, vocabulary, options.words,
                 {row, size_t(options.length)});
    data.labels.push_back(review.label);
  }
  return data;
}

static Expected<TextData> loadReviews(StringRef folder,
                                      const TextOptions &options) {
  std::string trainPath, testPath;
  Expected<std::string> train = readPart(folder, "train.tsv", trainPath);
  if (!train)
    return train.takeError();
  Expected<std::string> test = readPart(folder, "test.tsv", testPath);
  if (!test)
    return test.takeError();
  auto trainReviews = splitReviews(*train, trainPath);
  if (!trainReviews)
    return trainReviews.takeError();
  auto testReviews = splitReviews(*test, testPath);
  if (!testReviews)
    return testReviews.takeError();
  Vocabulary vocabulary;
  for (const Review &review : *trainReviews)
    splitWords(review.text, [&](StringRef word) { vocabulary.add(word); });
  vocabulary.rank();
  TextData data;
  data.train = encodeReviews(*trainReviews, vocabulary, options);
  data.test = encodeReviews(*testReviews, vocabulary, options);
  data.vocabulary = options.words;
  return data;
}

//===----------------------------------------------------------------------===//
// Language models
//===----------------------------------------------------------------------===//

/// The words of a text between blanks; an end of line is a word of its own.
static void splitTokens(StringRef text, function_ref<void(StringRef)> f) {
  while (!text.empty()) {
    auto [line, rest] = text.split('\n');
    SmallVector<StringRef> words;
    line.split(words, ' ', -1, /*KeepEmpty=*/false);
    llvm::for_each(words, f);
    f("<eos>");
    text = rest;
  }
}

/// Indices by falling frequency; what is not in the vocabulary has the last.
static std::vector<int64_t> encodeWords(StringRef text, int64_t words,
                                        int64_t &size) {
  Vocabulary vocabulary;
  splitTokens(text, [&](StringRef word) { vocabulary.add(word); });
  vocabulary.rank();
  size = std::min(words, vocabulary.size());
  std::vector<int64_t> indices;
  splitTokens(text, [&](StringRef word) {
    indices.push_back(std::min(vocabulary.rankOf(word), size - 1));
  });
  return indices;
}

/// Indices of the bytes that occur, in the order of their values.
static std::vector<int64_t> encodeBytes(StringRef text, int64_t &size) {
  std::array<int64_t, 256> table{};
  for (unsigned char c : text)
    table[c] = 1;
  size = 0;
  for (int64_t &entry : table)
    if (entry)
      entry = size++;
  std::vector<int64_t> indices;
  for (unsigned char c : text)
    indices.push_back(table[c]);
  return indices;
}

/// Sequences one behind the other, labelled with their successors.
static Dataset cutSequences(ArrayRef<int64_t> indices, int64_t length) {
  int64_t count = (int64_t(indices.size()) - 1) / length;
  Dataset data;
  data.images = Array(ElementType::I64, {count, length});
  std::copy_n(indices.begin(), count * length, data.images.data<int64_t>());
  data.labels.assign(indices.begin() + 1, indices.begin() + 1 + count * length);
  return data;
}

static Expected<TextData> loadText(StringRef path, const TextOptions &options) {
  Expected<std::string> text = readFile(path);
  if (!text)
    return text.takeError();
  TextData data;
  std::vector<int64_t> indices =
      options.isWords ? encodeWords(*text, options.words, data.vocabulary)
                      : encodeBytes(*text, data.vocabulary);
  int64_t least = 20 * (options.length + 1);
  if (int64_t(indices.size()) < least)
    return fileError(path, "too short: " + Twine(indices.size()) +
                               (options.isWords ? " words" : " characters") +
                               ", expected at least " + Twine(least) +
                               " for sequences of " + Twine(options.length));
  size_t middle = indices.size() - indices.size() / 10;
  data.train =
      cutSequences(ArrayRef(indices).take_front(middle), options.length);
  data.test =
      cutSequences(ArrayRef(indices).drop_front(middle), options.length);
  return data;
}

bool qnn::isTextDataset(StringRef name) {
  StringRef kind = name.split(':').first;
  return kind == "imdb" || kind == "text";
}

Expected<TextData> qnn::loadTexts(StringRef name, const TextOptions &options) {
  auto [kind, path] = name.split(':');
  if (path.empty())
    return makeError("data set '" + name + "': expected imdb:DIR or text:FILE");
  return kind == "imdb" ? loadReviews(path, options) : loadText(path, options);
}
