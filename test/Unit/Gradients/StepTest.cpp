//===- StepTest.cpp - Steps of training on the evaluator --------*- C++ -*-===//
//
// The passes from a network to a step, together: what they make learns.
//
//===----------------------------------------------------------------------===//

#include "Check.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "qnn/Dialect/QNN/Gradients/Passes.h"
#include "qnn/Reference/Evaluator.h"
#include "qnn/Transforms/ModelAttributes.h"
#include <map>
#include <random>

using namespace mlir;
using namespace qnn;

// Exclusive or, of numbers around its corners.
static const char *const network = R"(
  func.func @xor(%x: tensor<8x2xf32> {qnn.name = "x"},
      %w1: tensor<12x2xf32> {qnn.name = "w1", qnn.parameter, qnn.clip = 1.0 : f32},
      %s: tensor<12xf32> {qnn.name = "scale", qnn.parameter}, %b: tensor<12xf32> {qnn.name = "bias", qnn.parameter},
      %m: tensor<12xf32> {qnn.name = "mean", qnn.statistic}, %v: tensor<12xf32> {qnn.name = "variance", qnn.statistic},
      %w2: tensor<2x12xf32> {qnn.name = "w2", qnn.parameter}) -> tensor<8x2xf32> {
    %q = qnn.quantize %w1 {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<12x2xf32>) -> tensor<12x2xf32>
    %0 = qnn.matmul %x, %q {transpose_rhs} : (tensor<8x2xf32>, tensor<12x2xf32>) -> tensor<8x12xf32>
    %1 = qnn.batch_norm %0, %s, %b, %m, %v {epsilon = 1.0e-3 : f32, qnn.momentum = 0.5 : f32}
        : (tensor<8x12xf32>, tensor<12xf32>, tensor<12xf32>, tensor<12xf32>, tensor<12xf32>) -> tensor<8x12xf32>
    %2 = qnn.tanh %1 : (tensor<8x12xf32>) -> tensor<8x12xf32>
    %3 = qnn.dropout %2 {rate = 0.1 : f32, id = 0 : i64} : (tensor<8x12xf32>) -> tensor<8x12xf32>
    %4 = qnn.matmul %3, %w2 {transpose_rhs} : (tensor<8x12xf32>, tensor<2x12xf32>) -> tensor<8x2xf32>
    return %4 : tensor<8x2xf32>
  })";

namespace {
/// A step and its states by their names.
class Training {
public:
  Training(const std::string &loss, const std::string &optimizer) {
    DialectRegistry registry;
    registry.insert<QNNDialect, arith::ArithDialect, func::FuncDialect>();
    registerReferenceModels(registry);
    context.appendDialectRegistry(registry);
    module = parseSourceString<ModuleOp>(network, &context);
    PassManager pm(&context);
    PrepareTrainingOptions preparation;
    preparation.loss = loss;
    EmitUpdatesOptions updates;
    updates.optimizer = optimizer;
    pm.addNestedPass<func::FuncOp>(createPrepareTraining(preparation));
    pm.addNestedPass<func::FuncOp>(createAutodiff());
    pm.addNestedPass<func::FuncOp>(createEmitUpdates(updates));
    EXPECT_TRUE(succeeded(pm.run(*module)));
    function = *module->getOps<func::FuncOp>().begin();
    initialize();
  }

  /// Loss and right labels of one step.
  std::pair<double, int64_t> run(double rate, int64_t step) {
    arguments["learning_rate"].floats = {rate};
    arguments["step"].integers = {step};
    arguments["key"].integers = {7, step};
    SmallVector<Tensor> in;
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      in.push_back(arguments[nameOf(i)]);
    auto results = evaluate(function, in);
    EXPECT_TRUE(succeeded(results));
    for (unsigned r = 0; r < function.getNumResults(); ++r)
      if (auto state = function.getResultAttrOfType<IntegerAttr>(r, kStateAttr))
        arguments[nameOfState(state)] = (*results)[r];
    return {(*results)[0].floats[0], (*results)[1].integers[0]};
  }

  /// The mean loss of steps 101 to 200: dropout and signs that flip make it
  /// rise now and then.
  double meanOf(double rate) {
    double sum = 0;
    for (int64_t step = 2; step <= 200; ++step) {
      double loss = run(rate, step).first;
      sum += step > 100 ? loss : 0;
    }
    return sum / 100;
  }

  std::map<std::string, Tensor> arguments;

private:
  std::string nameOf(unsigned argument) {
    return function.getArgAttrOfType<StringAttr>(argument, kNameAttr).str();
  }
  std::string nameOfState(Attribute state) {
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      if (function.getArgAttr(i, kStateAttr) == state)
        return nameOf(i);
    ADD_FAILURE() << "a state without an argument";
    return "";
  }
  void initialize() {
    std::mt19937 random(5);
    std::uniform_real_distribution<double> draw(-0.5, 0.5);
    for (unsigned i = 0; i < function.getNumArguments(); ++i) {
      auto type = cast<RankedTensorType>(function.getArgumentTypes()[i]);
      Tensor tensor = Tensor::zeros(type);
      for (double &x : tensor.floats)
        if (nameOf(i)[0] == 'w' && nameOf(i).size() == 2)
          x = draw(random);
      arguments[nameOf(i)] = tensor;
    }
    // All four pairs of signs, far from changing.
    for (int64_t i = 0; i < 24; ++i)
      arguments["w1"].floats[i] = (i % 2 ? i / 4 : i / 2) % 2 ? 0.9 : -0.9;
    arguments["scale"].floats.assign(12, 1.0);
    arguments["variance"].floats.assign(12, 1.0);
    arguments["x"].floats = {0,    0.1, 1,   0.1,  0.1, 1, 0.9, 0.9,
                             -0.1, 0,   0.9, -0.1, 0,   1, 1,   1};
    arguments["labels"].integers = {0, 1, 1, 0, 0, 1, 1, 0};
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  func::FuncOp function;
};
} // namespace

TEST(Step, Learns) {
  for (const char *loss :
       {"cross_entropy", "bce", "squared_hinge", "hinge", "mse"}) {
    Training training(loss, "adam");
    double first = training.run(0.02, 1).first;
    EXPECT_LT(training.meanOf(0.02), first / 2) << loss;
  }
}

TEST(Step, EveryOptimizerLearns) {
  const std::pair<const char *, double> optimizers[] = {
      {"sgd", 0.5},     {"momentum", 0.1}, {"adamw", 0.02},
      {"adamax", 0.05}, {"rmsprop", 0.01}, {"shift_adamax", 0.03125}};
  for (auto [optimizer, rate] : optimizers) {
    Training training("cross_entropy", optimizer);
    double first = training.run(rate, 1).first;
    EXPECT_LT(training.meanOf(rate), first / 2) << optimizer;
  }
}

TEST(Step, KeepsStatistics) {
  Training training("cross_entropy", "sgd");
  training.run(0, 1);
  // Half of the old ones, half of the batch's: x w' has the mean of the sums
  // of x's columns, signs as those of w.
  double columns[] = {3.8 / 8, 4.0 / 8};
  for (int64_t c = 0; c < 12; ++c) {
    double mean = 0;
    for (int64_t k = 0; k < 2; ++k)
      mean += (training.arguments["w1"].floats[c * 2 + k] >= 0 ? 1 : -1) *
              columns[k];
    EXPECT_NEAR(training.arguments["mean"].floats[c], mean / 2, 1e-6);
  }
}

TEST(Step, ClipsAndRepeats) {
  Training a("cross_entropy", "adam"), b("cross_entropy", "adam");
  for (int64_t step = 1; step <= 40; ++step)
    EXPECT_EQ(a.run(0.1, step), b.run(0.1, step));
  double greatest = 0;
  for (double w : a.arguments["w1"].floats)
    greatest = std::max(greatest, std::fabs(w));
  EXPECT_EQ(greatest, 1);
}
