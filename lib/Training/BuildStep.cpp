//===- BuildStep.cpp - From a network to a step of its training -*- C++ -*-===//

#include "qnn/Training/BuildStep.h"

#include "mlir/Pass/PassManager.h"
#include "qnn/Dialect/QNN/Gradients/Passes.h"
#include "qnn/Dialect/QNN/Transforms/Passes.h"
#include "qnn/Driver/Diagnostics.h"
#include "qnn/Support/Files.h"
#include "qnn/Training/ModelForm.h"
#include "qnn/Transforms/ModelAttributes.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace qnn;

/// The hyper-parameters as a dictionary that the update op takes.
static std::string updateAttributes(const TrainOptions &options) {
  std::vector<std::string> entries;
  for (const auto &[name, value] : options.hyper) {
    if (name == "nesterov") {
      if (value != 0)
        entries.push_back(name);
      continue;
    }
    // Without momentum the update has no state for it.
    if (name == "momentum" && value == 0)
      continue;
    entries.push_back(llvm::formatv("{0} = {1:e} : f64",
                                    name == "rho" ? "alpha" : name, value));
  }
  return "{" + llvm::join(entries, ", ") + "}";
}

/// States are called the same before and after the step.
static void nameStates(func::FuncOp function) {
  Builder b(function.getContext());
  llvm::DenseMap<int64_t, Attribute> names;
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (auto state = function.getArgAttrOfType<IntegerAttr>(i, kStateAttr))
      names[state.getInt()] = b.getStringAttr(nameOfInput(function, i));
  for (unsigned i = 0; i < function.getNumResults(); ++i)
    if (auto state = function.getResultAttrOfType<IntegerAttr>(i, kStateAttr))
      if (Attribute name = names.lookup(state.getInt()))
        function.setResultAttr(i, kNameAttr, name);
}

llvm::Expected<OwningOpRef<ModuleOp>>
qnn::buildStep(ModuleOp model, const TrainOptions &options) {
  OwningOpRef<ModuleOp> module = model.clone();
  ErrorCollector errors(model.getContext(), "network");
  PrepareTrainingOptions preparation;
  preparation.loss = options.loss;
  preparation.distill = options.distill;
  preparation.temperature = options.temperature;
  EmitUpdatesOptions updates;
  updates.optimizer = options.optimizer;
  updates.normLimit = options.clipNorm;
  updates.attributes = updateAttributes(options);
  updates.separate = options.separateUpdate;
  PassManager pm(model.getContext());
  OpPassManager &function = pm.nest<func::FuncOp>();
  function.addPass(createPrepareTraining(preparation));
  function.addPass(createExpandQuantizers());
  function.addPass(createAutodiff());
  function.addPass(createEmitUpdates(updates));
  if (failed(pm.run(*module)))
    return errors.take("cannot be trained");
  nameStates(entryOf(*module));
  return module;
}

llvm::Expected<OwningOpRef<ModuleOp>> qnn::buildEvaluation(ModuleOp model) {
  OwningOpRef<ModuleOp> module = model.clone();
  expandShiftNorms(*module);
  ErrorCollector errors(model.getContext(), "network");
  ExpandQuantizersOptions options;
  options.deploy = true;
  PassManager pm(model.getContext());
  pm.addNestedPass<func::FuncOp>(createExpandQuantizers(options));
  if (failed(pm.run(*module)))
    return errors.take("cannot be evaluated");
  return module;
}
