//===- PackedModels.cpp - Words and codes -----------------------*- C++ -*-===//

#include "Models.h"

#include "qnn/Arith/Packing.h"

using namespace mlir;
using namespace qnn;

static void evaluatePack(PackOp op, Operands in, Results out) {
  std::vector<uint8_t> codes(in[0].integers.begin(), in[0].integers.end());
  std::vector<uint32_t> words =
      packRows(codes, in[0].shape.back(), op.getCode().getBits());
  for (auto [word, result] : llvm::zip(words, out[0].integers))
    result = static_cast<int32_t>(word);
}

static void evaluateUnpack(UnpackOp op, Operands in, Results out) {
  std::vector<uint32_t> words(in[0].integers.begin(), in[0].integers.end());
  llvm::copy(unpackRows(words, out[0].shape.back(), op.getCode().getBits()),
             out[0].integers.begin());
  patternsToElements(out[0], op.getCode(), op.getResult().getType());
}

void qnn::attachPackedModels(MLIRContext *context) {
  attach<evaluatePack>(context);
  attach<evaluateUnpack>(context);
}
