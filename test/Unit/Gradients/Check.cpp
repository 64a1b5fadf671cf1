//===- Check.cpp - Gradients against differences ----------------*- C++ -*-===//

#include "Check.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "qnn/Dialect/QNN/Gradients/Gradients.h"
#include "qnn/Dialect/QNN/IR/QNN.h"
#include "qnn/Reference/Evaluator.h"
#include <random>

using namespace mlir;
using namespace qnn;

static_assert(std::is_same_v<Real, double>, "linked with QNNReference64");

Tensor doubles(ArrayRef<int64_t> shape, std::vector<double> values) {
  Tensor tensor;
  tensor.shape.assign(shape.begin(), shape.end());
  tensor.floats = std::move(values);
  return tensor;
}

namespace {
/// A function with a loss, and the same with gradients.
class Differentiated {
public:
  explicit Differentiated(const std::string &text) {
    DialectRegistry registry;
    registry.insert<QNNDialect, arith::ArithDialect, func::FuncDialect>();
    registerReferenceModels(registry);
    registerGradientModels(registry);
    context.appendDialectRegistry(registry);
    context.getDiagEngine().registerHandler(
        [this](Diagnostic &d) { diagnostic = d.str(); });
    module = parseSourceString<ModuleOp>("func.func @f" + text, &context);
    if (!module) {
      ADD_FAILURE() << diagnostic << "\n" << text;
      return;
    }
    forward = *module->getOps<func::FuncOp>().begin();
    appendLoss();
    backward = forward.clone();
    module->push_back(backward);
    backward.setName("gradients");
    for (unsigned i = 0; i < original; ++i)
      if (isFloat(i))
        wanted.push_back(i);
    isValid = succeeded(differentiate(backward, wanted)) &&
              succeeded(verify(*module));
  }

  bool isFloat(unsigned argument) {
    return cast<RankedTensorType>(forward.getArgumentTypes()[argument])
        .getElementType()
        .isF32();
  }
  double lossOf(ArrayRef<Tensor> arguments) {
    auto results = evaluate(forward, arguments);
    EXPECT_TRUE(succeeded(results)) << diagnostic;
    return succeeded(results) ? (*results)[0].floats[0] : 0;
  }
  SmallVector<Tensor> gradientsOf(ArrayRef<Tensor> arguments) {
    auto results = evaluate(backward, arguments);
    EXPECT_TRUE(succeeded(results)) << diagnostic;
    if (failed(results))
      return {};
    return SmallVector<Tensor>(llvm::drop_begin(*results));
  }

  std::string diagnostic;
  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  func::FuncOp forward, backward;
  unsigned original = 0; ///< arguments before the weights of the loss
  SmallVector<unsigned> wanted;
  bool isValid = false;

private:
  /// Replaces the results by the sum of the float ones times new arguments.
  void appendLoss() {
    original = forward.getNumArguments();
    Operation *end = forward.getBody().front().getTerminator();
    OpBuilder builder(end);
    Location loc = forward.getLoc();
    Value loss;
    for (Value result : SmallVector<Value>(end->getOperands())) {
      auto type = cast<RankedTensorType>(result.getType());
      if (!type.getElementType().isF32())
        continue;
      unsigned index = forward.getNumArguments();
      (void)forward.insertArgument(index, type, {}, loc);
      Value sum =
          MulOp::create(builder, loc, result, forward.getArgument(index));
      auto axes = llvm::to_vector(llvm::seq<int64_t>(0, type.getRank()));
      if (!axes.empty())
        sum = ReduceOp::create(builder, loc, sum,
                               ReduceKindAttr::get(&context, ReduceKind::Sum),
                               builder.getDenseI64ArrayAttr(axes));
      loss = loss ? AddOp::create(builder, loc, loss, sum).getResult() : sum;
    }
    end->setOperands(loss);
    forward.setType(FunctionType::get(&context, forward.getArgumentTypes(),
                                      loss.getType()));
    forward.setAllResultAttrs(
        ArrayRef<DictionaryAttr>({DictionaryAttr::get(&context)}));
  }
};
} // namespace

static SmallVector<Tensor> drawArguments(func::FuncOp function, Interval range,
                                         int64_t indices) {
  std::mt19937 random(1234);
  std::uniform_real_distribution<double> draw(range.low, range.high);
  SmallVector<Tensor> arguments;
  for (Type type : function.getArgumentTypes()) {
    Tensor tensor = Tensor::zeros(cast<RankedTensorType>(type));
    for (double &x : tensor.floats)
      x = draw(random);
    for (auto [i, index] : llvm::enumerate(tensor.integers))
      index = i % indices;
    arguments.push_back(std::move(tensor));
  }
  return arguments;
}

void checkGradient(const std::string &text, Interval range, int64_t indices) {
  Differentiated program(text);
  ASSERT_TRUE(program.isValid) << program.diagnostic << "\n" << text;
  SmallVector<Tensor> arguments =
      drawArguments(program.forward, range, indices);
  SmallVector<Tensor> gradients = program.gradientsOf(arguments);
  ASSERT_EQ(gradients.size(), program.wanted.size());
  constexpr double step = 1e-5;
  for (auto [argument, gradient] : llvm::zip(program.wanted, gradients))
    for (size_t i = 0; i < gradient.floats.size(); ++i) {
      double &x = arguments[argument].floats[i], old = x;
      x = old + step;
      double above = program.lossOf(arguments);
      x = old - step;
      double below = program.lossOf(arguments);
      x = old;
      double difference = (above - below) / (2 * step);
      ASSERT_NEAR(gradient.floats[i], difference,
                  2e-6 * (1 + std::fabs(difference)))
          << "argument " << argument << ", element " << i << " of\n"
          << text;
    }
}

std::vector<std::vector<double>> gradientsOf(const std::string &text,
                                             ArrayRef<Tensor> arguments) {
  Differentiated program(text);
  EXPECT_TRUE(program.isValid) << program.diagnostic;
  if (!program.isValid)
    return {};
  SmallVector<Tensor> all(arguments);
  for (Type type :
       llvm::drop_begin(program.forward.getArgumentTypes(), program.original)) {
    all.push_back(Tensor::zeros(cast<RankedTensorType>(type)));
    bool isFirst = all.size() == program.original + 1;
    all.back().floats.assign(all.back().floats.size(), isFirst);
  }
  std::vector<std::vector<double>> result;
  for (const Tensor &gradient : program.gradientsOf(all))
    result.push_back(gradient.floats);
  return result;
}

std::string refusalOf(const std::string &text) {
  Differentiated program(text);
  EXPECT_FALSE(program.isValid);
  return program.diagnostic;
}
