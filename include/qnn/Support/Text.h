//===- Text.h - Texts as sequences of indices -------------------*- C++ -*-===//
//
// `imdb:DIR`: reviews, train.tsv and test.tsv with a label, a tab and a text on
// each line, as Keras prepares them: words of the training texts by falling
// frequency get 1, 2, ..., plus index_from 3; a text begins with 1; words from
// num_words on are 2; the front is cut or filled with 0.
//
// `text:FILE`: a language model. The file is cut into sequences of `length`
// characters (bytes) or words; each position is labelled with its successor.
// The last tenth is the test part.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_SUPPORT_TEXT_H
#define QNN_SUPPORT_TEXT_H

#include "qnn/Support/Dataset.h"

namespace qnn {

struct TextOptions {
  int64_t length = 300; ///< of a sequence
  int64_t words = 5000; ///< size of the vocabulary (text: of words)
  bool isWords = false; ///< text: words, not characters
};

/// Both parts of a set, and how many different indices there are.
struct TextData {
  Dataset train, test;
  int64_t vocabulary = 0;
};

/// Whether a name is one of those above.
bool isTextDataset(llvm::StringRef name);
llvm::Expected<TextData> loadTexts(llvm::StringRef name,
                                   const TextOptions &options);

/// Words as Keras' Tokenizer finds them: lower case (ASCII), between spaces and
/// punctuation except the apostrophe.
void splitWords(llvm::StringRef text,
                llvm::function_ref<void(llvm::StringRef)> f);

} // namespace qnn

#endif // QNN_SUPPORT_TEXT_H
