//===- PhiloxTest.cpp -------------------------------------------*- C++ -*-===//

#include "qnn/Arith/Philox.h"
#include <cmath>
#include <gtest/gtest.h>
#include <set>

using namespace qnn;

using Words = std::array<uint32_t, 4>;

// The known answers of Random123 for philox4x32 with ten rounds.
TEST(Philox, KnownAnswers) {
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}),
            (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  uint32_t ones = 0xffffffff;
  EXPECT_EQ(philox4x32({ones, ones, ones, ones}, {ones, ones}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                       {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

// Which word belongs to which element; compiled code relies on it.
TEST(Philox, ElementsOfBlocks) {
  RandomStream stream{0x0123456789abcdef, 0x500000003, 7};
  auto block = [](uint32_t b) {
    return philox4x32({b, 7, 3, 5}, {0x89abcdef, 0x01234567});
  };
  EXPECT_EQ(stream.word(0), block(0)[0]);
  EXPECT_EQ(stream.word(1), block(1)[0]);
  EXPECT_EQ(stream.word(15), block(15)[0]);
  EXPECT_EQ(stream.word(16), block(0)[1]);
  EXPECT_EQ(stream.word(63), block(15)[3]);
  EXPECT_EQ(stream.word(64), block(16)[0]);
  EXPECT_EQ(stream.word(64 * 5 + 16 * 2 + 9), block(16 * 5 + 9)[2]);
  for (uint64_t count : {0, 1, 15, 16, 17, 63, 64, 65, 200}) {
    std::vector<uint32_t> words = stream.words(count);
    ASSERT_EQ(words.size(), count);
    for (uint64_t i = 0; i < count; ++i)
      ASSERT_EQ(words[i], stream.word(i)) << i << " of " << count;
  }
}

TEST(Philox, EachPartOfTheKeyCounts) {
  RandomStream base{1, 2, 3};
  std::set<uint32_t> first = {base.word(0),
                              RandomStream{2, 2, 3}.word(0),
                              RandomStream{1 + (1ull << 32), 2, 3}.word(0),
                              RandomStream{1, 3, 3}.word(0),
                              RandomStream{1, 2 + (1ull << 32), 3}.word(0),
                              RandomStream{1, 2, 4}.word(0),
                              base.word(1)};
  EXPECT_EQ(first.size(), 7u);
}

TEST(Philox, Uniform) {
  EXPECT_EQ(uniform01(0), 0.0f);
  EXPECT_EQ(uniform01(0xff), 0.0f);
  EXPECT_EQ(uniform01(0x80000000), 0.5f);
  EXPECT_EQ(uniform01(0xffffffff), std::nextafter(1.0f, 0.0f));
  EXPECT_EQ(uniform11(0), -1.0f);
  EXPECT_EQ(uniform11(0x80000000), 0.0f);
  double sum = 0, squares = 0;
  const int count = 100000;
  for (uint32_t word : RandomStream{42, 1, 1}.words(count)) {
    float u = uniform01(word);
    EXPECT_EQ(uniform11(word), 2 * u - 1);
    sum += u;
    squares += double(u) * u;
  }
  EXPECT_NEAR(sum / count, 0.5, 0.003);
  EXPECT_NEAR(squares / count, 1.0 / 3, 0.003);
}

TEST(Philox, Bernoulli) {
  EXPECT_FALSE(bernoulli(0, 0.0f));
  EXPECT_TRUE(bernoulli(0xffffffff, 1.0f));
  EXPECT_FALSE(bernoulli(0, std::nanf("")));
  int hits = 0;
  for (uint32_t word : RandomStream{5, 0, 0}.words(100000))
    hits += bernoulli(word, 0.3f);
  EXPECT_NEAR(hits, 30000, 500);
}
