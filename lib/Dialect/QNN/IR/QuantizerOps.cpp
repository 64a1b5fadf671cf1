//===- QuantizerOps.cpp - Registration and verifier -------------*- C++ -*-===//

#include "qnn/Dialect/QNN/IR/Quantizer.h"

#include "mlir/IR/DialectImplementation.h"
#include "qnn/Dialect/QNN/IR/ShapeInference.h"

using namespace mlir;
using namespace qnn;

#define GET_OP_CLASSES
#include "qnn/Dialect/QNN/IR/QuantizerOps.cpp.inc"

void qnn::registerQuantizerOps(QNNDialect *dialect) {
  RegisteredOperationName::insert<TrainQuantizeOp>(*dialect);
}

QuantizerNeeds qnn::needsOf(QuantizerMethod method, QuantizerRole role,
                            unsigned bits) {
  bool isWeight = role == QuantizerRole::Weight;
  switch (method) {
  case QuantizerMethod::LSQ:
  case QuantizerMethod::PACT:
  case QuantizerMethod::Observed:
  case QuantizerMethod::LQNets:
    return {1, 1};
  case QuantizerMethod::Elastic:
    return isWeight ? QuantizerNeeds{} : QuantizerNeeds{1, 2};
  case QuantizerMethod::AdaBin:
    return isWeight ? QuantizerNeeds{} : QuantizerNeeds{2, 2};
  case QuantizerMethod::TrainedTernary:
    return {2, 2};
  case QuantizerMethod::ABCNet:
    return isWeight ? QuantizerNeeds{} : QuantizerNeeds{2, 2};
  case QuantizerMethod::StochasticSign:
  case QuantizerMethod::StochasticTernary:
  case QuantizerMethod::StochasticExponential:
  case QuantizerMethod::ShiftBackward:
    return {0, 0, true};
  case QuantizerMethod::DoReFa:
    return {0, 0, role == QuantizerRole::Gradient};
  default:
    return {};
  }
}

LogicalResult TrainQuantizeOp::inferReturnTypes(MLIRContext *,
                                                std::optional<Location>,
                                                Adaptor adaptor,
                                                SmallVectorImpl<Type> &types) {
  types.push_back(adaptor.getInput().getType());
  return success();
}

/// Methods that can quantize a gradient.
static bool quantizesGradients(QuantizerMethod method) {
  return method == QuantizerMethod::DoReFa ||
         method == QuantizerMethod::Linear ||
         method == QuantizerMethod::StochasticExponential;
}

static LogicalResult verifyRole(TrainQuantizeOp op, ErrorSite site) {
  QuantizerMethod method = op.getMethod();
  StringRef name = stringifyQuantizerMethod(method);
  StringRef role = stringifyQuantizerRole(op.getRole());
  bool fits = true;
  switch (method) {
  case QuantizerMethod::MoonsRelu:
  case QuantizerMethod::PACT:
  case QuantizerMethod::ShiftBackward:
    fits = op.getRole() == QuantizerRole::Activation;
    break;
  case QuantizerMethod::Xnor:
  case QuantizerMethod::TrainedTernary:
    fits = op.getRole() == QuantizerRole::Weight;
    break;
  default:
    fits =
        op.getRole() != QuantizerRole::Gradient || quantizesGradients(method);
  }
  if (fits)
    return success();
  return site.fail("expected another role for method ", name, ", but got ",
                   role);
}

/// How many numbers a learned operand of the op holds.
static int64_t learnedCount(TrainQuantizeOp op) {
  int64_t channels =
      op.getChannelAxis() < 0
          ? 1
          : op.getInput().getType().getDimSize(op.getChannelAxis());
  switch (op.getMethod()) {
  case QuantizerMethod::Observed:
    return 2;
  case QuantizerMethod::LQNets:
    return channels * static_cast<int64_t>(op.getBits());
  case QuantizerMethod::ABCNet:
    return op.getBits();
  default:
    return channels;
  }
}

static LogicalResult verifyOperands(TrainQuantizeOp op, ErrorSite site) {
  QuantizerNeeds needs = needsOf(op.getMethod(), op.getRole(),
                                 static_cast<unsigned>(op.getBits()));
  size_t count = op.getLearned().size();
  if (count < needs.least || count > needs.greatest) {
    std::string numbers = std::to_string(needs.least);
    if (needs.greatest > needs.least)
      numbers += " to " + std::to_string(needs.greatest);
    return site.fail("expected ", numbers, " learned operands, but got ",
                     count);
  }
  int64_t expected = learnedCount(op);
  for (Value learned : op.getLearned()) {
    int64_t size = cast<RankedTensorType>(learned.getType()).getNumElements();
    if (size != expected)
      return site.fail("expected learned operands of ", expected,
                       " numbers, but got ", size);
  }
  if (needs.key != bool(op.getKey()))
    return site.fail(needs.key ? "expected a" : "expected no",
                     " key, as the method is ",
                     needs.key ? "stochastic" : "not stochastic");
  if (op.getKey() && op.getKey().getType().getShape() != ArrayRef<int64_t>(2))
    return site.fail("expected the key to be seed and step, tensor<2xi64>, "
                     "but got ",
                     op.getKey().getType());
  return success();
}

/// The greatest number of bits that the expansion of a method can do.
static int64_t greatestBits(QuantizerMethod method) {
  switch (method) {
  case QuantizerMethod::DoReFa:
  case QuantizerMethod::Linear:
    return 32;
  case QuantizerMethod::LQNets:
    return 4;
  default:
    return 8;
  }
}

/// 2 where one bit would leave 0 and at most one other level.
static int64_t leastBits(TrainQuantizeOp op) {
  switch (op.getMethod()) {
  case QuantizerMethod::Moons:
  case QuantizerMethod::MoonsRelu:
  case QuantizerMethod::FixedPoint:
    return 2;
  case QuantizerMethod::LSQ:
    return op.getIsUnsigned() ? 1 : 2;
  case QuantizerMethod::Observed:
    return op.getRole() == QuantizerRole::Weight ? 2 : 1;
  default:
    return 1;
  }
}

static LogicalResult verifyAttributes(TrainQuantizeOp op, ErrorSite site) {
  int64_t bits = op.getBits(), least = leastBits(op);
  int64_t most = greatestBits(op.getMethod());
  if (bits < least || bits > most)
    return site.fail("expected ", least, " to ", most, " bits, but got ", bits);
  if (op.getScale() && !(op.getScale()->convertToFloat() > 0))
    return site.fail("expected a positive scale, but got ", op.getScaleAttr());
  if (auto range = op.getRange())
    if (range->size() != 2 || !((*range)[0] < (*range)[1]))
      return site.fail("expected a range of low and high, but got ",
                       op.getRangeAttr());
  if (op.getChannelAxis() != -1)
    return verifyAxis(site, op.getChannelAxis(),
                      op.getInput().getType().getRank());
  return success();
}

LogicalResult TrainQuantizeOp::verify() {
  ErrorSite site{getLoc(), getOperationName()};
  if (failed(verifyAttributes(*this, site)) ||
      failed(verifyRole(*this, site)) || failed(verifyOperands(*this, site)))
    return failure();
  if (!getSurrogate()) {
    if (!getSurrogateParameters().empty())
      return site.fail("expected a surrogate for its parameters");
    return success();
  }
  if (*getSurrogate() == SurrogateKind::IRNet &&
      getSurrogateParameters().empty())
    return success(); // t and k follow the schedule
  auto made = makeSurrogate(*getSurrogate(), getSurrogateParameters());
  return made ? success() : site.fail(llvm::toString(made.takeError()));
}
