//===- Metrics.cpp - Losses and accuracy outside a step -----------------===//

#include "qnn/Training/Metrics.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <cmath>

using namespace qnn;
using namespace llvm;

int64_t qnn::predictedLabel(ArrayRef<float> row) {
  if (row.size() == 1)
    return row[0] > 0;
  return std::max_element(row.begin(), row.end()) - row.begin();
}

static double crossEntropy(ArrayRef<float> row, int64_t label) {
  double greatest = *std::max_element(row.begin(), row.end()), sum = 0;
  for (float x : row)
    sum += std::exp(x - greatest);
  return std::log(sum) + greatest - row[label];
}

static double binaryCrossEntropy(double x, double target) {
  return std::max(x, 0.0) - x * target + std::log1p(std::exp(-std::abs(x)));
}

/// Mean over the classes of f(x, whether it is the label's class).
template <typename F>
static double overClasses(ArrayRef<float> row, int64_t label, F f) {
  double sum = 0;
  for (auto [i, x] : enumerate(row))
    sum += f(x, row.size() == 1 ? label == 1 : int64_t(i) == label);
  return sum / row.size();
}

static double lossOf(StringRef loss, ArrayRef<float> row, int64_t label) {
  if (loss == "cross_entropy")
    return crossEntropy(row, label);
  if (loss == "bce")
    return overClasses(row, label, binaryCrossEntropy);
  if (loss == "mse")
    return overClasses(row, label, [](double x, bool isLabel) {
      return (x - isLabel) * (x - isLabel);
    });
  bool squared = loss == "squared_hinge";
  return overClasses(row, label, [&](double x, bool isLabel) {
    double distance = std::max(0.0, 1 - (isLabel ? x : -x));
    return squared ? distance * distance : distance;
  });
}

Score qnn::score(StringRef loss, ArrayRef<float> outputs,
                 ArrayRef<int64_t> labels) {
  Score result;
  size_t width = labels.empty() ? 0 : outputs.size() / labels.size();
  for (auto [i, label] : enumerate(labels)) {
    ArrayRef<float> row = outputs.slice(i * width, width);
    result.loss += lossOf(loss, row, label);
    result.correct += predictedLabel(row) == label;
  }
  result.count = labels.size();
  return result;
}
