//===- Config.cpp - Variables, variants and blocks of descriptions ------===//

#include "qnn/Training/Config.h"
#include "qnn/Support/Files.h"
#include "qnn/Training/Fields.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"

using namespace qnn;
using namespace llvm;

/// Deeper nesting of variables or blocks is a definition of itself.
static constexpr unsigned maxDepth = 64;

/// What there is instead of `name`, and what may have been meant.
static std::string listKeys(const json::Object &object, StringRef name) {
  SmallVector<StringRef> keys;
  for (const auto &entry : object)
    keys.push_back(entry.first);
  llvm::sort(keys);
  return (keys.empty() ? "none" : join(keys, ", ")) + suggestion(name, keys);
}

namespace {
/// Replaces variables, conditions and blocks. Scopes are nested: the innermost
/// is last.
class Resolver {
public:
  explicit Resolver(const json::Object &blocks) : blocks(blocks) {}

  /// Values with their expressions replaced.
  Expected<json::Value> resolve(const json::Value &value) {
    if (++depth > maxDepth)
      return makeError("a variable or block is defined by itself");
    llvm::scope_exit leave([&] { --depth; });
    if (auto text = value.getAsString())
      return resolveText(*text);
    if (auto *array = value.getAsArray()) {
      json::Array result;
      for (const json::Value &element : *array)
        if (Error error = resolveElement(element, result))
          return std::move(error);
      return result;
    }
    if (auto *object = value.getAsObject()) {
      json::Object result;
      for (const auto &[key, element] : *object) {
        Expected<json::Value> resolved = resolve(element);
        if (!resolved)
          return resolved.takeError();
        result[key] = std::move(*resolved);
      }
      return result;
    }
    return value;
  }

  void push(const json::Object &scope) { scopes.push_back(&scope); }
  void pop() { scopes.pop_back(); }

private:
  const json::Value *find(StringRef name) const {
    for (const json::Object *scope : reverse(scopes))
      if (const json::Value *value = scope->get(name))
        return value;
    return nullptr;
  }

  Expected<json::Value> variable(StringRef name) {
    if (const json::Value *value = find(name))
      return resolve(*value);
    return makeError("unknown variable '" + name + "'");
  }

  Expected<double> number(StringRef name) {
    Expected<json::Value> value = variable(name);
    if (!value)
      return value.takeError();
    if (auto flag = value->getAsBoolean())
      return *flag;
    if (auto result = value->getAsNumber())
      return *result;
    return makeError("variable '" + name + "' is not a number");
  }

  Expected<json::Value> resolveText(StringRef text) {
    StringRef expression = text;
    if (!expression.consume_front("="))
      return json::Value(text.str());
    expression = expression.trim();
    bool isName =
        !expression.empty() && !isDigit(expression[0]) &&
        all_of(expression, [](char c) { return isAlnum(c) || c == '_'; });
    if (isName)
      return variable(expression);
    Expected<double> result = evaluateExpression(
        expression, [&](StringRef name) { return number(name); });
    if (!result)
      return result.takeError();
    return numberValue(*result);
  }

  /// Whether the element of a list is there: without `if`, or where it is true.
  Expected<bool> holds(const json::Object &object) {
    const json::Value *condition = object.get("if");
    if (!condition)
      return true;
    Expected<json::Value> value = resolve(*condition);
    if (!value)
      return value.takeError();
    if (auto flag = value->getAsBoolean())
      return *flag;
    if (auto result = value->getAsNumber())
      return *result != 0;
    return makeError("'if' must be a number or true or false");
  }

  /// Elements that stand for several are spliced in: blocks, repetitions,
  /// variables that are lists.
  Error resolveElement(const json::Value &element, json::Array &result) {
    const json::Object *object = element.getAsObject();
    if (object) {
      Expected<bool> present = holds(*object);
      if (!present)
        return present.takeError();
      if (!*present)
        return Error::success();
      if (object->get("repeat"))
        return resolveRepeat(*object, result);
      if (object->get("block"))
        return resolveBlock(*object, result);
    }
    Expected<json::Value> resolved = resolve(element);
    if (!resolved)
      return resolved.takeError();
    bool isVariable = element.getAsString().has_value();
    if (auto *list = resolved->getAsArray(); list && isVariable)
      for (json::Value &part : *list)
        result.push_back(std::move(part));
    else if (auto *table = resolved->getAsObject()) {
      table->erase("if");
      result.push_back(std::move(*resolved));
    } else
      result.push_back(std::move(*resolved));
    return Error::success();
  }

  Error resolveList(const json::Value &list, json::Array &result) {
    Expected<json::Value> resolved = resolve(list);
    if (!resolved)
      return resolved.takeError();
    auto *elements = resolved->getAsArray();
    if (!elements)
      return makeError("expected a list of layers");
    for (json::Value &element : *elements)
      result.push_back(std::move(element));
    return Error::success();
  }

  /// { repeat = N, layers = [...] }
  Error resolveRepeat(const json::Object &object, json::Array &result) {
    Expected<json::Value> count = resolve(*object.get("repeat"));
    if (!count)
      return count.takeError();
    auto times = count->getAsInteger();
    const json::Value *layers = object.get("layers");
    if (!times || *times < 0 || *times > 1000 || !layers)
      return makeError("expected { repeat = N, layers = [...] }, N up to 1000");
    for (int64_t i = 0; i < *times; ++i)
      if (Error error = resolveList(*layers, result))
        return error;
    return Error::success();
  }

  /// { block = "NAME", VARIABLE = VALUE... }
  Error resolveBlock(const json::Object &object, json::Array &result) {
    Expected<json::Value> local = resolve(json::Value(json::Object(object)));
    if (!local)
      return local.takeError();
    json::Object &scope = *local->getAsObject();
    std::string name = scope.getString("block").value_or("").str();
    const json::Value *block = blocks.get(name);
    if (!block)
      return makeError("unknown block '" + name +
                       "'; there are: " + listKeys(blocks, name));
    push(scope);
    llvm::scope_exit leave([&] { pop(); });
    return resolveList(*block, result);
  }

  const json::Object &blocks;
  SmallVector<const json::Object *> scopes;
  unsigned depth = 0;
};
} // namespace

/// The value of `KEY=VALUE`: TOML, or the text itself.
static json::Value parseSetting(StringRef text) {
  Expected<json::Object> parsed = parseToml(("v = " + text).str(), "");
  if (parsed)
    if (json::Value *value = parsed->get("v"))
      return std::move(*value);
  if (!parsed)
    consumeError(parsed.takeError());
  return json::fixUTF8(text);
}

static json::Object takeObject(json::Object &root, StringRef key) {
  json::Object result;
  if (json::Object *found = root.getObject(key))
    result = std::move(*found);
  root.erase(key);
  return result;
}

/// Sets `a.b.c` in `root`, making tables on the way. Keys are copied: a key
/// made of a StringRef would point into `path`.
static void setPath(json::Object &root, StringRef path, json::Value value) {
  json::Object *table = &root;
  auto [first, rest] = path.split('.');
  for (; !rest.empty(); std::tie(first, rest) = rest.split('.')) {
    json::Value &next = (*table)[first.str()];
    if (!next.getAsObject())
      next = json::Object();
    table = next.getAsObject();
  }
  (*table)[first.str()] = std::move(value);
}

/// Applies --set: a variant first, whatever its place, then variables and
/// paths.
static Error applySettings(json::Object &root, json::Object &variables,
                           const json::Object &variants,
                           ArrayRef<std::string> sets) {
  for (StringRef set : sets) {
    auto [key, value] = set.split('=');
    if (key != "variant")
      continue;
    const json::Object *variant = variants.getObject(value);
    if (!variant)
      return makeError("--set variant=" + value +
                       ": there are: " + listKeys(variants, value));
    for (const auto &[name, other] : *variant)
      variables[name] = other;
  }
  for (StringRef set : sets) {
    auto [key, value] = set.split('=');
    if (key == "variant")
      continue;
    if (key.empty() || !set.contains('='))
      return makeError("--set " + set + ": expected KEY=VALUE");
    if (key.contains('.'))
      setPath(root, key, parseSetting(value));
    else if (variables.get(key))
      variables[key] = parseSetting(value);
    else
      return makeError("--set " + key +
                       ": unknown variable (or give a path such as "
                       "schedule.rate); there are: " +
                       listKeys(variables, key));
  }
  return Error::success();
}

Expected<json::Object> qnn::loadConfig(StringRef text, StringRef name,
                                       ArrayRef<std::string> sets) {
  Expected<json::Object> root = parseToml(text, name);
  if (!root)
    return root.takeError();
  json::Object variables = takeObject(*root, "set");
  json::Object variants = takeObject(*root, "variants");
  json::Object blocks = takeObject(*root, "blocks");
  if (Error error = applySettings(*root, variables, variants, sets))
    return std::move(error);
  Resolver resolver(blocks);
  resolver.push(variables);
  Expected<json::Value> resolved = resolver.resolve(std::move(*root));
  if (!resolved)
    return fileError(name, toString(resolved.takeError()));
  return std::move(*resolved->getAsObject());
}
