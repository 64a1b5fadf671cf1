//===- Teacher.h - A network to learn from ----------------------*- C++ -*-===//
//
// Distillation: the loss of a step also measures how far the network's logits
// are from those of a teacher, a trained network in a file.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_TRAINING_TEACHER_H
#define QNN_TRAINING_TEACHER_H

#include "qnn/Driver/Model.h"
#include "qnn/Training/TrainStep.h"

namespace qnn {

class Teacher {
public:
  /// Loads the network of a file and compiles it for the batch of `student`.
  /// Fails where it takes or gives other shapes than that.
  static llvm::Expected<std::unique_ptr<Teacher>>
  load(llvm::StringRef path, mlir::ModuleOp student,
       const TrainOptions &options);

  /// Of a batch of the student.
  llvm::Expected<Array> logits(const Array &input);

private:
  std::unique_ptr<Model> model;
};

} // namespace qnn

#endif // QNN_TRAINING_TEACHER_H
