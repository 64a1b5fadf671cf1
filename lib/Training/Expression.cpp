//===- Expression.cpp - Arithmetic in descriptions ----------------------===//

#include "qnn/Support/Files.h"
#include "qnn/Training/Config.h"
#include "llvm/ADT/StringExtras.h"
#include <cmath>
#include <optional>

using namespace qnn;
using namespace llvm;

json::Value qnn::numberValue(double number) {
  if (std::abs(number) < 0x1p53 && number == std::floor(number))
    return static_cast<int64_t>(number);
  return number;
}

namespace {
/// sum: product {(+|-) product}; product: power {(*|/) power};
/// power: factor [^ power]; factor: number, name, (sum), -power.
class Parser {
public:
  using Lookup = function_ref<Expected<double>(StringRef)>;
  Parser(StringRef text, Lookup lookup)
      : whole(text), rest(text), lookup(lookup) {}

  Expected<double> parse() {
    double value = sum();
    if (!failure && !rest.ltrim().empty())
      fail("expected an operator before '" + rest.ltrim() + "'");
    if (failure)
      return makeError(*failure);
    return value;
  }

private:
  double fail(const Twine &reason) {
    if (!failure)
      failure = ("expression '" + whole.trim() + "': " + reason).str();
    return 0;
  }
  bool take(char c) {
    rest = rest.ltrim();
    return rest.consume_front(StringRef(&c, 1));
  }
  double sum() {
    double value = product();
    while (!failure) {
      if (take('+'))
        value += product();
      else if (take('-'))
        value -= product();
      else
        break;
    }
    return value;
  }
  double product() {
    double value = power();
    while (!failure) {
      if (take('*'))
        value *= power();
      else if (take('/'))
        value /= power();
      else
        break;
    }
    return value;
  }
  double power() {
    double value = factor();
    return !failure && take('^') ? std::pow(value, power()) : value;
  }
  double factor() {
    if (take('-'))
      return -power();
    if (take('(')) {
      double value = sum();
      return failure || take(')') ? value : fail("expected ')'");
    }
    if (rest.empty())
      return fail("expected a number or a name at the end");
    return isDigit(rest[0]) || rest[0] == '.' ? number() : name();
  }
  double number() {
    StringRef digits =
        rest.take_while([](char c) { return isDigit(c) || c == '.'; });
    double value = 0;
    if (digits.getAsDouble(value))
      return fail("expected a number, but got '" + digits + "'");
    rest = rest.drop_front(digits.size());
    return value;
  }
  double name() {
    StringRef word =
        rest.take_while([](char c) { return isAlnum(c) || c == '_'; });
    if (word.empty())
      return fail("expected a number or a name, but got '" + rest + "'");
    rest = rest.drop_front(word.size());
    Expected<double> value = lookup(word);
    if (value)
      return *value;
    return fail(toString(value.takeError()));
  }

  StringRef whole, rest;
  Lookup lookup;
  std::optional<std::string> failure;
};
} // namespace

Expected<double>
qnn::evaluateExpression(StringRef text,
                        function_ref<Expected<double>(StringRef)> lookup) {
  return Parser(text, lookup).parse();
}
