//===- KeptWords.cpp - Packed weights beside the weights --------*- C++ -*-===//

#include "KeptWords.h"
#include "qnn/Arith/Packing.h"
#include "qnn/Dialect/QNN/Gradients/Attributes.h"
#include "qnn/Reference/QuantizerSpec.h"
#include "qnn/Transforms/ModelAttributes.h"

using namespace mlir;
using namespace qnn;

static RankedTensorType typeOf(func::FuncOp function, unsigned argument) {
  return cast<RankedTensorType>(function.getArgumentTypes()[argument]);
}

KeptWords::KeptWords(func::FuncOp function, unsigned argument)
    : argument(nameOfInput(function, argument)),
      packed(nameOfInput(
          function,
          function.getArgAttrOfType<IntegerAttr>(argument, kWordsOfAttr)
              .getInt())),
      words(typeOf(function, argument).getShape().back()),
      memory(typeOf(function, argument).getNumElements() * sizeof(uint32_t)) {
  rows = typeOf(function, argument).getNumElements() / words;
  auto quantizer =
      function.getArgAttrOfType<QuantizerAttr>(argument, kQuantizerAttr);
  spec = specOf(quantizer);
  scale = quantizer.getScaleOf(0);
  zeroPoint = quantizer.getZeroPointOf(0);
}

void KeptWords::pack(ArrayRef<float> weights) {
  auto *row = static_cast<uint32_t *>(memory.data());
  std::vector<uint8_t> codes(weights.size() / rows);
  for (int64_t r = 0; r < rows; ++r, row += words) {
    ArrayRef<float> floats = weights.slice(r * codes.size(), codes.size());
    llvm::transform(floats, codes.begin(),
                    [&](float x) { return encode(x, scale, zeroPoint, spec); });
    llvm::copy(packRows(codes, codes.size(), spec.bits), row);
  }
}
