//===- TrainStep.h - One step of training, however it runs ------*- C++ -*-===//
//
// What the training loop needs of a network: do a step on a batch, give the
// outputs for a batch, show the parameters. The reference evaluator and code
// compiled in process implement it.
//
// The model is a module with one public function in graph form, with a fixed
// batch as the first dimension of every input:
//
//   func.func @mlp(%x: tensor<100x784xf32> {qnn.name = "image"},
//       %w: tensor<10x784xf32> {qnn.name = "dense.weight", qnn.parameter,
//                               qnn.clip = 1.0 : f32, qnn.lr_scale = 2.0 :
//                               f32},
//       %m: tensor<10xf32> {qnn.name = "norm.mean", qnn.statistic}, ...)
//       -> (tensor<100x10xf32> {qnn.name = "logits"})
//
// Arguments with neither qnn.parameter nor qnn.statistic are inputs. After an
// update a parameter is clamped to [-clip, clip]; lr_scale multiplies its
// learning rate. Statistics are the running mean and variance of
// qnn.batch_norm, which takes the batch's own in training.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_TRAINING_TRAINSTEP_H
#define QNN_TRAINING_TRAINSTEP_H

#include "mlir/IR/BuiltinOps.h"
#include "qnn/Dialect/QNN/Gradients/Attributes.h"
#include "qnn/Support/Array.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace qnn {

/// A tensor that the step owns: parameters, statistics and the optimizer's
/// moments. The memory belongs to the step and stays where it is. What is const
/// is only read.
struct StateView {
  StateView(std::string name, bool isParameter, llvm::ArrayRef<int64_t> shape,
            float *memory)
      : name(std::move(name)), isParameter(isParameter), shape(shape),
        memory(memory) {}

  std::string name; ///< of the argument; moments: `dense.weight/m`
  bool isParameter;
  llvm::SmallVector<int64_t> shape;

  int64_t size() const {
    int64_t elements = 1;
    for (int64_t dim : shape)
      elements *= dim;
    return elements;
  }
  llvm::ArrayRef<float> values() const { return {memory, size_t(size())}; }
  llvm::MutableArrayRef<float> values() { return {memory, size_t(size())}; }

private:
  float *memory;
};

struct TrainOptions {
  /// cross_entropy, bce, squared_hinge, hinge or mse.
  std::string loss = "cross_entropy";
  /// sgd, adam, adamw, adamax, shift_adamax, rmsprop or bop.
  std::string optimizer = "adam";
  /// Of the optimizer: momentum, nesterov, beta1, beta2, epsilon,
  /// weight_decay, rho, gamma, threshold. Missing ones have the defaults of the
  /// optimizer.
  std::map<std::string, double> hyper;
  /// Weight of a teacher's logits in the loss, 0: no teacher; what all logits
  /// are divided by there.
  double distill = 0, temperature = 1;
  /// Greatest norm of all gradients together; 0: any.
  double clipNorm = 0;
  /// Of the whole training, for what changes in its course.
  int64_t steps = 1;
  /// Only `evaluate` is wanted: there is no step and no optimizer.
  bool evaluateOnly = false;
  /// All gradients are there, in memory, before the first update.
  bool separateUpdate = false;
  unsigned threads = 1;
  /// Of native code, as parseTarget takes it.
  std::string target = "native";
};

/// What a step says of its batch.
struct StepResult {
  double loss = 0;     ///< mean over the labels of the batch
  int64_t correct = 0; ///< labels that the outputs predicted before the update
};

class TrainStep {
public:
  virtual ~TrainStep() = default;

  /// Samples of one step: the first dimension of the inputs.
  virtual int64_t batch() const = 0;

  /// One step. `inputs` are of the shapes and element types of the model's
  /// inputs, behind them where there is one the teacher's logits; `labels` i64,
  /// one for each sample or position. `step` counts from 0 over the whole
  /// training; `seed` and `step` key all random numbers, so that the same step
  /// twice gives the same bits.
  virtual llvm::Expected<StepResult> run(llvm::ArrayRef<Array> inputs,
                                         llvm::ArrayRef<int64_t> labels,
                                         float learningRate, int64_t step,
                                         uint64_t seed) = 0;

  /// The model's outputs, with the running statistics and without random
  /// numbers; inputs as for `run`.
  virtual llvm::Expected<std::vector<Array>>
  evaluate(llvm::ArrayRef<Array> inputs) = 0;

  /// Parameters and statistics in the order of the model's arguments, then the
  /// optimizer's moments.
  virtual llvm::ArrayRef<StateView> states() const = 0;

  /// The same, to be written before the next step, which then makes anew what
  /// it keeps of them in other forms.
  virtual llvm::MutableArrayRef<StateView> editStates() = 0;

  /// Bytes of all memory of a step: states, inputs and the arena.
  virtual int64_t peakBytes() const = 0;
};

/// A step on the reference evaluator, slow. All states are zero at first.
llvm::Expected<std::unique_ptr<TrainStep>>
createReferenceTrainStep(mlir::ModuleOp model, const TrainOptions &options);

/// The fastest step that the model can have here: native code where it
/// compiles, else the reference. `model` is left as it was.
llvm::Expected<std::unique_ptr<TrainStep>>
createTrainStep(mlir::ModuleOp model, const TrainOptions &options);

} // namespace qnn

#endif // QNN_TRAINING_TRAINSTEP_H
