//===- Remarks.cpp - What the passes say of each layer ----------*- C++ -*-===//
//
// Upstream's streamers write YAML or bitstreams for tools; a user wants a line
// for each layer. The node's name is the location's, or the argument `Layer` of
// a remark: its location may have lost the name.
//
//===----------------------------------------------------------------------===//

#include "qnn/Driver/Remarks.h"
#include "mlir/IR/Remarks.h"
#include "qnn/Driver/Diagnostics.h"

using namespace mlir;
using namespace qnn;

namespace {
class LineStreamer : public remark::detail::MLIRRemarkStreamerBase {
public:
  explicit LineStreamer(llvm::raw_ostream &os) : os(os) {}

  void streamOptimizationRemark(const remark::detail::Remark &remark) override {
    std::string layer = nodeName(remark.getLocation()), text, rest;
    for (const remark::detail::Remark::Arg &argument : remark.getArgs()) {
      if (argument.key == "Layer")
        layer = argument.val;
      else if (argument.key == "Remark")
        text += (text.empty() ? "" : " ") + argument.val;
      else if (argument.key == "Reason" || argument.key == "Suggestion")
        rest += (rest.empty() ? "" : "; ") + argument.val;
      else
        rest += (rest.empty() ? "" : "; ") + argument.key + " " + argument.val;
    }
    if (text.empty())
      text = remark.getRemarkName().str();
    os << (layer.empty() ? "-" : layer) << ": " << text
       << (rest.empty() ? "" : ": ") << rest << "\n";
  }

private:
  llvm::raw_ostream &os;
};
} // namespace

LogicalResult qnn::enableRemarks(MLIRContext &context, llvm::raw_ostream &os) {
  // Each kind must be named: `all` alone selects nothing.
  remark::RemarkCategories categories;
  categories.all = categories.passed = categories.missed = categories.analysis =
      categories.failed = "qnn.*";
  return remark::enableOptimizationRemarks(
      context, std::make_unique<LineStreamer>(os),
      std::make_unique<remark::RemarkEmittingPolicyAll>(), categories);
}
