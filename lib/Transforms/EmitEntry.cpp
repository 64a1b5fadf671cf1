//===- EmitEntry.cpp - C entry points of a compiled model -------*- C++ -*-===//
//
// Mirrors the structs of qnn_runtime.h: a field changed there changes here.
//
//===----------------------------------------------------------------------===//

#include "qnn/Transforms/Passes.h"

#include "PoolCall.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "qnn/Transforms/ModelAttributes.h"

namespace qnn {
#define GEN_PASS_DEF_EMITENTRY
#include "qnn/Transforms/Passes.h.inc"
} // namespace qnn

using namespace mlir;
using namespace qnn;

static int64_t byteSize(Attribute tensor) {
  auto type = cast<RankedTensorType>(
      cast<TypeAttr>(cast<DictionaryAttr>(tensor).get("type")).getValue());
  return type.getNumElements() * (type.getElementTypeBitWidth() / 8);
}

namespace {
/// Builds the entry points of one model at the end of its module.
class EntryBuilder {
public:
  EntryBuilder(ModuleOp module, LLVM::LLVMFuncOp sample)
      : module(module), sample(sample),
        b(sample.getLoc(), OpBuilder::atBlockEnd(module.getBody())) {
    auto model = module->getAttrOfType<DictionaryAttr>(kModelAttr);
    name = cast<StringAttr>(model.get("name")).getValue();
    inputs = cast<ArrayAttr>(model.get("inputs"));
    outputs = cast<ArrayAttr>(model.get("outputs"));
    if (auto attr = module->getAttrOfType<IntegerAttr>(kBatchAttr))
      batch = attr.getInt();
    threads = threadsOf(module);
    arenaBytes = module->getAttrOfType<IntegerAttr>(kArenaBytesAttr).getInt();
    ptr = LLVM::LLVMPointerType::get(b.getContext());
    i32 = b.getI32Type();
    i64 = b.getI64Type();
  }

  void build() {
    makeSampleInternal();
    LLVM::LLVMFuncOp run = buildRun();
    LLVM::LLVMFuncOp call = buildCall(run);
    LLVM::GlobalOp model = buildDescriptor(call);
    buildGetter(model);
  }

private:
  void makeSampleInternal();
  LLVM::LLVMFuncOp buildRun();
  /// True where a run's samples are split over threads.
  bool splitsBatch() const {
    return threads > 1 && (batch == 0 || batch >= threads);
  }
  void buildBatch(LLVM::LLVMFuncOp run);
  void buildBatchLoop(ValueRange tensors, Value arena, Value begin, Value end);
  void buildBatchOnThreads(LLVM::LLVMFuncOp run, Value count);
  LLVM::LLVMFuncOp buildCall(LLVM::LLVMFuncOp run);
  LLVM::GlobalOp buildString(StringRef symbol, StringRef text);
  LLVM::GlobalOp buildTensors(StringRef symbol, ArrayAttr tensors);
  LLVM::GlobalOp buildDescriptor(LLVM::LLVMFuncOp call);
  void buildGetter(LLVM::GlobalOp model);

  Value constant(Type type, int64_t value) {
    return LLVM::ConstantOp::create(b, type, b.getIntegerAttr(type, value));
  }
  Value addressOf(LLVM::GlobalOp global) {
    return LLVM::AddressOfOp::create(b, global);
  }
  Value insert(Value aggregate, Value element, ArrayRef<int64_t> position) {
    return LLVM::InsertValueOp::create(b, aggregate, element, position);
  }
  /// A constant whose initializer `fill` computes from the undefined value.
  LLVM::GlobalOp buildGlobal(StringRef symbol, Type type, LLVM::Linkage linkage,
                             function_ref<Value(Value)> fill);

  ModuleOp module;
  LLVM::LLVMFuncOp sample;
  ImplicitLocOpBuilder b;
  std::string name;
  ArrayAttr inputs, outputs;
  int64_t batch = 1, threads = 1;
  int64_t arenaBytes; ///< of one sample
  Type ptr, i32, i64;
};
} // namespace

/// Names and states are of no use below; LLVM's translation would warn of each,
/// and print the function with every warning.
static void dropForeignAttributes(LLVM::LLVMFuncOp function) {
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    for (NamedAttribute attribute :
         mlir::function_interface_impl::getArgAttrs(function, i))
      if (!attribute.getName().getValue().starts_with("llvm."))
        function.removeArgAttr(i, attribute.getName());
}

void EntryBuilder::makeSampleInternal() {
  dropForeignAttributes(sample);
  sample.setName((name + "_sample").c_str());
  sample.setLinkage(LLVM::Linkage::Internal);
  unsigned numTensors = inputs.size() + outputs.size();
  for (unsigned i = 0; i <= numTensors; ++i)
    sample.setArgAttr(i, LLVM::LLVMDialect::getNoAliasAttrName(),
                      b.getUnitAttr());
  for (auto [i, input] : llvm::enumerate(inputs))
    if (!cast<DictionaryAttr>(input).contains("updated"))
      sample.setArgAttr(i, LLVM::LLVMDialect::getReadonlyAttrName(),
                        b.getUnitAttr());
  sample.setArgAttr(numTensors, LLVM::LLVMDialect::getAlignAttrName(),
                    b.getI64IntegerAttr(64));
}

LLVM::LLVMFuncOp EntryBuilder::buildRun() {
  SmallVector<Type> types(inputs.size() + outputs.size() + 1, ptr);
  if (batch == 0)
    types.push_back(i64);
  auto run = LLVM::LLVMFuncOp::create(b, name + "_run",
                                      LLVM::LLVMFunctionType::get(i32, types));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(run.addEntryBlock(b));
  if (batch == 1)
    LLVM::CallOp::create(b, sample, run.getArguments());
  else
    buildBatch(run);
  LLVM::ReturnOp::create(b, constant(i32, 0));
  return run;
}

void EntryBuilder::buildBatch(LLVM::LLVMFuncOp run) {
  Value count =
      batch == 0 ? Value(run.getArguments().back()) : constant(i64, batch);
  if (splitsBatch())
    return buildBatchOnThreads(run, count);
  unsigned numTensors = inputs.size() + outputs.size();
  buildBatchLoop(run.getArguments().take_front(numTensors),
                 run.getArgument(numTensors), constant(i64, 0), count);
}

/// Samples begin .. end - 1, one after the other in the same arena.
void EntryBuilder::buildBatchLoop(ValueRange tensors, Value arena, Value begin,
                                  Value end) {
  Block *entry = b.getInsertionBlock();
  Region *region = entry->getParent();
  Block *head = b.createBlock(region, {}, {i64}, {b.getLoc()});
  Block *body = b.createBlock(region);
  Block *exit = b.createBlock(region);
  b.setInsertionPointToEnd(entry);
  LLVM::BrOp::create(b, ValueRange{begin}, head);

  b.setInsertionPointToEnd(head);
  Value index = head->getArgument(0);
  Value more = LLVM::ICmpOp::create(b, LLVM::ICmpPredicate::slt, index, end);
  LLVM::CondBrOp::create(b, more, body, exit);

  b.setInsertionPointToEnd(body);
  SmallVector<Value> arguments;
  auto advance = [&](ArrayAttr described) {
    for (Attribute tensor : described) {
      Value bytes =
          LLVM::MulOp::create(b, index, constant(i64, byteSize(tensor)));
      Value base = tensors[arguments.size()];
      arguments.push_back(LLVM::GEPOp::create(b, ptr, b.getI8Type(), base,
                                              ArrayRef<LLVM::GEPArg>{bytes}));
    }
  };
  advance(inputs);
  advance(outputs);
  arguments.push_back(arena);
  LLVM::CallOp::create(b, sample, arguments);
  Value next = LLVM::AddOp::create(b, index, constant(i64, 1));
  LLVM::BrOp::create(b, ValueRange{next}, head);
  b.setInsertionPointToEnd(exit);
}

/// Samples on threads, each with an arena of its own. Where there are fewer
/// samples than threads, they come one after the other, and the loops of each
/// are split.
void EntryBuilder::buildBatchOnThreads(LLVM::LLVMFuncOp run, Value count) {
  int64_t stride = llvm::alignTo(arenaBytes, 64);
  LLVM::LLVMFuncOp body = createPoolBody(b, module, name + "_samples");
  ValueRange shared =
      run.getArguments().take_front(inputs.size() + outputs.size() + 1);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToEnd(&body.getBody().front());
    SmallVector<Value> values =
        loadContext(b, body.getArgument(0), shared.getTypes());
    Value offset =
        LLVM::MulOp::create(b, body.getArgument(3), constant(i64, stride));
    Value arena = LLVM::GEPOp::create(b, ptr, b.getI8Type(), values.back(),
                                      ArrayRef<LLVM::GEPArg>{offset});
    buildBatchLoop(ArrayRef(values).drop_back(), arena, body.getArgument(1),
                   body.getArgument(2));
    LLVM::ReturnOp::create(b, ValueRange());
  }
  Value all = constant(i64, threads);
  Value enough = LLVM::ICmpOp::create(b, LLVM::ICmpPredicate::sge, count, all);
  Value used = LLVM::SelectOp::create(b, enough, all, constant(i64, 1));
  createPoolCall(b, body, shared, count, used);
  arenaBytes = stride * threads;
  module->setAttr(kArenaBytesAttr, b.getI64IntegerAttr(arenaBytes));
}

/// The uniform signature of qnn_model.run: arrays of pointers.
LLVM::LLVMFuncOp EntryBuilder::buildCall(LLVM::LLVMFuncOp run) {
  auto type = LLVM::LLVMFunctionType::get(i32, {ptr, ptr, ptr, i64});
  auto call = LLVM::LLVMFuncOp::create(b, name + "_call", type,
                                       LLVM::Linkage::Internal);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(call.addEntryBlock(b));
  SmallVector<Value> arguments;
  auto loadAll = [&](Value array, unsigned count) {
    for (int32_t i = 0; i < static_cast<int32_t>(count); ++i) {
      Value place =
          LLVM::GEPOp::create(b, ptr, ptr, array, ArrayRef<LLVM::GEPArg>{i});
      arguments.push_back(LLVM::LoadOp::create(b, ptr, place));
    }
  };
  loadAll(call.getArgument(0), inputs.size());
  loadAll(call.getArgument(1), outputs.size());
  arguments.push_back(call.getArgument(2));
  if (batch == 0)
    arguments.push_back(call.getArgument(3));
  Value status = LLVM::CallOp::create(b, run, arguments).getResult();
  LLVM::ReturnOp::create(b, status);
  return call;
}

LLVM::GlobalOp EntryBuilder::buildGlobal(StringRef symbol, Type type,
                                         LLVM::Linkage linkage,
                                         function_ref<Value(Value)> fill) {
  auto global = LLVM::GlobalOp::create(b, type, /*isConstant=*/true, linkage,
                                       symbol, Attribute());
  OpBuilder::InsertionGuard guard(b);
  b.createBlock(&global.getInitializerRegion());
  Value undefined = LLVM::UndefOp::create(b, type);
  LLVM::ReturnOp::create(b, fill(undefined));
  return global;
}

LLVM::GlobalOp EntryBuilder::buildString(StringRef symbol, StringRef text) {
  std::string terminated = (text + Twine('\0')).str();
  auto type = LLVM::LLVMArrayType::get(b.getI8Type(), terminated.size());
  return LLVM::GlobalOp::create(b, type, true, LLVM::Linkage::Internal, symbol,
                                b.getStringAttr(terminated));
}

LLVM::GlobalOp EntryBuilder::buildTensors(StringRef symbol, ArrayAttr tensors) {
  auto tensorType =
      LLVM::LLVMStructType::getLiteral(b.getContext(), {ptr, i32, i32, ptr});
  SmallVector<std::pair<LLVM::GlobalOp, LLVM::GlobalOp>> parts;
  SmallVector<RankedTensorType> types;
  for (auto [i, attr] : llvm::enumerate(tensors)) {
    auto dictionary = cast<DictionaryAttr>(attr);
    auto type = cast<RankedTensorType>(
        cast<TypeAttr>(dictionary.get("type")).getValue());
    std::string prefix = (symbol + "_" + Twine(i)).str();
    auto text = buildString(
        prefix + "_name", cast<StringAttr>(dictionary.get("name")).getValue());
    int64_t rank = type.getRank();
    auto shape = LLVM::GlobalOp::create(
        b, LLVM::LLVMArrayType::get(i64, rank), true, LLVM::Linkage::Internal,
        prefix + "_shape",
        DenseIntElementsAttr::get(RankedTensorType::get({rank}, i64),
                                  type.getShape()));
    parts.emplace_back(text, shape);
    types.push_back(type);
  }
  auto arrayType = LLVM::LLVMArrayType::get(tensorType, tensors.size());
  return buildGlobal(
      symbol, arrayType, LLVM::Linkage::Internal, [&](Value all) {
        for (auto [i, part] : llvm::enumerate(parts)) {
          int64_t at = i;
          all = insert(all, addressOf(part.first), {at, 0});
          all = insert(
              all, constant(i32, *getRuntimeType(types[i].getElementType())),
              {at, 1});
          all = insert(all, constant(i32, types[i].getRank()), {at, 2});
          all = insert(all, addressOf(part.second), {at, 3});
        }
        return all;
      });
}

LLVM::GlobalOp EntryBuilder::buildDescriptor(LLVM::LLVMFuncOp call) {
  LLVM::GlobalOp text = buildString(name + "_name", name);
  LLVM::GlobalOp in = buildTensors(name + "_inputs", inputs);
  LLVM::GlobalOp out = buildTensors(name + "_outputs", outputs);
  auto type = LLVM::LLVMStructType::getLiteral(
      b.getContext(), {i32, i32, i32, i32, ptr, ptr, ptr, i64, i64, ptr});
  return buildGlobal(
      "qnn_model_" + name, type, LLVM::Linkage::External, [&](Value model) {
        Value fields[] = {constant(i32, QNN_ABI_VERSION),
                          constant(i32, inputs.size()),
                          constant(i32, outputs.size()),
                          constant(i32, 0),
                          addressOf(text),
                          addressOf(in),
                          addressOf(out),
                          constant(i64, arenaBytes),
                          constant(i64, batch),
                          LLVM::AddressOfOp::create(b, call)};
        for (auto [i, field] : llvm::enumerate(fields))
          model = insert(model, field, {static_cast<int64_t>(i)});
        return model;
      });
}

/// Weak, so that several models link into one program.
void EntryBuilder::buildGetter(LLVM::GlobalOp model) {
  auto type = LLVM::LLVMFunctionType::get(ptr, {});
  auto getter =
      LLVM::LLVMFuncOp::create(b, "qnn_get_model", type, LLVM::Linkage::Weak);
  b.setInsertionPointToStart(getter.addEntryBlock(b));
  LLVM::ReturnOp::create(b, addressOf(model));
}

namespace {
struct EmitEntry : qnn::impl::EmitEntryBase<EmitEntry> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto model = module->getAttrOfType<DictionaryAttr>(kModelAttr);
    if (!model || !module->hasAttr(kArenaBytesAttr)) {
      module.emitOpError() << "expected attributes " << kModelAttr << " and "
                           << kArenaBytesAttr << ", made by earlier passes";
      return signalPassFailure();
    }
    auto name = cast<StringAttr>(model.get("name"));
    auto sample = module.lookupSymbol<LLVM::LLVMFuncOp>(name);
    if (!sample) {
      module.emitOpError() << "expected a function @" << name.getValue()
                           << " in the llvm dialect";
      return signalPassFailure();
    }
    EntryBuilder(module, sample).build();
  }
};
} // namespace
