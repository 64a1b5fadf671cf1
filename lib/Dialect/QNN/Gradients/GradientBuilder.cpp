//===- GradientBuilder.cpp - How an op emits its gradient -------*- C++ -*-===//

#include "GradientBuilder.h"

#include "qnn/Dialect/QNN/Gradients/Gradients.h"

using namespace mlir;
using namespace qnn;

void qnn::registerGradientModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, QNNDialect *) {
    attachElementwiseGradients(context);
    attachNormalizeGradients(context);
    attachProductGradients(context);
    attachReduceGradients(context);
    attachShapeGradients(context);
    attachTrainingGradients(context);
  });
}

Value GradientBuilder::gradOrZeros(unsigned i) {
  return grads[i] ? grads[i] : zeros(op->getResult(i).getType());
}

Value GradientBuilder::zeros(Type type) {
  return create<arith::ConstantOp>(
      DenseElementsAttr::get(cast<RankedTensorType>(type), 0.0f));
}

Value GradientBuilder::scalar(double value) {
  auto type = RankedTensorType::get({}, builder.getF32Type());
  return create<arith::ConstantOp>(
      DenseElementsAttr::get(type, static_cast<float>(value)));
}

Value GradientBuilder::scale(Value a, double factor) {
  return mul(a, scalar(factor));
}

Value GradientBuilder::compare(ComparePredicate predicate, Value a, Value b) {
  return createWith<CompareOp>(ValueRange{a, b}, [&](auto &properties) {
    properties.predicate = predicate;
  });
}

Value GradientBuilder::window(Value x, float low, float high, bool open) {
  return createWith<SurrogateGradOp>(
      ValueRange{x, grad()}, [&](auto &properties) {
        properties.kind =
            open ? SurrogateKind::OpenWindow : SurrogateKind::Window;
        properties.parameters = builder.getDenseF32ArrayAttr({low, high});
      });
}

Value GradientBuilder::sum(Value x, ArrayRef<int64_t> axes, bool keep) {
  if (axes.empty())
    return x;
  return createWith<ReduceOp>(ValueRange{x}, [&](auto &properties) {
    properties.kind =
        ReduceKindAttr::get(builder.getContext(), ReduceKind::Sum);
    properties.axes = builder.getDenseI64ArrayAttr(axes);
    properties.keep_dims = keep ? builder.getUnitAttr() : UnitAttr();
  });
}

Value GradientBuilder::sumAllBut(Value x, int64_t axis) {
  SmallVector<int64_t> axes;
  for (int64_t d = 0; d < int64_t(shapeOf(x).size()); ++d)
    if (d != axis)
      axes.push_back(d);
  return sum(x, axes);
}

Value GradientBuilder::reduceTo(Value x, Type type) {
  ArrayRef<int64_t> from = shapeOf(x);
  ArrayRef<int64_t> to = cast<RankedTensorType>(type).getShape();
  if (from == to)
    return x;
  SmallVector<int64_t> axes;
  int64_t missing = from.size() - to.size();
  for (int64_t d = 0; d < int64_t(from.size()); ++d)
    if (d < missing || (to[d - missing] == 1 && from[d] != 1))
      axes.push_back(d);
  return reshape(sum(x, axes), to);
}

Value GradientBuilder::reshape(Value x, ArrayRef<int64_t> shape) {
  auto type = cast<RankedTensorType>(x.getType());
  if (type.getShape() == shape)
    return x;
  return create<ReshapeOp>(type.clone(shape), x);
}

Value GradientBuilder::transpose(Value x, ArrayRef<int64_t> permutation) {
  return createWith<TransposeOp>(ValueRange{x}, [&](auto &properties) {
    properties.permutation = builder.getDenseI64ArrayAttr(permutation);
  });
}

Value GradientBuilder::broadcast(Value x, Type type) {
  return x.getType() == type ? x : create<BroadcastOp>(type, x);
}

Value GradientBuilder::alongAxis(Value x, int64_t axis, int64_t rank) {
  SmallVector<int64_t> shape(rank - axis, 1);
  shape[0] = shapeOf(x)[0];
  return reshape(x, shape);
}
