//===- PackedEpilogue.cpp - A product with another epilogue -----*- C++ -*-===//

#include "PackedEpilogue.h"

using namespace mlir;
using namespace qnn;

FilterShape qnn::channelsOf(PackedContractionOpInterface product) {
  ContractionGeometry g = product.getGeometry();
  FilterShape shape;
  shape.outChannels = g.outChannels;
  shape.groups = g.groups;
  KernelAttr kernel = product.getChosenKernel();
  shape.tile = kernel.getTile()[1];
  shape.depthwise = isDepthwise(kernel.getKind(), g.channels, g.outChannels,
                                g.groups, shape.tile);
  return shape;
}

bool qnn::canStoreWords(Value codes, CodeAttr code,
                        const ContractionGeometry &g) {
  if (g.groups != 1 && (g.outChannels / g.groups) % wordBits != 0)
    return false;
  return !codes.use_empty() &&
         llvm::all_of(codes.getUsers(), [&](Operation *user) {
           auto pack = dyn_cast<PackOp>(user);
           return pack && pack.getCode() == code;
         });
}

void qnn::replacePacks(RewriterBase &rewriter, Value codes,
                       Operation *product) {
  for (Operation *pack : llvm::make_early_inc_range(codes.getUsers()))
    rewriter.replaceOp(pack, product);
}

Operation *qnn::withEpilogue(OpBuilder &b, Operation *product,
                             ValueRange operands,
                             ArrayRef<NamedAttribute> attributes, Type type) {
  OperationState state(product->getLoc(), product->getName());
  state.addOperands(product->getOperands());
  state.addOperands(operands);
  state.addTypes(type);
  state.addAttributes(product->getAttrs());
  state.addAttributes(attributes);
  return b.create(state);
}
