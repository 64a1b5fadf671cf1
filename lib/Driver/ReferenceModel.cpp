//===- ReferenceModel.cpp - Models run by the evaluator ---------*- C++ -*-===//

#include "qnn/Driver/Compile.h"
#include "qnn/Driver/Diagnostics.h"
#include "qnn/Driver/Model.h"
#include "qnn/Reference/Evaluator.h"
#include "qnn/Support/Files.h"
#include "qnn/Transforms/ModelAttributes.h"

using namespace mlir;
using namespace qnn;

/// Calls `f` with a pointer of the type's C type.
template <typename Function>
static void withType(qnn_type type, Function f) {
  switch (type) {
  case QNN_F32:
    return f(static_cast<float *>(nullptr));
  case QNN_I32:
    return f(static_cast<int32_t *>(nullptr));
  case QNN_I64:
    return f(static_cast<int64_t *>(nullptr));
  case QNN_I8:
    return f(static_cast<int8_t *>(nullptr));
  case QNN_U8:
    return f(static_cast<uint8_t *>(nullptr));
  }
}

static Tensor readTensor(const TensorInfo &info, const void *buffer,
                         int64_t sample) {
  Tensor tensor;
  tensor.shape.assign(info.shape.begin(), info.shape.end());
  tensor.isFloat = info.type == QNN_F32;
  int64_t elements = elementCount(info);
  withType(info.type, [&](auto *type) {
    auto *first = static_cast<decltype(type)>(const_cast<void *>(buffer)) +
                  sample * elements;
    if (tensor.isFloat)
      tensor.floats.assign(first, first + elements);
    else
      tensor.integers.assign(first, first + elements);
  });
  return tensor;
}

static void writeTensor(const Tensor &tensor, const TensorInfo &info,
                        void *buffer, int64_t sample) {
  int64_t elements = elementCount(info);
  withType(info.type, [&](auto *type) {
    auto *first = static_cast<decltype(type)>(buffer) + sample * elements;
    // Not one expression for both: integers would become floats on the way.
    if (tensor.isFloat)
      std::copy_n(tensor.floats.begin(), elements, first);
    else
      std::copy_n(tensor.integers.begin(), elements, first);
  });
}

namespace {
class ReferenceModel : public Model {
public:
  ReferenceModel(StringRef path, func::FuncOp function) : function(function) {
    file = path.str();
  }

  llvm::Error readSignature() {
    FunctionType type = function.getFunctionType();
    for (unsigned i = 0; i < type.getNumInputs(); ++i)
      if (llvm::Error error =
              add(inputInfos, type.getInput(i),
                  function.getArgAttrOfType<StringAttr>(i, kNameAttr),
                  "input" + llvm::Twine(i)))
        return error;
    for (unsigned i = 0; i < type.getNumResults(); ++i)
      if (llvm::Error error =
              add(outputInfos, type.getResult(i),
                  function.getResultAttrOfType<StringAttr>(i, kNameAttr),
                  "output" + llvm::Twine(i)))
        return error;
    return llvm::Error::success();
  }

  llvm::Error runSamples(int64_t samples, const void *const *inputs,
                         void *const *outputs) override {
    ErrorCollector errors(function.getContext(), file);
    for (int64_t sample = 0; sample < samples; ++sample) {
      SmallVector<Tensor> arguments;
      for (auto [i, info] : llvm::enumerate(inputInfos))
        arguments.push_back(readTensor(info, inputs[i], sample));
      FailureOr<SmallVector<Tensor>> results = evaluate(function, arguments);
      if (failed(results))
        return errors.take("cannot be evaluated");
      for (auto [i, info] : llvm::enumerate(outputInfos))
        writeTensor((*results)[i], info, outputs[i], sample);
    }
    return llvm::Error::success();
  }

private:
  llvm::Error add(std::vector<TensorInfo> &infos, Type type, StringAttr name,
                  const llvm::Twine &otherwise) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    std::optional<qnn_type> element;
    if (tensor && tensor.hasStaticShape())
      element = getRuntimeType(tensor.getElementType());
    if (!element)
      return fileError(file, "arguments and results must be static tensors of "
                             "f32, i8, i32 or i64");
    infos.push_back({name ? name.str() : otherwise.str(),
                     tensor.getShape().vec(), *element});
    return llvm::Error::success();
  }

  func::FuncOp function;
};
} // namespace

llvm::Expected<std::unique_ptr<Model>> qnn::evaluateModule(ModuleOp module,
                                                           StringRef path) {
  llvm::Expected<func::FuncOp> entry = getEntry(module, path);
  if (!entry)
    return entry.takeError();
  auto model = std::make_unique<ReferenceModel>(path, *entry);
  if (llvm::Error error = model->readSignature())
    return std::move(error);
  return model;
}
