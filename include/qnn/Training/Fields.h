//===- Fields.h - Typed reading of a table ----------------------*- C++ -*-===//
//
// Reads the keys of a table one by one; keys that nobody asked for are
// reported, so that a misspelt one is not silently without effect.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_TRAINING_FIELDS_H
#define QNN_TRAINING_FIELDS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/JSON.h"
#include <optional>
#include <string>

namespace qnn {

/// A mistake in a description, with its place; becomes an llvm::Error where the
/// library is entered.
struct SpecError {
  std::string message;
};

/// "; did you mean 'x'?" where one of `known` differs from `name` by a slip of
/// the fingers, else nothing.
std::string suggestion(llvm::StringRef name,
                       llvm::ArrayRef<llvm::StringRef> known);

class Fields {
public:
  /// `place` names the table in messages, such as `model.layers[3]`.
  Fields(const llvm::json::Object &object, const llvm::Twine &place)
      : object(object), place(place.str()) {}

  bool has(llvm::StringRef key) const { return object.get(key); }
  /// The value of a key, or null.
  const llvm::json::Value *take(llvm::StringRef key);

  int64_t integer(llvm::StringRef key, int64_t otherwise, int64_t least = 0,
                  int64_t most = int64_t(1) << 40);
  double number(llvm::StringRef key, double otherwise);
  bool flag(llvm::StringRef key, bool otherwise);
  std::string text(llvm::StringRef key, llvm::StringRef otherwise);
  /// One of `choices`; the first where the key is missing.
  std::string choice(llvm::StringRef key,
                     llvm::ArrayRef<llvm::StringRef> choices);
  /// A list of integers; a single one counts `repeat` times.
  llvm::SmallVector<int64_t> integers(llvm::StringRef key,
                                      llvm::ArrayRef<int64_t> otherwise,
                                      size_t repeat = 1);
  /// A list of numbers; a single one counts once.
  llvm::SmallVector<double> numbers(llvm::StringRef key);
  /// A table; nothing where the key is missing.
  std::optional<Fields> table(llvm::StringRef key);

  [[noreturn]] void fail(const llvm::Twine &reason) const;
  /// Fails where a key was never asked for.
  void finish() const;

  const std::string &where() const { return place; }

private:
  const llvm::json::Object &object;
  std::string place;
  llvm::StringSet<> used;
};

} // namespace qnn

#endif // QNN_TRAINING_FIELDS_H
