//===- PoolTest.cpp - Threads of compiled models ----------------*- C++ -*-===//

#include "qnn/Runtime/qnn_runtime.h"
#include "gtest/gtest.h"
#include <atomic>
#include <chrono>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {
/// A region that counts how often each iteration was run.
struct Region {
  explicit Region(int64_t count, int64_t threads)
      : times(count), threads(threads), within(QNN_MAX_THREADS) {}

  static void body(void *context, int64_t begin, int64_t end, int64_t thread) {
    auto &region = *static_cast<Region *>(context);
    ASSERT_GE(thread, 0);
    ASSERT_LT(thread, std::min<int64_t>(region.threads, QNN_MAX_THREADS));
    // Two calls with the same thread would share their scratch memory.
    EXPECT_FALSE(region.within[thread].exchange(true));
    for (int64_t i = begin; i < end; ++i)
      ++region.times[i];
    region.within[thread] = false;
  }

  void run() { qnn_parallel_for(body, this, times.size(), threads); }
  void expectTimes(int64_t number) const {
    for (int64_t time : times)
      ASSERT_EQ(time, number);
  }

  std::vector<int64_t> times; ///< plain: each is written by one thread
  int64_t threads;
  std::vector<std::atomic<bool>> within;
};
} // namespace

TEST(Pool, CoversTheRangeOnce) {
  for (int64_t threads : {-1, 0, 1, 2, 3, 8, 64, 1000})
    for (int64_t count : {0, 1, 2, 3, 7, 64, 1000, 4099}) {
      Region region(count, threads < 1 ? 1 : threads);
      qnn_parallel_for(Region::body, &region, count, threads);
      region.expectTimes(1);
    }
}

TEST(Pool, WhatARegionWroteIsThereAfterwards) {
  Region region(100, 4);
  for (int i = 0; i < 2000; ++i)
    region.run();
  region.expectTimes(2000);
}

TEST(Pool, WakesSleepers) {
  Region region(64, 2);
  for (int i = 0; i < 20; ++i) {
    region.run();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  region.expectTimes(20);
}

TEST(Pool, RegionsWithinRegionsRunAlone) {
  std::vector<std::unique_ptr<Region>> inner;
  for (int i = 0; i < 50; ++i)
    inner.push_back(std::make_unique<Region>(20, 4));
  qnn_parallel_for(
      [](void *context, int64_t begin, int64_t end, int64_t) {
        for (int64_t i = begin; i < end; ++i)
          static_cast<std::unique_ptr<Region> *>(context)[i]->run();
      },
      inner.data(), inner.size(), 4);
  for (auto &region : inner)
    region->expectTimes(1);
}

TEST(Pool, SeveralCallersAtATime) {
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i)
    callers.emplace_back([] {
      Region region(33, 3);
      for (int j = 0; j < 300; ++j)
        region.run();
      region.expectTimes(300);
    });
  for (std::thread &caller : callers)
    caller.join();
}

TEST(Pool, ChildOfForkRunsAlone) {
  Region region(100, 4);
  region.run();
  pid_t child = fork();
  if (child == 0) {
    region.run();
    // Runs destructors: joining the parent's threads would wait for ever.
    exit(region.times[99] == 2 ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}
