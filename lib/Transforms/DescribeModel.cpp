//===- DescribeModel.cpp - Records the entry's signature --------*- C++ -*-===//

#include "qnn/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "qnn/Transforms/ModelAttributes.h"

namespace qnn {
#define GEN_PASS_DEF_DESCRIBEMODEL
#include "qnn/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

/// The tensor that `type` is or, of a state in memory, holds; null for types
/// that the C interface has no name for.
static RankedTensorType describedType(Type type) {
  auto shaped = dyn_cast<ShapedType>(type);
  if (!shaped || !shaped.hasStaticShape() ||
      !getRuntimeType(shaped.getElementType()))
    return {};
  return RankedTensorType::get(shaped.getShape(), shaped.getElementType());
}

static FailureOr<ArrayAttr> describe(func::FuncOp function, TypeRange types,
                                     ArrayAttr attributes, StringRef what) {
  Builder b(function.getContext());
  SmallVector<Attribute> all;
  for (auto [i, type] : llvm::enumerate(types)) {
    RankedTensorType tensor = describedType(type);
    if (!tensor)
      return function.emitOpError()
             << "expected every " << what
             << " to be a static tensor of f32, i8, i32 or i64, but got "
             << type;
    StringAttr name;
    if (attributes)
      name = dyn_cast_or_null<StringAttr>(
          cast<DictionaryAttr>(attributes[i]).get(kNameAttr));
    if (!name)
      name = b.getStringAttr(what + Twine(i));
    NamedAttrList entry;
    entry.append("name", name);
    entry.append("type", TypeAttr::get(tensor));
    if (isa<MemRefType>(type))
      entry.append("updated", b.getUnitAttr());
    all.push_back(entry.getDictionary(b.getContext()));
  }
  return b.getArrayAttr(all);
}

static FailureOr<func::FuncOp> findEntry(ModuleOp module) {
  func::FuncOp entry;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (!function.isPublic())
      continue;
    if (entry)
      return function.emitOpError() << "expected one public function, but @"
                                    << entry.getName() << " is public too";
    entry = function;
  }
  if (!entry)
    return module.emitOpError("expected one public function, but got none");
  return entry;
}

namespace {
struct DescribeModel : qnn::impl::DescribeModelBase<DescribeModel> {
  void runOnOperation() override {
    FailureOr<func::FuncOp> entry = findEntry(getOperation());
    if (failed(entry))
      return signalPassFailure();
    FailureOr<ArrayAttr> inputs = describe(*entry, entry->getArgumentTypes(),
                                           entry->getArgAttrsAttr(), "input");
    FailureOr<ArrayAttr> outputs = describe(*entry, entry->getResultTypes(),
                                            entry->getResAttrsAttr(), "output");
    if (failed(inputs) || failed(outputs))
      return signalPassFailure();
    Builder b(&getContext());
    getOperation()->setAttr(
        kModelAttr,
        b.getDictionaryAttr(
            {b.getNamedAttr("inputs", *inputs),
             b.getNamedAttr("name", b.getStringAttr(entry->getName())),
             b.getNamedAttr("outputs", *outputs)}));
  }
};
} // namespace
