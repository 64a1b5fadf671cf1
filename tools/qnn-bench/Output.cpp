//===- Output.cpp - What the commands of qnn-bench print --------*- C++ -*-===//

#include "Output.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace qnn;
using llvm::outs;

std::string qnn::number(double value) {
  int digits = value >= 1000 ? 0 : value >= 100 ? 1 : value >= 10 ? 2 : 3;
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.*f", digits, value);
  return text;
}

void qnn::printRow(llvm::ArrayRef<std::string> cells,
                   llvm::ArrayRef<int> widths) {
  for (auto [i, cell] : llvm::enumerate(cells)) {
    if (i)
      outs() << "  ";
    if (i >= widths.size())
      outs() << cell;
    else if (widths[i] < 0)
      outs() << llvm::left_justify(cell, -widths[i]);
    else
      outs() << llvm::right_justify(cell, widths[i]);
  }
  outs() << "\n";
  outs().flush();
}

void qnn::printLine(llvm::json::Object &&object) {
  outs() << llvm::json::Value(std::move(object)) << "\n";
  outs().flush();
}

void Progress::show(llvm::StringRef what) {
  if (!llvm::errs().is_displayed())
    return;
  llvm::errs() << "\r\x1b[K";
  if (total)
    llvm::errs() << ++done << "/" << total << " ";
  llvm::errs() << what;
}

void Progress::clear() {
  if (llvm::errs().is_displayed())
    llvm::errs() << "\r\x1b[K";
}
