//===- Attributes.h - What marks the parts of a training step ---*- C++ -*-===//
//
// Names of attributes by which a network says what is trained, and by which the
// passes that make its training step find each other's arguments.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_DIALECT_QNN_GRADIENTS_ATTRIBUTES_H
#define QNN_DIALECT_QNN_GRADIENTS_ATTRIBUTES_H

#include "llvm/ADT/StringRef.h"

namespace qnn {

/// Unit attributes of arguments. A key is tensor<2xi64>, seed and
/// step, of ops that draw random numbers.
inline constexpr llvm::StringLiteral kParameterAttr = "qnn.parameter";
inline constexpr llvm::StringLiteral kStatisticAttr = "qnn.statistic";
inline constexpr llvm::StringLiteral kKeyAttr = "qnn.key";
/// f32 attributes of parameters.
inline constexpr llvm::StringLiteral kClipAttr = "qnn.clip";
inline constexpr llvm::StringLiteral kRateScaleAttr = "qnn.lr_scale";

/// f32 attribute of qnn.batch_norm, as Keras means it:
/// running = momentum * running + (1 - momentum) * batch.
inline constexpr llvm::StringLiteral kMomentumAttr = "qnn.momentum";

/// Unit attributes of arguments that the passes add.
inline constexpr llvm::StringLiteral kLabelsAttr = "qnn.labels";
inline constexpr llvm::StringLiteral kTeacherAttr = "qnn.teacher";
inline constexpr llvm::StringLiteral kLearningRateAttr = "qnn.learning_rate";
inline constexpr llvm::StringLiteral kStepAttr = "qnn.step";
/// Unit attribute of an argument: a state [O, C, KH, KW] of the network that
/// the step has as [O, KH * KW, C].
inline constexpr llvm::StringLiteral kChannelsLastAttr = "qnn.channels_last";
/// i64 of an argument that is words: the number of the argument that they were
/// packed of; and the quantizer that made the codes.
inline constexpr llvm::StringLiteral kWordsOfAttr = "qnn.words_of";
inline constexpr llvm::StringLiteral kQuantizerAttr = "qnn.quantizer";
/// How far training is, from 0 to 1 (f32).
inline constexpr llvm::StringLiteral kProgressAttr = "qnn.progress";
/// Of a qnn.batch_norm: in training it is shift-based.
inline constexpr llvm::StringLiteral kShiftAttr = "qnn.shift";

} // namespace qnn

#endif // QNN_DIALECT_QNN_GRADIENTS_ATTRIBUTES_H
