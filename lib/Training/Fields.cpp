//===- Fields.cpp - Typed reading of a table ----------------------------===//

#include "qnn/Training/Fields.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace qnn;
using namespace llvm;

std::string qnn::suggestion(StringRef name, ArrayRef<StringRef> known) {
  // A third of the letters: more would suggest what has nothing to do with it.
  unsigned least = std::max<size_t>((name.size() + 1) / 3, 1) + 1;
  StringRef nearest;
  for (StringRef candidate : known) {
    unsigned distance = name.edit_distance(candidate, true, least);
    if (distance >= least)
      continue;
    least = distance;
    nearest = candidate;
  }
  return nearest.empty() ? "" : ("; did you mean '" + nearest + "'?").str();
}

void Fields::fail(const Twine &reason) const {
  throw SpecError{(Twine(place) + ": " + reason).str()};
}

const json::Value *Fields::take(StringRef key) {
  used.insert(key);
  return object.get(key);
}

int64_t Fields::integer(StringRef key, int64_t otherwise, int64_t least,
                        int64_t most) {
  const json::Value *value = take(key);
  if (!value)
    return otherwise;
  auto number = value->getAsInteger();
  if (!number || *number < least || *number > most)
    fail(key + ": expected a whole number from " + Twine(least) + " to " +
         Twine(most));
  return *number;
}

double Fields::number(StringRef key, double otherwise) {
  const json::Value *value = take(key);
  if (!value)
    return otherwise;
  auto number = value->getAsNumber();
  if (!number)
    fail(key + ": expected a number");
  return *number;
}

bool Fields::flag(StringRef key, bool otherwise) {
  const json::Value *value = take(key);
  if (!value)
    return otherwise;
  auto flag = value->getAsBoolean();
  if (!flag)
    fail(key + ": expected true or false");
  return *flag;
}

std::string Fields::text(StringRef key, StringRef otherwise) {
  const json::Value *value = take(key);
  if (!value)
    return otherwise.str();
  auto text = value->getAsString();
  if (!text)
    fail(key + ": expected a text");
  return text->str();
}

std::string Fields::choice(StringRef key, ArrayRef<StringRef> choices) {
  std::string value = text(key, choices.front());
  if (!is_contained(choices, value))
    fail(key + ": expected " + join(choices, ", ") + ", but got '" + value +
         "'" + suggestion(value, choices));
  return value;
}

SmallVector<int64_t>
Fields::integers(StringRef key, ArrayRef<int64_t> otherwise, size_t repeat) {
  const json::Value *value = take(key);
  if (!value)
    return SmallVector<int64_t>(otherwise);
  if (auto single = value->getAsInteger())
    return SmallVector<int64_t>(repeat, *single);
  SmallVector<int64_t> result;
  auto *list = value->getAsArray();
  if (!list)
    fail(key + ": expected a whole number or a list of them");
  for (const json::Value &element : *list) {
    auto number = element.getAsInteger();
    if (!number)
      fail(key + ": expected whole numbers");
    result.push_back(*number);
  }
  return result;
}

SmallVector<double> Fields::numbers(StringRef key) {
  const json::Value *value = take(key);
  SmallVector<double> result;
  if (!value)
    return result;
  if (auto single = value->getAsNumber())
    return {*single};
  auto *list = value->getAsArray();
  if (!list)
    fail(key + ": expected a number or a list of them");
  for (const json::Value &element : *list) {
    auto number = element.getAsNumber();
    if (!number)
      fail(key + ": expected numbers");
    result.push_back(*number);
  }
  return result;
}

std::optional<Fields> Fields::table(StringRef key) {
  const json::Value *value = take(key);
  if (!value)
    return std::nullopt;
  const json::Object *object = value->getAsObject();
  if (!object)
    fail(key + ": expected a table");
  return Fields(*object, Twine(place) + "." + key);
}

void Fields::finish() const {
  SmallVector<StringRef> unknown, known;
  for (const auto &entry : object)
    if (!used.contains(StringRef(entry.first)))
      unknown.push_back(entry.first);
  if (unknown.empty())
    return;
  for (const auto &entry : used)
    known.push_back(entry.getKey());
  llvm::sort(known);
  llvm::sort(unknown);
  fail("unknown key '" + unknown.front() + "'; known here: " +
       join(known, ", ") + suggestion(unknown.front(), known));
}
