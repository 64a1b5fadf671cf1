//===- BatchesTest.cpp - Orders, splits, augmentation -------------------===//

#include "qnn/Training/Batches.h"
#include "../Support/TestFolder.h"
#include "qnn/Support/Files.h"
#include "qnn/Support/Npy.h"
#include "gmock/gmock.h"
#include <numeric>

using namespace qnn;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAreArray;

/// Images of one byte, image i with the pixel i.
static std::shared_ptr<Dataset> makeData(int64_t count) {
  auto data = std::make_shared<Dataset>();
  data->images = Array(ElementType::U8, {count, 1, 1, 1});
  for (int64_t i = 0; i < count; ++i) {
    data->images.bytes[i] = i;
    data->labels.push_back(i % 3);
  }
  return data;
}

static Samples makeSamples(int64_t count) {
  std::vector<int64_t> indices(count);
  std::iota(indices.begin(), indices.end(), 0);
  return {makeData(count), indices, 1.0f};
}

static std::vector<int> pixels(const Batch &batch) {
  const float *data = batch.input.data<float>();
  return {data, data + batch.input.size()};
}

TEST(Batches, TheLastBatchInOrderIsFilledUp) {
  Samples samples = makeSamples(5);
  Batch batch = samples.inOrder(3, 4);
  EXPECT_EQ(batch.count, 2);
  EXPECT_THAT(pixels(batch), ElementsAre(3, 4, 4, 4));
  EXPECT_THAT(batch.labels, ElementsAre(0, 1, 1, 1));
}

TEST(Batches, AnEpochVisitsEachSampleOnceInItsOwnOrder) {
  Samples samples = makeSamples(60);
  std::vector<int> first, second, again;
  for (int64_t b = 0; b < 6; ++b)
    for (int p : pixels(samples.shuffled(b, 10, 0, 1, {})))
      first.push_back(p);
  for (int64_t b = 0; b < 6; ++b)
    for (int p : pixels(samples.shuffled(b, 10, 1, 1, {})))
      second.push_back(p);
  std::vector<int> all(60);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_THAT(first, UnorderedElementsAreArray(all));
  EXPECT_NE(first, all);
  EXPECT_NE(first, second);
  // A batch from the middle of an epoch needs nothing that came before.
  Samples fresh = makeSamples(60);
  EXPECT_EQ(pixels(fresh.shuffled(4, 10, 0, 1, {})),
            std::vector<int>(first.begin() + 40, first.begin() + 50));
  EXPECT_NE(pixels(fresh.shuffled(4, 10, 0, 2, {})),
            std::vector<int>(first.begin() + 40, first.begin() + 50));
}

namespace {
/// 20 images, of which every fourth has the label 1.
class SplitTest : public TestFolder {
protected:
  void SetUp() override {
    TestFolder::SetUp();
    std::map<std::string, Array> arrays;
    for (const char *prefix : {"train_", ""}) {
      Array images(ElementType::U8, {20, 1, 1, 1});
      Array labels(ElementType::I64, {20});
      for (int64_t i = 0; i < 20; ++i)
        labels.setInteger(i, i % 4 == 0);
      arrays[prefix + std::string("images")] = images;
      arrays[prefix + std::string("labels")] = labels;
    }
    std::string file = path("data.npz");
    std::vector<ArrayView> views;
    for (const auto &[name, array] : arrays)
      views.push_back({name, array.type, array.shape, array.bytes});
    llvm::cantFail(writeNpz(file, views));
    plan.data.source = "npz:" + file;
    plan.data.validation = 0.4;
    plan.batch = 4;
  }

  TrainingData split(const char *mode) {
    plan.data.validationMode = mode;
    TrainingData data = llvm::cantFail(loadTrainingData(plan));
    // Together the parts are the whole, each once, in its order.
    std::vector<int64_t> all(data.train.list());
    EXPECT_TRUE(llvm::is_sorted(data.train.list()));
    all.insert(all.end(), data.validation.list().begin(),
               data.validation.list().end());
    std::vector<int64_t> expected(20);
    std::iota(expected.begin(), expected.end(), 0);
    EXPECT_THAT(all, UnorderedElementsAreArray(expected));
    return data;
  }

  Plan plan;
};
} // namespace

TEST_F(SplitTest, LastRandomAndStratified) {
  EXPECT_THAT(split("last").validation.list(),
              ElementsAre(12, 13, 14, 15, 16, 17, 18, 19));
  std::vector<int64_t> random(split("random").validation.list());
  EXPECT_EQ(random.size(), 8u);
  EXPECT_EQ(split("random").validation.list(), llvm::ArrayRef(random));
  plan.seed = 7;
  EXPECT_NE(split("random").validation.list(), llvm::ArrayRef(random));
  // 5 of 20 have the label 1, so 2 of 8.
  TrainingData stratified = split("stratified");
  int64_t ones = llvm::count_if(stratified.validation.list(),
                                [](int64_t i) { return i % 4 == 0; });
  EXPECT_EQ(ones, 2);
}

TEST_F(SplitTest, ALimitComesBeforeTheSplit) {
  plan.data.limit = 10;
  plan.data.validationMode = "last";
  TrainingData data = llvm::cantFail(loadTrainingData(plan));
  EXPECT_THAT(data.validation.list(), ElementsAre(6, 7, 8, 9));
  EXPECT_EQ(data.test.size(), 20);
}

TEST_F(SplitTest, FewerSamplesThanABatchAreRefused) {
  plan.batch = 13;
  auto data = loadTrainingData(plan);
  ASSERT_FALSE(bool(data));
  EXPECT_THAT(llvm::toString(data.takeError()),
              HasSubstr("12 samples for training, fewer than a batch of 13"));
}

TEST(Augment, ShiftMovesAndFillsWithZeros) {
  Augmentation plan;
  plan.shift = 1;
  bool seen[3][3] = {};
  for (int64_t sample = 0; sample < 100; ++sample) {
    float image[9] = {0, 0, 0, 0, 5, 0, 0, 0, 0};
    augment(plan, {1, 3, 3}, 1, 0, sample, image);
    int at = std::find(image, image + 9, 5.0f) - image;
    ASSERT_LT(at, 9);
    seen[at / 3][at % 3] = true;
    EXPECT_EQ(std::accumulate(image, image + 9, 0.0f), 5.0f);
  }
  for (auto &row : seen)
    EXPECT_THAT(row, ElementsAre(true, true, true));
}

TEST(Augment, FlipMirrorsAboutHalf) {
  Augmentation plan;
  plan.flip = true;
  int mirrored = 0;
  for (int64_t sample = 0; sample < 200; ++sample) {
    float image[3] = {1, 2, 3};
    augment(plan, {1, 1, 3}, 1, 0, sample, image);
    EXPECT_EQ(image[1], 2);
    mirrored += image[0] == 3;
  }
  EXPECT_NEAR(mirrored, 100, 40);
}

TEST(Augment, AffineOfNothingIsTheIdentityAndZoomKeepsTheMiddle) {
  Augmentation plan;
  plan.rotate = 1e-9;
  float image[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  augment(plan, {1, 3, 3}, 1, 0, 0, image);
  for (int i = 0; i < 9; ++i)
    EXPECT_NEAR(image[i], i + 1, 1e-5);
  plan = {};
  plan.rotate = 180;
  plan.zoom = 0.3;
  augment(plan, {1, 3, 3}, 1, 0, 1, image);
  EXPECT_NEAR(image[4], 5, 1e-5);
}
