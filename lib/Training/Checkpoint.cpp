//===- Checkpoint.cpp - All that a run needs to continue ----------------===//

#include "qnn/Training/Checkpoint.h"
#include "qnn/Support/Files.h"
#include "qnn/Support/Npy.h"
#include "llvm/Support/FormatVariadic.h"
#include <cstring>

using namespace qnn;
using namespace llvm;

/// Doubles as text with all bits: JSON's numbers would do, but not NaN.
static std::string exact(double number) {
  return formatv("{0}", bit_cast<uint64_t>(number));
}

static double fromExact(const json::Object &object, StringRef key) {
  uint64_t bits = 0;
  if (auto text = object.getString(key))
    text->getAsInteger(10, bits);
  return bit_cast<double>(bits);
}

json::Object qnn::toJSON(const Progress &progress) {
  return json::Object{{"epoch", progress.epoch},
                      {"batch", progress.batch},
                      {"step", progress.step},
                      {"loss_sum", exact(progress.lossSum)},
                      {"correct", progress.correct},
                      {"best", exact(progress.best)},
                      {"best_epoch", progress.bestEpoch},
                      {"waited", progress.waited}};
}

Progress qnn::progressFromJSON(const json::Object &object) {
  auto integer = [&](StringRef key) {
    return object.getInteger(key).value_or(0);
  };
  Progress progress;
  progress.epoch = integer("epoch");
  progress.batch = integer("batch");
  progress.step = integer("step");
  progress.lossSum = fromExact(object, "loss_sum");
  progress.correct = integer("correct");
  progress.best = fromExact(object, "best");
  progress.bestEpoch = object.getInteger("best_epoch").value_or(-1);
  progress.waited = integer("waited");
  return progress;
}

Error qnn::writeCheckpoint(StringRef path, const CheckpointMeta &meta,
                           ArrayRef<StateView> states) {
  std::map<std::string, Array> arrays;
  for (const StateView &state : states) {
    Array array(ElementType::F32, state.shape);
    std::memcpy(array.bytes.data(), state.data, array.bytes.size());
    arrays[state.name] = std::move(array);
  }
  std::string text;
  raw_string_ostream(text) << json::Value(
      json::Object{{"progress", toJSON(meta.progress)},
                   {"config", json::Object(meta.config)},
                   {"seed", std::to_string(meta.seed)}});
  Array bytes(ElementType::U8, {int64_t(text.size())});
  std::memcpy(bytes.bytes.data(), text.data(), text.size());
  arrays["meta"] = std::move(bytes);
  Expected<std::string> archive = makeNpz(arrays);
  return archive ? writeFile(path, *archive) : archive.takeError();
}

Error qnn::readStates(StringRef path, ArrayRef<StateView> states) {
  auto arrays = readNpz(path);
  if (!arrays)
    return arrays.takeError();
  for (const StateView &state : states) {
    auto found = arrays->find(state.name);
    if (found == arrays->end())
      return fileError(path, "no array '" + state.name +
                                 "': the checkpoint is of another network");
    const Array &array = found->second;
    if (array.shape != state.shape || array.type != ElementType::F32)
      return fileError(path, "array '" + state.name + "': expected f32 " +
                                 shapeName(state.shape) + ", but got " +
                                 elementName(array.type) + " " +
                                 shapeName(array.shape));
  }
  for (const StateView &state : states) {
    const Array &array = arrays->at(state.name);
    std::memcpy(state.data, array.bytes.data(), array.bytes.size());
  }
  return Error::success();
}

Expected<CheckpointMeta> qnn::readMeta(StringRef path) {
  auto arrays = readNpz(path);
  if (!arrays)
    return arrays.takeError();
  auto found = arrays->find("meta");
  if (found == arrays->end())
    return fileError(path, "not a checkpoint: no array 'meta'");
  StringRef text(found->second.data<char>(), found->second.bytes.size());
  Expected<json::Value> value = json::parse(text);
  if (!value) {
    consumeError(value.takeError());
    return fileError(path, "corrupt: 'meta' is not JSON");
  }
  json::Object *object = value->getAsObject();
  json::Object *progress = object ? object->getObject("progress") : nullptr;
  json::Object *config = object ? object->getObject("config") : nullptr;
  if (!progress || !config)
    return fileError(path, "corrupt: 'meta' has no progress or no config");
  CheckpointMeta meta{progressFromJSON(*progress), std::move(*config), 0};
  if (auto seed = object->getString("seed"))
    seed->getAsInteger(10, meta.seed);
  return meta;
}
