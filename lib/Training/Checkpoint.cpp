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
  std::vector<ArrayView> arrays;
  for (const StateView &state : states) {
    ArrayRef<float> values = state.values();
    arrays.push_back({state.name, ElementType::F32, state.shape,
                      ArrayRef(reinterpret_cast<const uint8_t *>(values.data()),
                               values.size() * sizeof(float))});
  }
  std::string text;
  raw_string_ostream(text) << json::Value(
      json::Object{{"progress", toJSON(meta.progress)},
                   {"config", json::Object(meta.config)},
                   {"seed", std::to_string(meta.seed)}});
  int64_t length = text.size();
  arrays.push_back(
      {"meta", ElementType::U8, length, arrayRefFromStringRef(text)});
  llvm::sort(arrays, [](const ArrayView &a, const ArrayView &b) {
    return a.name < b.name;
  });
  return writeNpz(path, arrays);
}

static Error checkFits(StringRef path, const StateView &state,
                       const Array &array) {
  if (array.shape == state.shape && array.type == ElementType::F32)
    return Error::success();
  return fileError(path, "array '" + state.name + "': expected f32 " +
                             shapeName(state.shape) + ", but got " +
                             elementName(array.type) + " " +
                             shapeName(array.shape));
}

Error qnn::readStates(StringRef path, MutableArrayRef<StateView> states) {
  Expected<NpzArchive> archive = NpzArchive::open(path);
  if (!archive)
    return archive.takeError();
  // Nothing changes before all arrays were seen; they are read one by one, for
  // together they may be most of the memory.
  for (bool copies : {false, true})
    for (StateView &state : states) {
      if (!archive->contains(state.name))
        return fileError(path, "no array '" + state.name +
                                   "': the checkpoint is of another network");
      Expected<Array> array = archive->read(state.name);
      if (!array)
        return array.takeError();
      if (Error error = checkFits(path, state, *array))
        return error;
      if (copies)
        std::copy_n(array->data<float>(), state.size(), state.values().begin());
    }
  return Error::success();
}

Expected<CheckpointMeta> qnn::readMeta(StringRef path) {
  Expected<NpzArchive> archive = NpzArchive::open(path);
  if (!archive)
    return archive.takeError();
  if (!archive->contains("meta"))
    return fileError(path, "not a checkpoint: no array 'meta'");
  Expected<Array> array = archive->read("meta");
  if (!array)
    return array.takeError();
  StringRef text(array->data<char>(), array->bytes.size());
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
