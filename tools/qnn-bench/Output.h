//===- Output.h - What the commands of qnn-bench print ----------*- C++ -*-===//

#ifndef QNN_TOOLS_QNN_BENCH_OUTPUT_H
#define QNN_TOOLS_QNN_BENCH_OUTPUT_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/JSON.h"
#include <string>

namespace qnn {

/// Four significant digits: more than two runs agree in.
std::string number(double value);

/// Cells in columns, as soon as they are known: negative widths to the left,
/// the last cell as long as it is.
void printRow(llvm::ArrayRef<std::string> cells, llvm::ArrayRef<int> widths);

/// One object on one line.
void printLine(llvm::json::Object &&object);

/// A line on a terminal that says what is being measured.
class Progress {
public:
  explicit Progress(size_t total = 0) : total(total) {}
  ~Progress() { clear(); }
  void show(llvm::StringRef what);
  void clear();

private:
  size_t done = 0, total;
};

} // namespace qnn

#endif // QNN_TOOLS_QNN_BENCH_OUTPUT_H
