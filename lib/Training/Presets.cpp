//===- Presets.cpp - Descriptions that come with the library ------------===//

#include "qnn/Training/Presets.h"
#include "llvm/ADT/STLExtras.h"

using namespace qnn;

const Preset *qnn::findPreset(llvm::StringRef name) {
  const Preset *found = llvm::find_if(
      presets(), [&](const Preset &preset) { return preset.name == name; });
  return found == presets().end() ? nullptr : found;
}

std::string qnn::describePreset(const Preset &preset) {
  std::string text;
  for (auto [line, rest] = preset.text.split('\n'); line.consume_front("#");
       std::tie(line, rest) = rest.split('\n'))
    text += (text.empty() ? line.ltrim() : line).str();
  return text;
}

llvm::StringRef qnn::titleOf(const Preset &preset) {
  return llvm::StringRef(preset.text).split('\n').first.ltrim("# ");
}
