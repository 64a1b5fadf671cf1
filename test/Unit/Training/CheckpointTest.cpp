//===- CheckpointTest.cpp - What is written is what is read -------------===//

#include "qnn/Training/Checkpoint.h"
#include "../Support/TestFolder.h"
#include "gmock/gmock.h"
#include <cmath>

using namespace qnn;
using testing::HasSubstr;

namespace {
class CheckpointTest : public TestFolder {
protected:
  float w[4] = {1, -2.5f, 0x1p-149f, INFINITY}, m[3] = {-0.0f, 0.1f, 7};
  StateView states[2] = {{"w", true, {2, 2}, w}, {"w/m", false, {3}, m}};
};
} // namespace

TEST_F(CheckpointTest, AllBitsComeBack) {
  CheckpointMeta meta;
  meta.progress = {3, 17, 317, 0.1 + 0.2, 999, -1e-300, 2, 1};
  meta.config["name"] = "x";
  meta.seed = ~uint64_t(0);
  ASSERT_FALSE(bool(writeCheckpoint(path("c.npz"), meta, states)));
  float oldW[4], oldM[3];
  std::copy_n(w, 4, oldW);
  std::copy_n(m, 3, oldM);
  std::fill_n(w, 4, 9.0f);
  std::fill_n(m, 3, 9.0f);
  ASSERT_FALSE(bool(readStates(path("c.npz"), states)));
  EXPECT_EQ(std::memcmp(w, oldW, sizeof(w)), 0);
  EXPECT_EQ(std::memcmp(m, oldM, sizeof(m)), 0);
  auto read = readMeta(path("c.npz"));
  ASSERT_TRUE(bool(read));
  EXPECT_EQ(read->progress.epoch, 3);
  EXPECT_EQ(read->progress.batch, 17);
  EXPECT_EQ(read->progress.step, 317);
  EXPECT_EQ(read->progress.lossSum, 0.1 + 0.2);
  EXPECT_EQ(read->progress.correct, 999);
  EXPECT_EQ(read->progress.best, -1e-300);
  EXPECT_EQ(read->progress.bestEpoch, 2);
  EXPECT_EQ(read->progress.waited, 1);
  EXPECT_EQ(read->seed, ~uint64_t(0));
  EXPECT_EQ(read->config.getString("name"), llvm::StringRef("x"));
}

TEST_F(CheckpointTest, AnotherNetworkIsRefusedAndNothingChanges) {
  ASSERT_FALSE(bool(writeCheckpoint(path("c.npz"), {}, states)));
  StateView other[] = {states[0], {"v", true, {3}, m}};
  w[0] = 8;
  EXPECT_THAT(llvm::toString(readStates(path("c.npz"), other)),
              HasSubstr("no array 'v'"));
  other[1] = {"w/m", false, {4}, m};
  EXPECT_THAT(llvm::toString(readStates(path("c.npz"), other)),
              HasSubstr("array 'w/m': expected f32 4, but got f32 3"));
  EXPECT_EQ(w[0], 8);
}

TEST_F(CheckpointTest, DamageIsNamed) {
  put("d.npz", "PK");
  EXPECT_THAT(messageOf(readMeta(path("d.npz"))), HasSubstr("d.npz"));
}
