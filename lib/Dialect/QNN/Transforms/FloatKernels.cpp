//===- FloatKernels.cpp - What products of floats can become ----*- C++ -*-===//

#include "FloatKernels.h"
#include "ConstantCodes.h"
#include "SignSource.h"
#include "qnn/Arith/Packing.h"
#include "qnn/Dialect/QNN/IR/Training.h"

#include <cmath>

using namespace mlir;
using namespace qnn;

bool qnn::padsZeros(Conv2dOp op) {
  return op.getPadValue() == PadValue::Zero ||
         llvm::all_of(op.getPads(), [](int64_t pad) { return pad == 0; });
}

static bool isEmpty(Operation *op) {
  return tensorType(op->getResult(0)).getNumElements() == 0 ||
         llvm::any_of(op->getOperandTypes(), [](Type type) {
           return cast<RankedTensorType>(type).getNumElements() == 0;
         });
}

/// Rows of a matmul's result.
static int64_t rowsOf(MatmulOp op) {
  return op.getType().getNumElements() / op.getType().getShape().back();
}

/// Tiles of output channels do not cross groups.
static bool tilesHaveOneGroup(Conv2dOp op) {
  int64_t outChannels = shapeOf(op.getFilter())[0];
  int64_t groups = op.getGroups();
  return groups == 1 || outChannels / groups % wordBits == 0;
}

//===----------------------------------------------------------------------===//
// Both operands
//===----------------------------------------------------------------------===//

static bool canPackWords(MatmulOp op) {
  return shapeOf(op.getRhs()).size() == 2 && rowsOf(op) >= leastPackedPixels;
}

static bool canPackWords(Conv2dOp op) {
  bool wholeWords =
      op.getGroups() == 1 || shapeOf(op.getFilter())[1] % wordBits == 0;
  return padsZeros(op) && wholeWords && tilesHaveOneGroup(op);
}

bool qnn::canPackSigns(Operation *op) {
  if (!isa<MatmulOp, Conv2dOp>(op) || isEmpty(op) ||
      !SignSource::find(op->getOperand(0)) ||
      !SignSource::find(op->getOperand(1)))
    return false;
  auto matmul = dyn_cast<MatmulOp>(op);
  return matmul ? canPackWords(matmul) : canPackWords(cast<Conv2dOp>(op));
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// The weights of an output channel lie side by side, or `outChannels` apart.
static bool haveOneMagnitude(ArrayRef<float> weights, int64_t outChannels,
                             bool sideBySide) {
  int64_t ofChannel = weights.size() / outChannels;
  std::vector<float> magnitudes(outChannels);
  for (auto [i, weight] : llvm::enumerate(weights)) {
    float &magnitude = magnitudes[sideBySide ? i / ofChannel : i % outChannels];
    if (magnitude == 0)
      magnitude = std::abs(weight);
    if (std::abs(weight) != magnitude || !std::isnormal(weight))
      return false;
  }
  return true;
}

static bool haveSigns(MatmulOp op) {
  if (shapeOf(op.getRhs()).size() != 2)
    return false;
  if (std::optional<Tensor> weights = constantTensor(op.getRhs()))
    return haveOneMagnitude(weights->floats, op.getType().getShape().back(),
                            op.getTransposeRhs());
  return SignSource::find(op.getRhs()) && rowsOf(op) >= leastPackedPixels;
}

static bool haveSigns(Conv2dOp op) {
  if (!padsZeros(op))
    return false;
  if (std::optional<Tensor> weights = constantTensor(op.getFilter()))
    return haveOneMagnitude(weights->floats, shapeOf(op.getFilter())[0],
                            /*sideBySide=*/true);
  return SignSource::find(op.getFilter()) && tilesHaveOneGroup(op);
}

bool qnn::canLookUpSigns(Operation *op) {
  if (!isa<MatmulOp, Conv2dOp>(op) || isEmpty(op))
    return false;
  auto matmul = dyn_cast<MatmulOp>(op);
  return matmul ? haveSigns(matmul) : haveSigns(cast<Conv2dOp>(op));
}

bool qnn::canLookUpWindows(Operation *op) {
  auto matmul = dyn_cast<MatmulOp>(op);
  if (!matmul || isEmpty(op))
    return false;
  auto unfold = matmul.getRhs().getDefiningOp<UnfoldOp>();
  return unfold && !matmul.getTransposeRhs() &&
         shapeOf(matmul.getLhs()).size() == 2 &&
         SignSource::find(unfold.getInput());
}

//===----------------------------------------------------------------------===//
// Floats
//===----------------------------------------------------------------------===//

static bool canPackTiles(MatmulOp op) {
  return shapeOf(op.getRhs()).size() == 2 &&
         (rowsOf(op) >= leastPackedPixels || constantTensor(op.getRhs()));
}

bool qnn::canPackFloats(Operation *op) {
  if (!isa<MatmulOp, Conv2dOp>(op) || isEmpty(op))
    return false;
  auto matmul = dyn_cast<MatmulOp>(op);
  return matmul ? canPackTiles(matmul) : padsZeros(cast<Conv2dOp>(op));
}

//===----------------------------------------------------------------------===//
// The choice
//===----------------------------------------------------------------------===//

bool qnn::canHaveKernel(Operation *op, KernelKind kind) {
  bool ofBits = canPackSigns(op);
  switch (kind) {
  case KernelKind::XnorPopcount:
    return ofBits;
  case KernelKind::Lookup:
    return !ofBits && (canLookUpSigns(op) || canLookUpWindows(op));
  case KernelKind::F32Fma:
    return !ofBits && canPackFloats(op);
  default:
    return false;
  }
}

KernelAttr qnn::chosenKernel(Operation *op, KernelKind kind) {
  auto kernel = op->getAttrOfType<KernelAttr>("kernel");
  return kernel && kernel.getKind() == kind ? kernel : KernelAttr();
}

std::optional<KernelEstimate> qnn::chooseFloatKernel(TargetAttr target,
                                                     Operation *op) {
  std::optional<ProductFacts> facts = ProductFacts::get(op);
  if (!facts)
    return {};
  if (canPackSigns(op)) {
    OpBuilder b(op);
    facts->activations = facts->weights = bipolarCode(b);
    return estimateKernel(target, *facts, KernelKind::XnorPopcount);
  }
  KernelEstimate best = rankKernels(target, *facts).front();
  if (canHaveKernel(op, best.kernel))
    return best;
  if (!canHaveKernel(op, KernelKind::F32Fma))
    return {};
  return estimateKernel(target, *facts, KernelKind::F32Fma);
}
