//===- Teacher.cpp - A network to learn from ----------------------------===//

#include "qnn/Training/Teacher.h"
#include "qnn/Support/Files.h"
#include "qnn/Training/ModelForm.h"

using namespace mlir;
using namespace qnn;

static ArrayRef<int64_t> shapeOf(Type type) {
  return cast<RankedTensorType>(type).getShape();
}

/// Fails where the two networks do not take and give the same.
static llvm::Error checkTypes(func::FuncOp teacher, func::FuncOp student) {
  if (teacher.getNumArguments() != 1 || teacher.getNumResults() != 1)
    return makeError("a teacher has one input and one output, but this has " +
                     llvm::Twine(teacher.getNumArguments()) + " and " +
                     llvm::Twine(teacher.getNumResults()));
  auto check = [](StringRef what, Type own, Type other) -> llvm::Error {
    if (own == other)
      return llvm::Error::success();
    return makeError("the teacher's " + what + " is " +
                     shapeName(shapeOf(own)) + ", but the network's " +
                     shapeName(shapeOf(other)));
  };
  if (llvm::Error error = check("input", teacher.getArgumentTypes().front(),
                                student.getArgumentTypes().front()))
    return error;
  return check("output", teacher.getResultTypes().front(),
               student.getResultTypes().front());
}

llvm::Expected<std::unique_ptr<Teacher>>
Teacher::load(llvm::StringRef path, ModuleOp student,
              const TrainOptions &options) {
  auto module = loadModel(path, student.getContext());
  if (!module)
    return module.takeError();
  func::FuncOp function = entryOf(student);
  int64_t batch = shapeOf(function.getArgumentTypes().front()).front();
  auto batched = withBatch(**module, batch);
  if (!batched)
    return fileError(path, llvm::toString(batched.takeError()));
  if (llvm::Error error = checkTypes(entryOf(**batched), function))
    return fileError(path, llvm::toString(std::move(error)));
  auto model = compileInProcess(**batched, path, options.target, 3,
                                std::nullopt, options.threads);
  if (!model)
    return model.takeError();
  auto teacher = std::make_unique<Teacher>();
  teacher->model = std::move(*model);
  return teacher;
}

llvm::Expected<Array> Teacher::logits(const Array &input) {
  auto outputs = model->run(input);
  if (!outputs)
    return outputs.takeError();
  return std::move(outputs->front());
}
