//===- TrainingOpsTest.cpp - Compiled training ops against the reference --===//
//
// As QNNToLinalgTest.cpp, for what only training has. Formulas are decomposed
// first, as the graph pipeline does.
//
//===----------------------------------------------------------------------===//

#include "Native.h"
#include "qnn/Dialect/QNN/Transforms/Passes.h"
#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace mlir;
using namespace qnn;

namespace {

struct Case {
  const char *name;
  std::string op; ///< with attributes, without types; operands where needed
  std::vector<std::string> operands, results;
  double tolerance = 0;  ///< relative to max(1, |expected|); 0: equal
  int low = 0, high = 3; ///< range of integer arguments
  bool positive = false; ///< floats are in (0, 1]
  bool small = false;    ///< floats are in [-1, 1]
  int vectorBits = 0;    ///< of a target; 0: none is said
};

void PrintTo(const Case &c, std::ostream *out) { *out << c.name; }

std::string join(const std::vector<std::string> &types, const char *prefix) {
  std::string text;
  for (size_t i = 0; i < types.size(); ++i)
    text += (i ? ", " : "") +
            (*prefix ? prefix + std::to_string(i) + ": " : std::string()) +
            "tensor<" + types[i] + ">";
  return text;
}

std::string programOf(const Case &c) {
  std::string names, values;
  for (size_t i = 0; i < c.operands.size(); ++i)
    names += (i ? ", %x" : "%x") + std::to_string(i);
  for (size_t i = 0; i < c.results.size(); ++i)
    values += (i ? ", %y#" : "%y#") + std::to_string(i);
  std::string text = c.op, to = join(c.results, "");
  if (text.find('%') == std::string::npos)
    text.insert(std::min(text.find(' '), text.size()), " " + names);
  text = "func.func @f(" + join(c.operands, "%x") + ") -> (" + to +
         ") {\n %y:" + std::to_string(c.results.size()) + " = qnn." + text +
         " : (" + join(c.operands, "") + ") -> (" + to + ")\n return " +
         values + " : " + to + "\n}";
  if (c.vectorBits == 0)
    return text;
  return "module attributes {qnn.target = #qnn.target<triple = \"\", cpu = "
         "\"\", features = \"\", vector_bits = " +
         std::to_string(c.vectorBits) + ", registers = 16>} {" + text + "}";
}

class TrainingOps : public testing::TestWithParam<Case> {
protected:
  std::mt19937 random{1};

  float randomFloat() {
    if (GetParam().positive)
      return (random() % 1000 + 1) / 1000.0f;
    if (GetParam().small)
      return (static_cast<int>(random() % 2001) - 1000) / 1000.0f;
    switch (random() % 6) {
    case 0: // bounds of windows, ties
      return static_cast<int>(random() % 17 - 8) * 0.25f;
    case 1:
      return std::ldexp(static_cast<float>(random() % 5) - 2,
                        random() % 60 - 30);
    default:
      return std::normal_distribution<float>(0, 1)(random);
    }
  }

  Tensor randomTensor(RankedTensorType type) {
    const Case &c = GetParam();
    Tensor tensor = Tensor::zeros(type);
    for (float &x : tensor.floats)
      x = randomFloat();
    for (int64_t &x : tensor.integers)
      x = c.low + static_cast<int64_t>(random() % (c.high - c.low + 1));
    return tensor;
  }
};

TEST_P(TrainingOps, EqualReference) {
  const Case &c = GetParam();
  Program program(programOf(c));
  SmallVector<Tensor> arguments;
  for (RankedTensorType type : program.argumentTypes())
    arguments.push_back(randomTensor(type));
  SmallVector<Tensor> expected = program.interpret(arguments);
  program.transform(
      [](OpPassManager &pm) { pm.addPass(createDecomposeTraining()); });
  SmallVector<Tensor> actual = program.compileAndRun(arguments);
  ASSERT_EQ(expected.size(), actual.size());
  for (auto [e, a] : llvm::zip_equal(expected, actual)) {
    ASSERT_EQ(e.shape, a.shape);
    ASSERT_EQ(e.integers, a.integers);
    for (size_t i = 0; i < e.floats.size(); ++i)
      ASSERT_NEAR(e.floats[i], a.floats[i],
                  c.tolerance * std::max(1.0f, std::fabs(e.floats[i])))
          << "element " << i;
  }
}

const std::vector<std::string> two = {"3x37xf32", "3x37xf32"},
                               one = {"3x37xf32"};

const Case elementwise[] = {
    {"identity", "surrogate_grad<identity>", two, one},
    {"window", "surrogate_grad<window> {parameters = array<f32: -1.0, 1.0>}",
     two, one},
    {"open_window",
     "surrogate_grad<open_window> {parameters = array<f32: -1.0, 0.5>}", two,
     one},
    {"tanh", "surrogate_grad<tanh> {parameters = array<f32: 3.0>}", two, one,
     1e-5},
    {"modified_tanh",
     "surrogate_grad<modified_tanh> {parameters = array<f32: 4.0, 3.0>}", two,
     one, 1e-5},
    {"approx_sign", "surrogate_grad<approx_sign>", two, one},
    {"swish_sign", "surrogate_grad<swish_sign> {parameters = array<f32: 5.0>}",
     two, one, 1e-4},
    {"ir_net", "surrogate_grad<ir_net> {parameters = array<f32: 0.5, 2.0>}",
     two, one, 1e-5},
    {"leaky_tanh", "surrogate_grad<leaky_tanh> {parameters = array<f32: 0.2>}",
     two, one},
    {"greater", "compare<gt>", {"3x7xf32", "7xf32"}, {"3x7xf32"}},
    {"greater_equal", "compare<ge>", two, one},
    {"equal", "compare<eq>", two, one},
    {"broadcast", "broadcast", {"4x1xf32"}, {"2x4x5xf32"}},
    {"ap2", "ap2", {"4x99xf32"}, {"4x99xf32"}},
    {"one_hot",
     "one_hot {on = 1.0 : f32, off = -1.0 : f32}",
     {"7xi64"},
     {"7x4xf32"}},
    {"one_hot_outside",
     "one_hot {on = 2.0 : f32, off = 0.0 : f32}",
     {"9xi64"},
     {"9x3xf32"},
     0,
     -1,
     3},
};
INSTANTIATE_TEST_SUITE_P(Elementwise, TrainingOps,
                         testing::ValuesIn(elementwise));

const Case randomNumbers[] = {
    {"uniform",
     "random_uniform {id = 3 : i64, low = 0.0 : f32, high = 1.0 : f32}",
     {"2xi64"},
     {"64xf32"},
     0,
     0,
     1 << 30},
    {"uniform_short",
     "random_uniform {id = 1 : i64, low = -1.0 : f32, high = 1.0 : f32}",
     {"2xi64"},
     {"1xf32"},
     0,
     0,
     1 << 30},
    {"uniform_odd",
     "random_uniform {id = 7 : i64, low = -2.0 : f32, high = 3.0 : f32}",
     {"2xi64"},
     {"3x67xf32"},
     0,
     0,
     1 << 30},
    {"dropout",
     "dropout {rate = 0.4 : f32, id = 2 : i64}",
     {"5x41xf32", "2xi64"},
     {"5x41xf32"},
     1e-6,
     0,
     1 << 30},
};
INSTANTIATE_TEST_SUITE_P(RandomNumbers, TrainingOps,
                         testing::ValuesIn(randomNumbers));

const std::string pool = " {kernel = array<i64: 3, 3>, strides = array<i64: 2, "
                         "2>, pads = array<i64: "
                         "1, 1, 1, 1>}";
const std::string halves =
    " {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>}";

const Case gradients[] = {
    {"conv_input",
     "conv2d_input_grad",
     {"2x4x6x6xf32", "4x3x3x3xf32"},
     {"2x3x8x8xf32"},
     1e-5},
    {"conv_input_padded",
     "conv2d_input_grad {pads = array<i64: 1, 2, 0, 1>}",
     {"1x4x5x7xf32", "4x3x3x3xf32"},
     {"1x3x6x6xf32"},
     1e-5},
    {"conv_input_strided",
     "conv2d_input_grad {strides = array<i64: 2, 3>, dilations = array<i64: 1, "
     "2>, pads = array<i64: 1, 1, 1, 1>}",
     {"2x2x4x3xf32", "2x3x3x3xf32"},
     {"2x3x8x10xf32"},
     1e-5},
    {"conv_input_groups",
     "conv2d_input_grad {groups = 2 : i64}",
     {"1x4x4x4xf32", "4x3x2x2xf32"},
     {"1x6x5x5xf32"},
     1e-5},
    {"conv_input_wide_pads",
     "conv2d_input_grad {pads = array<i64: 2, 2, 2, 2>}",
     {"1x2x9x9xf32", "2x3x1x1xf32"},
     {"1x3x5x5xf32"},
     1e-5},
    {"conv_filter",
     "conv2d_filter_grad",
     {"3x3x8x8xf32", "3x4x6x6xf32"},
     {"4x3x3x3xf32"},
     1e-4},
    {"conv_filter_strided",
     "conv2d_filter_grad {strides = array<i64: 2, 2>, pads = array<i64: 1, 1, "
     "1, "
     "1>}",
     {"2x3x8x8xf32", "2x4x4x4xf32"},
     {"4x3x3x3xf32"},
     1e-4},
    {"conv_filter_groups",
     "conv2d_filter_grad {groups = 2 : i64}",
     {"2x6x5x5xf32", "2x4x4x4xf32"},
     {"4x3x2x2xf32"},
     1e-4},
    {"conv_filter_ones",
     "conv2d_filter_grad {pads = array<i64: 1, 1, 1, 1>, pad_value = "
     "#qnn.pad_value<plus_one>}",
     {"2x3x5x5xf32", "2x4x5x5xf32"},
     {"4x3x3x3xf32"},
     1e-4},
    // Each tap is a product of its own.
    {"conv_filter_taps",
     "conv2d_filter_grad {strides = array<i64: 2, 1>, dilations = array<i64: "
     "1, 2>, pads = array<i64: 1, 2, 0, 1>}",
     {"3x9x7x8xf32", "3x5x3x7xf32"},
     {"5x9x3x3xf32"},
     1e-4},
    // The gradient did not reach the last row and column.
    {"conv_filter_rest",
     "conv2d_filter_grad {strides = array<i64: 2, 2>}",
     {"2x20x6x6xf32", "2x4x2x2xf32"},
     {"4x20x3x3xf32"},
     1e-4},
    // More than one block of the sum.
    {"conv_filter_long",
     "conv2d_filter_grad {pads = array<i64: 1, 1, 1, 1>}",
     {"5x34x30x29xf32", "5x5x30x29xf32"},
     {"5x34x3x3xf32"},
     1e-3},
    {"unfold",
     "unfold {kernel = array<i64: 2, 3>, strides = array<i64: 2, 1>, pads = "
     "array<i64: 0, 1, 1, 2>, dilations = array<i64: 1, 2>}",
     {"2x3x5x6xf32"},
     {"30x18xf32"}},
    {"max_pool",
     "max_pool2d_grad" + pool,
     {"2x3x7x7xf32", "2x3x4x4xf32"},
     {"2x3x7x7xf32"},
     1e-6},
    {"max_pool_halves",
     "max_pool2d_grad" + halves,
     {"2x3x8x6xf32", "2x3x4x3xf32"},
     {"2x3x8x6xf32"}},
    {"avg_pool",
     "avg_pool2d_grad" + pool,
     {"2x3x4x4xf32"},
     {"2x3x7x7xf32"},
     1e-6},
    {"avg_pool_halves",
     "avg_pool2d_grad" + halves,
     {"1x2x3x3xf32"},
     {"1x2x6x6xf32"},
     1e-6},
    {"avg_pool_rest",
     "avg_pool2d_grad {kernel = array<i64: 2, 3>, strides = array<i64: 2, 3>}",
     {"2x1x2x2xf32"},
     {"2x1x5x7xf32"},
     1e-6},
    {"avg_pool_overlap",
     "avg_pool2d_grad {kernel = array<i64: 3, 2>, dilations = array<i64: 1, "
     "2>, pads = array<i64: 1, 0, 1, 2>, count_include_pad}",
     {"1x2x5x7xf32"},
     {"1x2x5x7xf32"},
     1e-6},
    {"avg_pool_all",
     "avg_pool2d_grad {kernel = array<i64: 4, 5>}",
     {"2x3x1x1xf32"},
     {"2x3x4x5xf32"},
     1e-6},
    {"slice",
     "slice_grad {offsets = array<i64: 1, 9>, steps = array<i64: 2, -3>}",
     {"2x3xf32"},
     {"5x10xf32"}},
    {"gather", "gather", {"4x5xf32", "3x2xi64"}, {"3x2x5xf32"}},
    {"gather_grad", "gather_grad", {"3x2x5xf32", "3x2xi64"}, {"4x5xf32"}, 1e-6},
};
INSTANTIATE_TEST_SUITE_P(Gradients, TrainingOps, testing::ValuesIn(gradients));

const std::vector<std::string> normOperands = {"4x3x5x2xf32", "3xf32", "3xf32"};
const std::vector<std::string> normResults = {"4x3x5x2xf32", "3xf32", "3xf32",
                                              "3xf32"};
const std::vector<std::string> normGradOperands = {"6x5xf32", "6x5xf32",
                                                   "5xf32", "5xf32", "5xf32"};
const std::vector<std::string> normGradResults = {"6x5xf32", "5xf32", "5xf32"};

const Case norms[] = {
    {"batch_norm", "batch_norm_train {epsilon = 1.0e-4 : f32}", normOperands,
     normResults, 1e-4, 0, 3, true},
    {"batch_norm_rows",
     "batch_norm_train {epsilon = 1.0e-4 : f32}",
     {"7x5xf32", "5xf32", "5xf32"},
     {"7x5xf32", "5xf32", "5xf32", "5xf32"},
     1e-4,
     0,
     3,
     true},
    {"batch_norm_shift", "batch_norm_train {epsilon = 1.0e-4 : f32, shift}",
     normOperands, normResults, 1e-4, 0, 3, true},
    {"batch_norm_grad_image",
     "batch_norm_train_grad",
     {"4x3x5x2xf32", "4x3x5x2xf32", "3xf32", "3xf32", "3xf32"},
     {"4x3x5x2xf32", "3xf32", "3xf32"},
     1e-4,
     0,
     3,
     true},
    {"batch_norm_grad", "batch_norm_train_grad", normGradOperands,
     normGradResults, 1e-4, 0, 3, true},
    {"batch_norm_grad_shift", "batch_norm_train_grad {shift}", normGradOperands,
     normGradResults, 1e-4, 0, 3, true},
};
INSTANTIATE_TEST_SUITE_P(Norms, TrainingOps, testing::ValuesIn(norms));

const Case losses[] = {
    {"cross_entropy",
     "softmax_cross_entropy",
     {"5x4xf32", "5xi64"},
     {"f32"},
     1e-5},
    {"cross_entropy_padding",
     "softmax_cross_entropy",
     {"9x4xf32", "9xi64"},
     {"f32"},
     1e-5,
     -1,
     3},
    {"cross_entropy_soft",
     "softmax_cross_entropy",
     {"5x4xf32", "5x4xf32"},
     {"f32"},
     1e-5,
     0,
     3,
     true},
    {"cross_entropy_grad",
     "softmax_cross_entropy_grad",
     {"f32", "5x4xf32", "5xi64"},
     {"5x4xf32"},
     1e-5,
     -1,
     3},
    {"sigmoid_cross_entropy",
     "sigmoid_cross_entropy",
     {"7x1xf32", "7x1xf32"},
     {"f32"},
     1e-5,
     0,
     3,
     true},
    {"count_correct", "count_correct", {"33x4xf32", "33xi64"}, {"i64"}},
    {"count_correct_binary",
     "count_correct",
     {"33x1xf32", "33xi64"},
     {"i64"},
     0,
     0,
     1},
};
INSTANTIATE_TEST_SUITE_P(Losses, TrainingOps, testing::ValuesIn(losses));

Case update(const char *name, const std::string &op, int states, bool hasStep) {
  Case c = {name, op, {"3x37xf32", "3x37xf32"}, {"3x37xf32"}, 1e-6};
  for (int i = 0; i < states; ++i) {
    c.operands.push_back("3x37xf32");
    c.results.push_back("3x37xf32");
  }
  c.operands.push_back("f32");
  if (hasStep)
    c.operands.push_back("i64");
  c.low = c.high = 7;
  c.positive = true;
  return c;
}

const Case updates[] = {
    update("sgd", "sgd {weight_decay = 0.1 : f64, clip = 0.9 : f32}", 0, false),
    update("momentum", "momentum {momentum = 0.9 : f64}", 1, false),
    update("nesterov", "momentum {nesterov, lr_scale = 2.0 : f32}", 1, false),
    update("adam", "adam {clip = 1.0 : f32}", 2, true),
    update("adam_keras", "adam {keras, weight_decay = 0.01 : f64}", 2, true),
    update("adamw", "adam {decoupled, weight_decay = 0.01 : f64}", 2, true),
    update("adamax", "adamax", 2, true),
    update("shift_adamax", "shift_adamax {lr_scale = 0.5 : f32}", 2, true),
    update("shift_adamax_paper", "shift_adamax {paper}", 2, true),
    update("rmsprop", "rmsprop {momentum = 0.5 : f64}", 2, false),
    update("bop", "bop {threshold = 0.2 : f64}", 1, false),
};
INSTANTIATE_TEST_SUITE_P(Updates, TrainingOps, testing::ValuesIn(updates));

/// Sizes of a recurrent layer.
struct Sizes {
  int steps = 4, rows = 5, units = 3;

  std::string state() const { return shape({rows, units}); }
  std::string lengths() const { return std::to_string(rows) + "xi64"; }
  std::string sequence(int count) const {
    return shape({steps, rows, count * units});
  }
  std::string saved(int count) const {
    return shape({steps + 1, count * units, rows});
  }
  std::string bias(int gates) const { return shape({gates * units}); }
  std::string weights(int gates) const { return shape({gates * units, units}); }

private:
  static std::string shape(std::initializer_list<int> dims) {
    std::string text;
    for (int dim : dims)
      text += std::to_string(dim) + "x";
    return text + "f32";
  }
};

/// Lengths are random numbers from 0 on, so some rows go on to the end.
Case recurrent(const char *name, const std::string &op, int gates, int saved,
               Sizes sizes = {}, std::vector<std::string> operands = {}) {
  Case c = {name,
            op,
            {sizes.sequence(gates), sizes.weights(gates)},
            {sizes.sequence(1), sizes.saved(saved), sizes.state()},
            1e-5,
            0,
            sizes.steps,
            false,
            true};
  c.operands.insert(c.operands.end(), operands.begin(), operands.end());
  if (gates == 4)
    c.results.push_back(sizes.state());
  return c;
}

Case recurrentGrad(const char *name, const std::string &op, int gates,
                   int saved, Sizes sizes = {},
                   std::vector<std::string> operands = {}) {
  Case c = {name,
            op,
            {sizes.weights(gates), sizes.saved(saved)},
            {sizes.sequence(gates), sizes.weights(gates), sizes.bias(gates),
             sizes.state()},
            1e-5,
            0,
            sizes.steps,
            true};
  c.operands.insert(c.operands.end(), operands.begin(), operands.end());
  if (gates == 4)
    c.results.push_back(sizes.state());
  return c;
}

const std::string bipolar = "#qnn.quantizer<bits = 1, encoding = bipolar, "
                            "surrogate = hard_tanh>";
const std::string bits4 =
    "#qnn.quantizer<bits = 4, encoding = signed, scale = array<f32: 0.25>>";
const Sizes small;
/// Two blocks of 16 rows and one left, squares that overlap, a tile of units
/// that is not full.
const Sizes large = {3, 33, 19};
/// No register is full.
const Sizes single = {5, 1, 1};
const Sizes wide = {2, 16, 16};

const Case recurrentLayers[] = {
    recurrent("rnn", "recurrent<rnn>", 1, 2),
    recurrent("gru", "recurrent<gru>", 3, 5),
    recurrent("lstm", "recurrent<lstm>", 4, 6),
    recurrent("rnn_hard", "recurrent<rnn> {hard, reverse}", 1, 2),
    recurrent("rnn_large", "recurrent<rnn>", 1, 2, large),
    recurrent("gru_large", "recurrent<gru> {reverse}", 3, 5, large),
    recurrent("lstm_large", "recurrent<lstm>", 4, 6, large),
    recurrent("rnn_single", "recurrent<rnn>", 1, 2, single),
    recurrent("lstm_single", "recurrent<lstm> {hard}", 4, 6, single),
    recurrent("lstm_wide", "recurrent<lstm>", 4, 6, wide),
    recurrent(
        "gru_bias",
        "recurrent<gru> %x0, %x1 bias(%x2) initial(%x3) lengths(%x4) {hard}", 3,
        5, small, {small.bias(3), small.state(), small.lengths()}),
    recurrent(
        "lstm_all",
        "recurrent<lstm> %x0, %x1 bias(%x2) initial(%x3, %x4) lengths(%x5) "
        "{hard, reverse, hidden_quantizer = " +
            bipolar + ", cell_quantizer = " + bits4 + "}",
        4, 6, large,
        {large.bias(4), large.state(), large.state(), large.lengths()}),
    recurrentGrad("rnn_grad", "recurrent_grad<rnn> %x0, %x1 grad(%x2)", 1, 2,
                  small, {small.sequence(1)}),
    recurrentGrad("gru_grad", "recurrent_grad<gru> %x0, %x1 grad(%x2)", 3, 5,
                  small, {small.sequence(1)}),
    recurrentGrad("lstm_grad", "recurrent_grad<lstm> %x0, %x1 grad(%x2)", 4, 6,
                  small, {small.sequence(1)}),
    recurrentGrad("rnn_grad_large", "recurrent_grad<rnn> %x0, %x1 last(%x2)", 1,
                  2, large, {large.state()}),
    recurrentGrad("gru_grad_large",
                  "recurrent_grad<gru> %x0, %x1 grad(%x2) {reverse}", 3, 5,
                  large, {large.sequence(1)}),
    recurrentGrad("lstm_grad_large", "recurrent_grad<lstm> %x0, %x1 grad(%x2)",
                  4, 6, large, {large.sequence(1)}),
    recurrentGrad("lstm_grad_single", "recurrent_grad<lstm> %x0, %x1 grad(%x2)",
                  4, 6, single, {single.sequence(1)}),
    recurrentGrad("lstm_grad_wide",
                  "recurrent_grad<lstm> %x0, %x1 last(%x2, %x3)", 4, 6, wide,
                  {wide.state(), wide.state()}),
    recurrentGrad("lstm_grad_truncated",
                  "recurrent_grad<lstm> %x0, %x1 grad(%x2) {hard, truncate = 2 "
                  ": i64, hidden_quantizer = " +
                      bipolar + ", cell_quantizer = " + bipolar + "}",
                  4, 6, small, {small.sequence(1)}),
    recurrentGrad(
        "gru_grad_quantized",
        "recurrent_grad<gru> %x0, %x1 grad(%x2) {hidden_quantizer = " +
            bipolar + "}",
        3, 5, small, {small.sequence(1)}),
    recurrentGrad(
        "gru_grad_all",
        "recurrent_grad<gru> %x0, %x1 grad(%x2) last(%x3) lengths(%x4) "
        "{truncate = 3 : i64}",
        3, 5, small, {small.sequence(1), small.state(), small.lengths()}),
    recurrentGrad(
        "lstm_grad_reverse",
        "recurrent_grad<lstm> %x0, %x1 grad(%x2) last(%x3, %x4) "
        "lengths(%x5) {reverse, truncate = 2 : i64}",
        4, 6, large,
        {large.sequence(1), large.state(), large.state(), large.lengths()}),
};
INSTANTIATE_TEST_SUITE_P(Recurrent, TrainingOps,
                         testing::ValuesIn(recurrentLayers));

/// The same for a target with registers of `bits` bits.
std::vector<Case> withRegisters(int bits) {
  std::vector<Case> cases(std::begin(recurrentLayers),
                          std::end(recurrentLayers));
  cases.push_back({"gather_grad",
                   "gather_grad",
                   {"7x5x40xf32", "7x5xi64"},
                   {"4x40xf32"},
                   1e-6});
  cases.push_back({"gather_grad_odd",
                   "gather_grad",
                   {"9x37xf32", "9xi64"},
                   {"4x37xf32"},
                   1e-6});
  for (Case &c : cases)
    c.vectorBits = bits;
  return cases;
}
INSTANTIATE_TEST_SUITE_P(Recurrent256, TrainingOps,
                         testing::ValuesIn(withRegisters(256)));
INSTANTIATE_TEST_SUITE_P(Recurrent512, TrainingOps,
                         testing::ValuesIn(withRegisters(512)));

} // namespace
