//===- Emulate.h - Instructions of other CPUs as arithmetic -----*- C++ -*-===//

#ifndef QNN_TEST_UNIT_CONVERSION_EMULATE_H
#define QNN_TEST_UNIT_CONVERSION_EMULATE_H

#include "mlir/Pass/Pass.h"

/// A pass that puts plain vector arithmetic of the same meaning in the place of
/// calls of instructions that multiply or permute lanes, so that kernels for
/// any target run on any machine, in the same schedule and layout.
std::unique_ptr<mlir::Pass> createEmulateInstructions();

#endif // QNN_TEST_UNIT_CONVERSION_EMULATE_H
