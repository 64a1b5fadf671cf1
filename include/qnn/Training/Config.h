//===- Config.h - Descriptions of networks and their training ---*- C++ -*-===//
//
// A description is TOML: [model] with its layers, [data], [optimizer],
// [schedule], [training]. It is read into JSON values, which hold the same
// things, with its variables replaced:
//
//   [set]                         defaults of variables, changed by --set
//   [variants.NAME]               other defaults, chosen by --set variant=NAME
//   [blocks]                      named lists of layers with own variables
//
// A string that begins with `=` is an expression of numbers, variables,
// + - * / ^ and parentheses; one that is only a name stands for the variable's
// value, of whatever kind.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_TRAINING_CONFIG_H
#define QNN_TRAINING_CONFIG_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

namespace qnn {

/// TOML as JSON values; dates are refused. Messages name `name` and the line.
llvm::Expected<llvm::json::Object> parseToml(llvm::StringRef text,
                                             llvm::StringRef name);

/// Reads a description. Each of `sets` is `KEY=VALUE`: KEY a variable or a
/// dotted path such as `optimizer.rate`, VALUE a TOML value, or a word.
llvm::Expected<llvm::json::Object> loadConfig(llvm::StringRef text,
                                              llvm::StringRef name,
                                              llvm::ArrayRef<std::string> sets);

/// Value of an expression (without its `=`) of numbers and names. `lookup`
/// gives the number of a name.
llvm::Expected<double> evaluateExpression(
    llvm::StringRef text,
    llvm::function_ref<llvm::Expected<double>(llvm::StringRef)> lookup);

/// A number as JSON: an integer where it is one.
llvm::json::Value numberValue(double number);

} // namespace qnn

#endif // QNN_TRAINING_CONFIG_H
