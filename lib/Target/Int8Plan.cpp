//===- Int8Plan.cpp - How a target multiplies codes in bytes ----*- C++ -*-===//

#include "qnn/Target/Int8Plan.h"

using namespace mlir;
using namespace qnn;

namespace {
/// Numbers that an operand holds.
struct CodeRange {
  int32_t min, max;
  bool fits(bool isSigned) const {
    return isSigned ? min >= -128 && max <= 127 : min >= 0 && max <= 255;
  }
};

/// An instruction on bytes and the signs of its factors.
struct Option {
  Int8Form form;
  Instruction instruction;
  bool activationsSigned, weightsSigned;
};
} // namespace

/// In order of speed.
static const Option options[] = {
    {Int8Form::Dot, Instruction::DotBytes, false, true},
    {Int8Form::Dot, Instruction::DotBytes, true, false},
    {Int8Form::Dot, Instruction::DotSignedBytes, true, true},
    {Int8Form::Dot, Instruction::DotUnsignedBytes, false, false},
    {Int8Form::BytePairs, Instruction::MultiplyAddBytes, false, true},
    {Int8Form::BytePairs, Instruction::MultiplyAddBytes, true, false},
};

static CodeRange rangeOf(CodeAttr code) {
  if (code.isBipolar())
    return {-1, 1};
  return {code.getMin(), code.getMax()};
}

/// Units whose 16-bit sums of pairs hold; 0: not even one.
static int64_t unitsInShorts(CodeRange activations, CodeRange weights,
                             int32_t shift) {
  int64_t a = std::max(-activations.min, activations.max);
  int64_t w =
      std::max(std::abs(weights.min + shift), std::abs(weights.max + shift));
  return 32767 / std::max<int64_t>(2 * a * w, 1);
}

/// The target, where it uses the lower 128 bits of its registers.
static TargetAttr narrowed(TargetAttr target) {
  return TargetAttr::get(target.getContext(), target.getTriple(),
                         target.getCpu(), target.getFeatures(), 128,
                         target.getRegisters());
}

/// Nothing where the target has no such instruction, the activations have
/// another sign, or 16 bits would overflow.
static std::optional<Int8Plan> planFor(const Option &option, TargetAttr target,
                                       CodeRange activations,
                                       CodeRange weights) {
  auto instruction = findInstruction(target, option.instruction);
  if (!instruction || !activations.fits(option.activationsSigned))
    return {};
  Int8Plan plan;
  plan.form = option.form;
  plan.instruction = *instruction;
  // Two factors of one sign have no order.
  plan.weightsFirst = option.activationsSigned && !option.weightsSigned;
  if (!weights.fits(option.weightsSigned))
    plan.shift = option.weightsSigned ? -128 : -weights.min;
  if (option.form == Int8Form::Dot)
    plan.narrowDot =
        findInstruction(narrowed(target), option.instruction).value_or("");
  if (option.form != Int8Form::BytePairs)
    return plan;
  plan.narrowUnits = unitsInShorts(activations, weights, plan.shift);
  return plan.narrowUnits ? std::optional(plan) : std::nullopt;
}

Int8Plan qnn::chooseInt8Plan(TargetAttr target, CodeAttr activations,
                             CodeAttr weights) {
  // The first form that the target has, if possible without a shift.
  std::optional<Int8Plan> best;
  for (const Option &option : options) {
    if (best && best->form != option.form)
      break;
    auto plan = planFor(option, target, rangeOf(activations), rangeOf(weights));
    if (plan && (!best || (best->shift && !plan->shift)))
      best = plan;
  }
  if (best)
    return *best;
  Int8Plan plan;
  if (auto pairs = findInstruction(target, Instruction::MultiplyAddShorts)) {
    plan.form = Int8Form::ShortPairs;
    plan.instruction = *pairs;
  }
  return plan;
}
