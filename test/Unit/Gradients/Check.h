//===- Check.h - Gradients against differences ------------------*- C++ -*-===//

#ifndef QNN_TEST_UNIT_GRADIENTS_CHECK_H
#define QNN_TEST_UNIT_GRADIENTS_CHECK_H

#include "qnn/Reference/Tensor.h"
#include "llvm/ADT/ArrayRef.h"
#include <gtest/gtest.h>
#include <string>
#include <vector>

/// Numbers of f32 arguments are drawn from [low, high].
struct Interval {
  double low = -1, high = 1;
};

/// `text` is the body of a function behind its name,
///
///   (%x: tensor<2x3xf32>, %i: tensor<4xi64>) -> tensor<2x3xf32> { ... }
///
/// The loss is the sum of its f32 results, each element times a random number.
/// Holds what autodiff emits for every f32 argument, computed in f64, against
/// central differences of the function, computed in f64. Arguments of i64 hold
/// 0, 1, 2, ... modulo `indices`. A result on which an argument has no effect
/// must have gradient 0.
void checkGradient(const std::string &text, Interval range = {},
                   int64_t indices = 3);

/// The gradients of the sum of the first result of a function with respect to
/// its f32 arguments, for these values of all arguments.
std::vector<std::vector<double>>
gradientsOf(const std::string &text, llvm::ArrayRef<qnn::Tensor> arguments);

/// What autodiff says of a function that it refuses.
std::string refusalOf(const std::string &text);

qnn::Tensor doubles(llvm::ArrayRef<int64_t> shape, std::vector<double> values);

#endif // QNN_TEST_UNIT_GRADIENTS_CHECK_H
