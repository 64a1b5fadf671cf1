//===- Models.cpp - Registration and what models share ----------*- C++ -*-===//

#include "Models.h"

#include "qnn/Arith/Code.h"
#include "qnn/Reference/Evaluator.h"

using namespace mlir;
using namespace qnn;

LogicalResult qnn::allocateResults(Operation *op,
                                   SmallVectorImpl<Tensor> &results) {
  results.clear();
  for (Type type : op->getResultTypes()) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || !tensor.hasStaticShape())
      return op->emitOpError("expected static tensors to evaluate, but got ")
             << type;
    results.push_back(Tensor::zeros(tensor));
  }
  return success();
}

AxisView::AxisView(ArrayRef<int64_t> shape, int64_t axis) {
  for (auto [d, size] : llvm::enumerate(shape)) {
    if (static_cast<int64_t>(d) < axis)
      outer *= size;
    else if (static_cast<int64_t>(d) == axis)
      channels = size;
    else
      inner *= size;
  }
}

int64_t qnn::numberOf(int64_t element, CodeAttr code, Type type) {
  if (code)
    return codeToNumber(static_cast<uint32_t>(element), code.getBits(),
                        code.getEncoding());
  unsigned unused = 64 - type.getIntOrFloatBitWidth();
  return static_cast<int64_t>(static_cast<uint64_t>(element) << unused) >>
         unused;
}

void qnn::patternsToElements(Tensor &codes, CodeAttr code, Type type) {
  if (code.isBipolar() || !cast<ShapedType>(type).getElementType().isInteger(8))
    return;
  for (int64_t &element : codes.integers)
    element = numberOf(element, code, type) & 0xff;
}

uint32_t qnn::codeOfLevel(int32_t level, CodeAttr code) {
  int32_t number = code.isBipolar() ? 2 * level - 1 : level + code.getMin();
  return numberToCode(number, code.getBits(), code.getEncoding());
}

void qnn::registerReferenceModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, QNNDialect *) {
    attachElementwiseModels(context);
    attachNormalizeModels(context);
    attachPoolModels(context);
    attachProductModels(context);
    attachQuantizeModels(context);
    attachReduceModels(context);
    attachShapeModels(context);
    attachTrainingModels(context);
    attachTrainingGradientModels(context);
    attachTrainingRecurrentModels(context);
    attachTrainingUpdateModels(context);
#ifndef QNN_REFERENCE_F64
    attachPackedModels(context);
    attachPackedProductModels(context);
#endif
  });
}
