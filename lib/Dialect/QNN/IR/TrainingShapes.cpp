//===- TrainingShapes.cpp - Gradients of windows, rows, recurrences -------===//
//
// A gradient's result has the shape of an operand of the op that it is the
// gradient of. So it is written, and the verifier infers that op from it and
// compares.
//
//===----------------------------------------------------------------------===//

#include "qnn/Arith/Packing.h"
#include "qnn/Dialect/QNN/IR/ShapeInference.h"
#include "qnn/Dialect/QNN/IR/Training.h"

using namespace mlir;
using namespace qnn;

using OptionalLoc = std::optional<Location>;
using Types = SmallVectorImpl<Type>;

/// Fails unless `grad` has the shape `expected`.
static LogicalResult verifyGradient(Operation *op, Value grad,
                                    ArrayRef<int64_t> expected) {
  auto type = cast<RankedTensorType>(grad.getType());
  if (type.getShape() == expected)
    return success();
  return op->emitOpError("expected a gradient of ")
         << RankedTensorType::get(expected, type.getElementType())
         << ", but got " << type;
}

//===----------------------------------------------------------------------===//
// Convolution, pooling
//===----------------------------------------------------------------------===//

/// Fails unless `op`'s gradient has an element of `channels` channels for each
/// window of the image.
template <typename OpTy>
static LogicalResult verifyWindows(OpTy op, RankedTensorType image,
                                   ArrayRef<int64_t> kernel, int64_t channels) {
  ErrorSite site{op.getLoc(), op->getName().getStringRef()};
  Window window{kernel, op.getStrides(), op.getPads(), op.getDilations()};
  auto size =
      inferWindow(site, {image.getDimSize(2), image.getDimSize(3)}, window);
  if (failed(size))
    return failure();
  return verifyGradient(
      op, op.getGrad(),
      {image.getDimSize(0), channels, (*size)[0], (*size)[1]});
}

/// Whether `grad` is as the convolution of `input` and `filter`.
template <typename OpTy>
static LogicalResult verifyConvolution(OpTy op, Value input, Value filter) {
  ErrorSite site{op.getLoc(), op->getName().getStringRef()};
  auto image = getTensorOfRank(site, "input", input.getType(), 4);
  auto weights = getTensorOfRank(site, "filter", filter.getType(), 4);
  if (!image || !weights)
    return failure();
  int64_t groups = op.getGroups();
  if (groups < 1 || image.getDimSize(1) != weights.getDimSize(1) * groups ||
      weights.getDimSize(0) % groups)
    return site.fail("expected groups and a filter that fit ",
                     image.getDimSize(1), " channels, but got ", groups,
                     " groups and ", weights);
  return verifyWindows(op, image, weights.getShape().drop_front(2),
                       weights.getDimSize(0));
}

LogicalResult Conv2dInputGradOp::verify() {
  return verifyConvolution(*this, getResult(), getFilter());
}

LogicalResult Conv2dFilterGradOp::verify() {
  return verifyConvolution(*this, getInput(), getResult());
}

LogicalResult UnfoldOp::inferReturnTypes(MLIRContext *, OptionalLoc location,
                                         Adaptor adaptor, Types &types) {
  ErrorSite site{location, getOperationName()};
  auto input = getTensorOfRank(site, "input", adaptor.getInput().getType(), 4);
  if (!input)
    return failure();
  ArrayRef<int64_t> kernel = adaptor.getKernel();
  auto size = inferWindow(site, {input.getDimSize(2), input.getDimSize(3)},
                          {kernel, adaptor.getStrides(), adaptor.getPads(),
                           adaptor.getDilations()});
  if (failed(size))
    return failure();
  types.push_back(input.clone({input.getDimSize(0) * (*size)[0] * (*size)[1],
                               kernel[0] * kernel[1] * input.getDimSize(1)}));
  return success();
}

LogicalResult TurnWordsOp::verify() {
  RankedTensorType input = getInput().getType(), result = getType();
  if (input.getRank() != 2)
    return emitOpError("expected rows of words, but got ") << input;
  auto expected = input.clone(
      {input.getDimSize(1), packedWords(input.getDimSize(0), 1), wordBits});
  if (result != expected)
    return emitOpError("expected result type ")
           << expected << ", but got " << result;
  return success();
}

LogicalResult TurnWindowsOp::verify() {
  RankedTensorType input = getInput().getType(), result = getType();
  if (input.getRank() != 4 || result.getRank() != 3)
    return emitOpError("expected an input of rank 4 and tiles of rank 3, but "
                       "got ")
           << input << " and " << result;
  ErrorSite site{getLoc(), getOperationName()};
  int64_t none[] = {0, 0, 0, 0};
  auto size = inferWindow(site, {input.getDimSize(1), input.getDimSize(2)},
                          {getKernel(), getStrides(), none, getDilations()});
  if (failed(size))
    return failure();
  int64_t windows = input.getDimSize(0) * (*size)[0] * (*size)[1];
  int64_t blocks = getKernel()[0] * getKernel()[1] * input.getDimSize(3);
  auto expected = result.clone({blocks, packedWords(windows, 1), wordBits});
  if (result != expected)
    return emitOpError("expected result type ")
           << expected << ", but got " << result;
  return success();
}

template <typename OpTy>
static LogicalResult verifyPoolGrad(OpTy op) {
  ErrorSite site{op.getLoc(), op->getName().getStringRef()};
  auto image = getTensorOfRank(site, "result", op.getResult().getType(), 4);
  if (!image)
    return failure();
  return verifyWindows(op, image, op.getKernel(), image.getDimSize(1));
}

LogicalResult MaxPool2dGradOp::verify() {
  if (getInput().getType() != getResult().getType())
    return emitOpError("expected a result as the input, ")
           << getInput().getType() << ", but got " << getResult().getType();
  return verifyPoolGrad(*this);
}

LogicalResult AvgPool2dGradOp::verify() { return verifyPoolGrad(*this); }

//===----------------------------------------------------------------------===//
// Slices and rows
//===----------------------------------------------------------------------===//

LogicalResult SliceGradOp::verify() {
  RankedTensorType result = getResult().getType(), grad = getGrad().getType();
  size_t rank = result.getRank();
  if (size_t(grad.getRank()) != rank || getOffsets().size() != rank ||
      getSteps().size() != rank)
    return emitOpError("expected a gradient, offsets and steps of rank ")
           << rank << ", but got " << grad.getRank() << ", "
           << getOffsets().size() << " and " << getSteps().size();
  for (size_t d = 0; d < rank; ++d) {
    int64_t first = getOffsets()[d], size = result.getDimSize(d);
    int64_t last = first + (grad.getDimSize(d) - 1) * getSteps()[d];
    if (getSteps()[d] == 0 || first < 0 || first >= size || last < 0 ||
        last >= size)
      return emitOpError("expected elements inside dimension ")
             << d << " of size " << size << ", but got " << first << " to "
             << last;
  }
  return success();
}

LogicalResult GatherOp::inferReturnTypes(MLIRContext *, OptionalLoc location,
                                         Adaptor adaptor, Types &types) {
  ErrorSite site{location, getOperationName()};
  auto table = cast<RankedTensorType>(adaptor.getTable().getType());
  auto indices = cast<RankedTensorType>(adaptor.getIndices().getType());
  if (table.getRank() == 0)
    return site.fail("expected a table of rank 1 or more, but got ", table);
  SmallVector<int64_t> shape(indices.getShape());
  llvm::append_range(shape, table.getShape().drop_front());
  types.push_back(RankedTensorType::get(shape, table.getElementType()));
  return success();
}

LogicalResult GatherGradOp::verify() {
  RankedTensorType table = getResult().getType();
  if (table.getRank() == 0)
    return emitOpError("expected a table of rank 1 or more, but got ") << table;
  SmallVector<int64_t> shape(getIndices().getType().getShape());
  llvm::append_range(shape, table.getShape().drop_front());
  return verifyGradient(*this, getGrad(), shape);
}

//===----------------------------------------------------------------------===//
// Recurrent layers
//===----------------------------------------------------------------------===//

int64_t qnn::gatesOf(RecurrentCell cell) {
  return cell == RecurrentCell::RNN ? 1 : cell == RecurrentCell::GRU ? 3 : 4;
}

int64_t qnn::savedOf(RecurrentCell cell) {
  return cell == RecurrentCell::RNN ? 2 : cell == RecurrentCell::GRU ? 5 : 6;
}

int64_t qnn::statesOf(RecurrentCell cell) {
  return cell == RecurrentCell::LSTM ? 2 : 1;
}

namespace {
/// Sizes and types of a recurrent layer.
struct RecurrentShape {
  int64_t steps, batch, hidden, gates;
  Type element;

  RankedTensorType tensor(ArrayRef<int64_t> shape) const {
    return RankedTensorType::get(shape, element);
  }
  RankedTensorType sequence(int64_t count) const {
    return tensor({steps, batch, count * hidden});
  }
  RankedTensorType saved(RecurrentCell cell) const {
    return tensor({steps + 1, savedOf(cell) * hidden, batch});
  }
  RankedTensorType state() const { return tensor({batch, hidden}); }
};
} // namespace

/// From the projection and the weights; fails where they do not fit.
static FailureOr<RecurrentShape> shapeOf(ErrorSite site, RecurrentCell cell,
                                         Value projection, Value weights) {
  auto type = getTensorOfRank(site, "projection", projection.getType(), 3);
  auto matrix = getTensorOfRank(site, "weights", weights.getType(), 2);
  if (!type || !matrix)
    return failure();
  RecurrentShape shape{type.getDimSize(0), type.getDimSize(1),
                       matrix.getDimSize(1), gatesOf(cell),
                       type.getElementType()};
  int64_t rows = shape.gates * shape.hidden;
  if (matrix.getDimSize(0) != rows || type.getDimSize(2) != rows)
    return site.fail("expected a projection of [T, B, ", shape.gates,
                     " H] and weights of [", shape.gates, " H, H], but got ",
                     type, " and ", matrix);
  return shape;
}

/// From what was saved and the weights.
static FailureOr<RecurrentShape>
shapeOfSaved(ErrorSite site, RecurrentCell cell, Value saved, Value weights) {
  auto type = getTensorOfRank(site, "saved values", saved.getType(), 3);
  auto matrix = getTensorOfRank(site, "weights", weights.getType(), 2);
  if (!type || !matrix)
    return failure();
  RecurrentShape shape{type.getDimSize(0) - 1, type.getDimSize(2),
                       matrix.getDimSize(1), gatesOf(cell),
                       type.getElementType()};
  if (shape.steps < 1 || type != shape.saved(cell) ||
      matrix.getDimSize(0) != shape.gates * shape.hidden)
    return site.fail("expected saved values of [T + 1, ", savedOf(cell),
                     " H, B] and weights of [", shape.gates, " H, H], but got ",
                     type, " and ", matrix);
  return shape;
}

/// States are absent or all there, [B, H]; there is one length for each row.
static LogicalResult verifyStates(ErrorSite site, const RecurrentShape &shape,
                                  StringRef name, RecurrentCell cell,
                                  ValueRange states) {
  if (!states.empty() && int64_t(states.size()) != statesOf(cell))
    return site.fail("expected ", statesOf(cell), " ", name,
                     " or none, but got ", states.size());
  for (Value state : states)
    if (state.getType() != shape.state())
      return site.fail("expected ", name, " of ", shape.state(), ", but got ",
                       state.getType());
  return success();
}

template <typename Adaptor>
static LogicalResult verifyCommon(ErrorSite site, const RecurrentShape &shape,
                                  Adaptor adaptor) {
  if (Value lengths = adaptor.getLengths())
    if (cast<RankedTensorType>(lengths.getType()).getShape() !=
        ArrayRef(shape.batch))
      return site.fail("expected ", shape.batch, " lengths, but got ",
                       lengths.getType());
  if (adaptor.getCellQuantizerAttr() &&
      adaptor.getCell() != RecurrentCell::LSTM)
    return site.fail("expected no quantizer of the cell state, which only an "
                     "lstm has");
  for (QuantizerAttr quantizer :
       {adaptor.getHiddenQuantizerAttr(), adaptor.getCellQuantizerAttr()})
    if (quantizer && quantizer.isPerChannel())
      return site.fail("expected quantizers of one scale");
  if (adaptor.getTruncate() < 0)
    return site.fail("expected truncate of 0 or more, but got ",
                     adaptor.getTruncate());
  return success();
}

LogicalResult RecurrentOp::inferReturnTypes(MLIRContext *, OptionalLoc location,
                                            Adaptor adaptor, Types &types) {
  ErrorSite site{location, getOperationName()};
  RecurrentCell cell = adaptor.getCell();
  auto shape =
      shapeOf(site, cell, adaptor.getProjection(), adaptor.getWeights());
  if (failed(shape) || failed(verifyCommon(site, *shape, adaptor)) ||
      failed(verifyStates(site, *shape, "initial states", cell,
                          adaptor.getInitial())))
    return failure();
  Type biasType = shape->tensor({shape->gates * shape->hidden});
  if (adaptor.getBias() && adaptor.getBias().getType() != biasType)
    return site.fail("expected a bias of ", biasType, ", but got ",
                     adaptor.getBias().getType());
  types.append({shape->sequence(1), shape->saved(cell)});
  types.append(statesOf(cell), shape->state());
  return success();
}

LogicalResult RecurrentGradOp::inferReturnTypes(MLIRContext *,
                                                OptionalLoc location,
                                                Adaptor adaptor, Types &types) {
  ErrorSite site{location, getOperationName()};
  RecurrentCell cell = adaptor.getCell();
  auto shape =
      shapeOfSaved(site, cell, adaptor.getSaved(), adaptor.getWeights());
  if (failed(shape) || failed(verifyCommon(site, *shape, adaptor)) ||
      failed(verifyStates(site, *shape, "gradients of last states", cell,
                          adaptor.getLastGrads())))
    return failure();
  if (adaptor.getGrad() && adaptor.getGrad().getType() != shape->sequence(1))
    return site.fail("expected a gradient of ", shape->sequence(1),
                     ", but got ", adaptor.getGrad().getType());
  types.append({shape->sequence(shape->gates), adaptor.getWeights().getType(),
                shape->tensor({shape->gates * shape->hidden})});
  types.append(statesOf(cell), shape->state());
  return success();
}
