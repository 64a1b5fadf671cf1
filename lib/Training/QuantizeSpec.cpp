//===- QuantizeSpec.cpp - Reading --quantize ----------------------------===//

#include "qnn/Support/Files.h"
#include "qnn/Training/InsertQuantizers.h"
#include "llvm/ADT/SmallVector.h"

using namespace qnn;
using namespace llvm;

/// Bits from `least` on; gradients are quantized with any number of bits.
static Error readBits(StringRef part, StringRef value, unsigned most,
                      unsigned &bits) {
  if (!value.getAsInteger(10, bits) &&
      (bits == 32 || (bits >= 1 && bits <= most)))
    return Error::success();
  return makeError("--quantize: expected 1 to " + Twine(most) +
                   " or 32 bits, but got '" + part + "'");
}

/// Calls `find` with each KEY of `KEY=BITS,...`; null says that there is none.
static Error readList(StringRef text, function_ref<unsigned *(StringRef)> find,
                      StringRef keys) {
  SmallVector<StringRef> parts;
  text.split(parts, ',');
  for (StringRef part : parts) {
    auto [key, value] = part.split('=');
    unsigned *bits = find(key);
    if (!bits)
      return makeError("--quantize: expected " + keys +
                       " and =BITS, but got '" + part + "'");
    unsigned most = key == "gradients" ? 31 : 8;
    if (Error error = readBits(part, value, most, *bits))
      return error;
  }
  return Error::success();
}

static Error readNetwork(StringRef text, QuantizeSpec &spec) {
  return readList(
      text,
      [&](StringRef key) {
        return key == "weights"       ? &spec.weights
               : key == "activations" ? &spec.activations
               : key == "gradients"   ? &spec.gradients
               : key == "first"       ? &spec.first
               : key == "last"        ? &spec.last
                                      : nullptr;
      },
      "weights, activations, gradients, first or last");
}

static Error readLayers(StringRef pattern, StringRef text, QuantizeSpec &spec) {
  QuantizeSpec::Layers layers{pattern.str(), {}, {}, {}};
  Error error = readList(
      text,
      [&](StringRef key) -> unsigned * {
        std::optional<unsigned> *bits = key == "weights" ? &layers.weights
                                        : key == "activations"
                                            ? &layers.activations
                                        : key == "gradients" ? &layers.gradients
                                                             : nullptr;
        return bits ? &bits->emplace() : nullptr;
      },
      "weights, activations or gradients");
  spec.layers.push_back(std::move(layers));
  return error;
}

Expected<QuantizeSpec> qnn::parseQuantizeSpec(StringRef text) {
  QuantizeSpec spec;
  SmallVector<StringRef> groups;
  text.split(groups, ';');
  for (StringRef group : groups) {
    // A name may hold colons, a list of bits does not.
    auto [pattern, list] = group.rsplit(':');
    Error error = group.contains(':') ? readLayers(pattern, list, spec)
                                      : readNetwork(group, spec);
    if (error)
      return std::move(error);
  }
  return spec;
}
