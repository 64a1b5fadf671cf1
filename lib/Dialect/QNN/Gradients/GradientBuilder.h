//===- GradientBuilder.h - How an op emits its gradient ---------*- C++ -*-===//
//
// The gradient of an op is one free function,
//
//   void differentiateTanh(TanhOp op, GradientBuilder &b) {
//     b.flow(0, ...ops made with b, of b.grad()...);
//   }
//
// attachGradient<differentiateTanh>(context) makes it the implementation of
// DifferentiableOpInterface. An operand to which nothing flows has gradient 0.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_LIB_DIALECT_QNN_GRADIENTS_GRADIENTBUILDER_H
#define QNN_LIB_DIALECT_QNN_GRADIENTS_GRADIENTBUILDER_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "qnn/Dialect/QNN/IR/Training.h"

namespace qnn {

class GradientBuilder {
public:
  GradientBuilder(mlir::OpBuilder &builder, mlir::Operation *op,
                  mlir::ValueRange grads,
                  llvm::SmallVectorImpl<mlir::Value> &flows)
      : builder(builder), op(op), grads(grads), flows(flows) {
    flows.assign(op->getNumOperands(), mlir::Value());
  }

  /// The gradient of the first result, which there is.
  mlir::Value grad() const { return grads[0]; }
  /// That of result `i`, or null.
  mlir::Value gradOrNull(unsigned i) const { return grads[i]; }
  /// That of result `i`, zeros where nothing flows to it.
  mlir::Value gradOrZeros(unsigned i);
  /// `grad` is the gradient of operand `i`.
  void flow(unsigned i, mlir::Value grad) { flows[i] = grad; }

  /// An op at the place of the gradient.
  template <typename OpTy, typename... Args>
  OpTy create(Args &&...args) {
    return OpTy::create(builder, op->getLoc(), std::forward<Args>(args)...);
  }
  /// The same with properties that `set` fills, and types inferred from them.
  template <typename OpTy, typename F>
  OpTy createWith(mlir::ValueRange operands, F set) {
    typename OpTy::Properties properties;
    set(properties);
    llvm::SmallVector<mlir::Type> types;
    if (failed(OpTy::inferReturnTypes(builder.getContext(), op->getLoc(),
                                      operands, {}, &properties, {}, types)))
      llvm::report_fatal_error("a gradient that does not verify");
    return createTyped<OpTy>(types, operands, set);
  }
  template <typename OpTy, typename F>
  OpTy createTyped(mlir::TypeRange types, mlir::ValueRange operands, F set) {
    mlir::OperationState state(op->getLoc(), OpTy::getOperationName());
    state.addOperands(operands);
    state.addTypes(types);
    set(state.getOrAddProperties<typename OpTy::Properties>());
    return llvm::cast<OpTy>(builder.create(state));
  }
  mlir::OpBuilder &getBuilder() { return builder; }

  mlir::Value add(mlir::Value a, mlir::Value b) { return create<AddOp>(a, b); }
  mlir::Value sub(mlir::Value a, mlir::Value b) { return create<SubOp>(a, b); }
  mlir::Value mul(mlir::Value a, mlir::Value b) { return create<MulOp>(a, b); }
  mlir::Value div(mlir::Value a, mlir::Value b) { return create<DivOp>(a, b); }
  mlir::Value neg(mlir::Value a) { return create<NegOp>(a); }
  mlir::Value scale(mlir::Value a, double factor);
  mlir::Value scalar(double value);
  mlir::Value zeros(mlir::Type type);
  mlir::Value compare(ComparePredicate predicate, mlir::Value a, mlir::Value b);
  /// grad() where low <= x <= high (`open`: low < x < high), else 0.
  mlir::Value window(mlir::Value x, float low, float high, bool open = false);
  /// `x` with the dimensions `axes` summed, as size 1 with `keep`.
  mlir::Value sum(mlir::Value x, llvm::ArrayRef<int64_t> axes,
                  bool keep = false);
  /// Sums of all but dimension `axis`: one number for each index of it.
  mlir::Value sumAllBut(mlir::Value x, int64_t axis);
  /// The adjoint of broadcasting to the type of `x`.
  mlir::Value reduceTo(mlir::Value x, mlir::Type type);
  mlir::Value reshape(mlir::Value x, llvm::ArrayRef<int64_t> shape);
  mlir::Value transpose(mlir::Value x, llvm::ArrayRef<int64_t> permutation);
  mlir::Value broadcast(mlir::Value x, mlir::Type type);
  /// Numbers of dimension `axis` in a shape that broadcasts to `rank`.
  mlir::Value alongAxis(mlir::Value x, int64_t axis, int64_t rank);

private:
  mlir::OpBuilder &builder;
  mlir::Operation *op;
  mlir::ValueRange grads;
  llvm::SmallVectorImpl<mlir::Value> &flows;
};

inline llvm::ArrayRef<int64_t> shapeOf(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType()).getShape();
}

template <typename OpTy, void (*function)(OpTy, GradientBuilder &)>
struct GradientModel
    : DifferentiableOpInterface::ExternalModel<GradientModel<OpTy, function>,
                                               OpTy> {
  llvm::LogicalResult
  emitGradient(mlir::Operation *op, mlir::OpBuilder &builder,
               mlir::ValueRange grads,
               llvm::SmallVectorImpl<mlir::Value> &flows) const {
    GradientBuilder b(builder, op, grads, flows);
    function(llvm::cast<OpTy>(op), b);
    return llvm::success();
  }
};

template <typename OpTy>
OpTy differentiatedBy(void (*)(OpTy, GradientBuilder &));

template <auto function>
void attachGradient(mlir::MLIRContext *context) {
  using OpTy = decltype(differentiatedBy(function));
  OpTy::template attachInterface<GradientModel<OpTy, function>>(*context);
}

/// Attach the gradients of a family.
void attachElementwiseGradients(mlir::MLIRContext *context);
void attachNormalizeGradients(mlir::MLIRContext *context);
void attachProductGradients(mlir::MLIRContext *context);
void attachReduceGradients(mlir::MLIRContext *context);
void attachShapeGradients(mlir::MLIRContext *context);
void attachTrainingGradients(mlir::MLIRContext *context);

} // namespace qnn

#endif // QNN_LIB_DIALECT_QNN_GRADIENTS_GRADIENTBUILDER_H
