//===- InsertQuantizersTest.cpp - What --quantize means -----------------===//

#include "qnn/Training/InsertQuantizers.h"
#include "gmock/gmock.h"

using namespace qnn;
using testing::HasSubstr;

static std::string messageOf(llvm::StringRef text) {
  auto spec = parseQuantizeSpec(text);
  return spec ? "" : llvm::toString(spec.takeError());
}

TEST(QuantizeSpec, OfTheNetwork) {
  auto spec = llvm::cantFail(
      parseQuantizeSpec("weights=2,activations=4,gradients=6,first=8"));
  EXPECT_EQ(spec.weights, 2u);
  EXPECT_EQ(spec.activations, 4u);
  EXPECT_EQ(spec.gradients, 6u);
  EXPECT_EQ(spec.first, 8u);
  EXPECT_EQ(spec.last, 32u);
  EXPECT_TRUE(spec.layers.empty());
}

TEST(QuantizeSpec, OfLayers) {
  auto spec = llvm::cantFail(parseQuantizeSpec(
      "weights=1;conv*:weights=2,activations=3;a:b:gradients=12"));
  ASSERT_EQ(spec.layers.size(), 2u);
  EXPECT_EQ(spec.layers[0].pattern, "conv*");
  EXPECT_EQ(spec.layers[0].weights, 2u);
  EXPECT_EQ(spec.layers[0].activations, 3u);
  EXPECT_EQ(spec.layers[0].gradients, std::nullopt);
  EXPECT_EQ(spec.layers[1].pattern, "a:b");
  EXPECT_EQ(spec.layers[1].gradients, 12u);
}

TEST(QuantizeSpec, Mistakes) {
  EXPECT_THAT(messageOf("weights=0"), HasSubstr("1 to 8 or 32 bits, but got "
                                                "'weights=0'"));
  EXPECT_THAT(messageOf("gradients=33"), HasSubstr("1 to 31 or 32 bits"));
  EXPECT_THAT(messageOf("weights"), HasSubstr("but got 'weights'"));
  EXPECT_THAT(messageOf("fc:first=8"),
              HasSubstr("weights, activations or gradients"));
}
