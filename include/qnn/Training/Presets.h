//===- Presets.h - Descriptions that come with the library ------*- C++ -*-===//

#ifndef QNN_TRAINING_PRESETS_H
#define QNN_TRAINING_PRESETS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace qnn {

/// A file of tools/qnn-train/presets, by its name without `.toml`.
struct Preset {
  llvm::StringLiteral name, text;
};
llvm::ArrayRef<Preset> presets();

/// The one of that name, or null.
const Preset *findPreset(llvm::StringRef name);

/// The comment at the beginning of a preset, as one line.
std::string describePreset(const Preset &preset);
/// Its first line, a title.
llvm::StringRef titleOf(const Preset &preset);

} // namespace qnn

#endif // QNN_TRAINING_PRESETS_H
