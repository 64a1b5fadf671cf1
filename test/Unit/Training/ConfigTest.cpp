//===- ConfigTest.cpp - Variables, variants, blocks, expressions --------===//

#include "qnn/Training/Config.h"
#include "gmock/gmock.h"

using namespace qnn;
using llvm::json::Array;
using llvm::json::Object;
using llvm::json::Value;
using testing::HasSubstr;

static std::string messageOf(llvm::Error error) {
  return llvm::toString(std::move(error));
}

/// The value of `x` in [model] of a description.
static Value valueOf(const std::string &text,
                     std::vector<std::string> sets = {}) {
  auto config = loadConfig(text, "test.toml", sets);
  if (!config)
    return Value(messageOf(config.takeError()));
  return *config->getObject("model")->get("x");
}

TEST(Expression, Arithmetic) {
  auto lookup = [](llvm::StringRef name) -> llvm::Expected<double> {
    return name == "bits" ? 3.0 : 10.0;
  };
  auto value = [&](llvm::StringRef text) {
    return llvm::cantFail(evaluateExpression(text, lookup));
  };
  EXPECT_EQ(value("2^bits - 1"), 7);
  EXPECT_EQ(value("2 + 3 * 4"), 14);
  EXPECT_EQ(value("(2 + 3) * 4"), 20);
  EXPECT_EQ(value("2 ^ 3 ^ 2"), 512);
  EXPECT_EQ(value("-width / 4"), -2.5);
  EXPECT_EQ(value("10 - 2 - 3"), 5);
  for (const char *wrong : {"2 +", "(2", "2 3", "*", "2..3"}) {
    auto result = evaluateExpression(wrong, lookup);
    EXPECT_FALSE(bool(result)) << wrong;
    llvm::consumeError(result.takeError());
  }
}

TEST(Config, VariablesStandForNumbersTablesAndLists) {
  std::string text =
      "[set]\nbits = 2\nq = { method = 'levels', bits = '= bits' }\n"
      "list = [1, '= bits']\n[model]\n";
  EXPECT_EQ(valueOf(text + "x = '= 2^bits'"), Value(4));
  EXPECT_EQ(valueOf(text + "x = '= q'", {"bits=4"}),
            Value(Object{{"method", "levels"}, {"bits", 4}}));
  EXPECT_EQ(valueOf(text + "x = [0, '= list']"), Value(Array{0, 1, 2}));
  EXPECT_EQ(valueOf(text + "x = 'no variable'"), Value("no variable"));
}

TEST(Config, ListsRepeatChooseAndUseBlocks) {
  std::string text =
      "[set]\nn = 2\n[blocks]\npair = ['a', { dense = '= units' }]\n[model]\n";
  EXPECT_EQ(valueOf(text + "x = [{ repeat = '= n', layers = ['a', 'b'] }]"),
            Value(Array{"a", "b", "a", "b"}));
  EXPECT_EQ(valueOf(text + "x = [{ block = 'pair', units = '= 4 * n' }]"),
            Value(Array{"a", Object{{"dense", 8}}}));
  EXPECT_EQ(valueOf(text + "x = [{ dense = 1, if = '= n - 2' }, 'c']"),
            Value(Array{"c"}));
  EXPECT_EQ(valueOf(text + "x = [{ dense = 1, if = true }]"),
            Value(Array{Object{{"dense", 1}}}));
}

TEST(Config, VariantsAndPathsAreSet) {
  std::string text = "[set]\na = 1\nb = 1\n[variants.other]\na = 2\nb = 2\n"
                     "[model]\nx = ['= a', '= b']\n";
  EXPECT_EQ(valueOf(text, {"variant=other"}), Value(Array{2, 2}));
  // What is said by name wins over the variant, in any order.
  EXPECT_EQ(valueOf(text, {"b=3", "variant=other"}), Value(Array{2, 3}));
  EXPECT_EQ(valueOf(text, {"model.x=word"}), Value("word"));
  auto config = loadConfig(text, "t", std::string("optimizer.rate=0.5"));
  ASSERT_TRUE(bool(config));
  EXPECT_EQ(config->getObject("optimizer")->getNumber("rate"), 0.5);
}

TEST(Config, MistakesAreNamed) {
  auto message = [](const std::string &text,
                    std::vector<std::string> sets = {}) {
    auto config = loadConfig(text, "test.toml", sets);
    return config ? "" : messageOf(config.takeError());
  };
  EXPECT_THAT(message("a = [1\nb = 2"), HasSubstr("test.toml: 2:"));
  EXPECT_THAT(message("x = '= y'"), HasSubstr("unknown variable 'y'"));
  EXPECT_THAT(message("[set]\ny = '= y'\n[model]\nx = '= y'"),
              HasSubstr("defined by itself"));
  EXPECT_THAT(message("[set]\nbits = 1", {"bit=2"}),
              HasSubstr("there are: bits; did you mean 'bits'?"));
  EXPECT_THAT(message("[variants.a]\n", {"variant=b"}),
              HasSubstr("there are: a"));
  EXPECT_THAT(message("x = [{ block = 'b' }]"), HasSubstr("unknown block 'b'"));
}
