//===- Toml.cpp - TOML as JSON values -----------------------------------===//
//
// The only file that knows the TOML library.
//
//===----------------------------------------------------------------------===//

#define TOML_EXCEPTIONS 0
#include "qnn/Support/Files.h"
#include "qnn/Training/Config.h"
#include <toml++/toml.h>

using namespace qnn;
using namespace llvm;

/// Null for dates and times.
static json::Value toJSON(const toml::node &node) {
  if (auto *table = node.as_table()) {
    json::Object object;
    for (auto &&[key, value] : *table)
      object[std::string(key.str())] = toJSON(value);
    return object;
  }
  if (auto *array = node.as_array()) {
    json::Array values;
    for (auto &&value : *array)
      values.push_back(toJSON(value));
    return values;
  }
  if (auto *text = node.as_string())
    return json::fixUTF8(text->get());
  if (auto *number = node.as_integer())
    return number->get();
  if (auto *number = node.as_floating_point())
    return number->get();
  if (auto *flag = node.as_boolean())
    return flag->get();
  return nullptr;
}

Expected<json::Object> qnn::parseToml(StringRef text, StringRef name) {
  toml::parse_result result =
      toml::parse(std::string_view(text.data(), text.size()));
  if (!result) {
    const toml::parse_error &error = result.error();
    std::string_view reason = error.description();
    return fileError(name, Twine(error.source().begin.line) + ":" +
                               Twine(error.source().begin.column) + ": " +
                               StringRef(reason.data(), reason.size()));
  }
  return std::move(*toJSON(result.table()).getAsObject());
}
