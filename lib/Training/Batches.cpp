//===- Batches.cpp - Samples in the order and form of training ----------===//

#include "qnn/Training/Batches.h"
#include "qnn/Arith/Philox.h"
#include "qnn/Support/Files.h"
#include "llvm/ADT/STLExtras.h"
#include <numeric>

using namespace qnn;
using namespace llvm;

std::vector<int64_t> qnn::shuffledIndices(int64_t count, uint64_t seed,
                                          uint64_t step, uint32_t stream) {
  std::vector<int64_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  std::vector<uint32_t> words = RandomStream{seed, step, stream}.words(count);
  // Fisher and Yates; the bias of 32 bits is far below what could be seen.
  for (int64_t i = count - 1; i > 0; --i)
    std::swap(order[i], order[uint64_t(words[i]) * (i + 1) >> 32]);
  return order;
}

ArrayRef<int64_t> Samples::orderOf(int64_t epoch, uint64_t seed) {
  if (orderEpoch == epoch && orderSeed == seed)
    return order;
  order = shuffledIndices(size(), seed, epoch, kShuffleStream);
  for (int64_t &entry : order)
    entry = indices[entry];
  orderEpoch = epoch;
  orderSeed = seed;
  return order;
}

/// The samples `chosen`, the last one repeated to fill the batch.
Batch Samples::gather(ArrayRef<int64_t> chosen, int64_t batch) const {
  Batch result;
  SmallVector<int64_t> shape(data->images.shape);
  shape[0] = batch;
  bool isIndex = data->images.type == ElementType::I64;
  result.input = Array(isIndex ? ElementType::I64 : ElementType::F32, shape);
  result.count = chosen.size();
  int64_t elements = data->imageElements(), labels = data->labelsPerSample();
  for (int64_t i = 0; i < batch; ++i) {
    int64_t sample = chosen[std::min<int64_t>(i, chosen.size() - 1)];
    if (isIndex)
      std::copy_n(data->images.data<int64_t>() + sample * elements, elements,
                  result.input.data<int64_t>() + i * elements);
    else
      data->copyImage(sample, scale, result.input.data<float>() + i * elements);
    for (int64_t l = 0; l < labels; ++l)
      result.labels.push_back(data->labels[sample * labels + l]);
  }
  return result;
}

Batch Samples::inOrder(int64_t first, int64_t batch) const {
  int64_t count = std::min(batch, size() - first);
  return gather(ArrayRef(indices).slice(first, count), batch);
}

Batch Samples::shuffled(int64_t number, int64_t batch, int64_t epoch,
                        uint64_t seed, const Augmentation &augmentation) {
  ArrayRef<int64_t> chosen = orderOf(epoch, seed).slice(number * batch, batch);
  Batch result = gather(chosen, batch);
  bool isOver =
      augmentation.untilEpoch >= 0 && epoch >= augmentation.untilEpoch;
  if (isOver || result.input.type != ElementType::F32)
    return result;
  int64_t elements = data->imageElements();
  for (auto [i, sample] : enumerate(chosen))
    augment(augmentation, data->imageShape(), seed, epoch, sample,
            result.input.data<float>() + i * elements);
  return result;
}

//===----------------------------------------------------------------------===//
// Splits
//===----------------------------------------------------------------------===//

/// Moves part of `train` to a validation set.
static std::vector<int64_t> takeValidation(const DataPlan &plan, uint64_t seed,
                                           const Dataset &data,
                                           std::vector<int64_t> &train) {
  int64_t count = std::llround(plan.validation * train.size());
  std::vector<int64_t> order = train;
  if (plan.validationMode != "last")
    for (auto [i, position] :
         enumerate(shuffledIndices(train.size(), seed, 0, kSplitStream)))
      order[i] = train[position];
  std::vector<bool> chosen(data.size(), false);
  if (plan.validationMode == "stratified") {
    // Class by class, evenly spaced: all classes in their proportions.
    std::vector<std::pair<int64_t, int64_t>> byLabel;
    for (auto [place, sample] : enumerate(order))
      byLabel.push_back({data.labels[sample], place});
    llvm::sort(byLabel);
    std::vector<int64_t> random = order;
    for (auto [i, entry] : enumerate(byLabel))
      order[i] = random[entry.second];
    for (int64_t i = 0; i < count; ++i)
      chosen[order[(2 * i + 1) * order.size() / (2 * count)]] = true;
  } else {
    for (int64_t sample : ArrayRef(order).take_back(count))
      chosen[sample] = true;
  }
  std::vector<int64_t> validation;
  for (int64_t sample : train)
    if (chosen[sample])
      validation.push_back(sample);
  llvm::erase_if(train, [&](int64_t sample) { return chosen[sample]; });
  return validation;
}

static std::vector<int64_t> allOf(const Dataset &data) {
  std::vector<int64_t> indices(data.size());
  std::iota(indices.begin(), indices.end(), 0);
  return indices;
}

Expected<TrainingData> qnn::loadTrainingData(const Plan &plan) {
  const DataPlan &source = plan.data;
  auto train = std::make_shared<Dataset>(), test = std::make_shared<Dataset>();
  int64_t vocabulary = 0;
  if (isTextDataset(source.source)) {
    Expected<TextData> texts = loadTexts(source.source, source.text);
    if (!texts)
      return texts.takeError();
    *train = std::move(texts->train);
    *test = std::move(texts->test);
    vocabulary = texts->vocabulary;
  } else {
    Expected<Dataset> part = loadDataset(source.source, Split::Train);
    if (!part)
      return part.takeError();
    *train = std::move(*part);
    part = loadDataset(source.source, Split::Test);
    if (!part)
      return part.takeError();
    *test = std::move(*part);
  }
  std::vector<int64_t> indices = allOf(*train);
  if (source.limit > 0 && source.limit < int64_t(indices.size()))
    indices.resize(source.limit);
  std::vector<int64_t> validation =
      takeValidation(source, plan.seed, *train, indices);
  if (int64_t(indices.size()) < plan.batch)
    return makeError(
        "data set '" + source.source + "': " + Twine(indices.size()) +
        " samples for training, fewer than a batch of " + Twine(plan.batch));
  std::vector<int64_t> testIndices = allOf(*test);
  return TrainingData{{train, std::move(indices), source.scale},
                      {train, std::move(validation), source.scale},
                      {test, std::move(testIndices), source.scale},
                      vocabulary};
}
