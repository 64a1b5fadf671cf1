//===- IntegerFormTest.cpp - Integer form against graph form ----*- C++ -*-===//
//
// A random layer (quantized input and weights, pooling, batch norm with scales
// of every sign and size, an activation, a quantizer) goes through the passes
// to integer form; the evaluator must find the same floats before and after.
// Scales of products are powers of two and sums small, so that the float
// products are exact and every bit counts.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "qnn/Dialect/QNN/Transforms/Passes.h"
#include "qnn/Reference/Evaluator.h"
#include "gtest/gtest.h"
#include <random>

using namespace mlir;
using namespace qnn;

namespace {
struct LayerSpec {
  unsigned inBits = 1;
  Encoding inEncoding = Encoding::Bipolar;
  unsigned weightBits = 1;
  Encoding weightEncoding = Encoding::Bipolar;
  unsigned outBits = 1;
  Encoding outEncoding = Encoding::Bipolar;
  RoundingMode rounding = RoundingMode::HalfEven;
  int64_t groups = 1;
  int64_t pads = 0;
  PadValue padValue = PadValue::Zero;
  bool scalePerChannel = false;
  bool poolFirst = false;
  bool negativeScales = true;
  enum { None, Relu, Tanh, LeakyRelu } activation = None;
  float inScale = 0.5f;
  float outScale = 0.75f;
};

class Layer {
public:
  Layer(const LayerSpec &spec, unsigned seed)
      : spec(spec), random(seed), builder(makeContext(context)) {
    build();
  }

  ModuleOp module() { return *owner; }

  /// The floats that the function computes from random ones.
  std::vector<float> run(unsigned seed) {
    auto function = *owner->getOps<func::FuncOp>().begin();
    Tensor input =
        Tensor::zeros(cast<RankedTensorType>(function.getArgumentTypes()[0]));
    std::mt19937 inputs(seed);
    for (float &x : input.floats)
      x = std::uniform_real_distribution<float>(-2, 2)(inputs);
    FailureOr<SmallVector<Tensor>> results = evaluate(function, input);
    EXPECT_TRUE(succeeded(results));
    return failed(results) ? std::vector<float>() : (*results)[0].floats;
  }

  void makeInteger() {
    PassManager passes(&context);
    passes.addPass(createMoveMaxPool());
    passes.addPass(createIntegerise());
    passes.addPass(createSynthesiseThresholds());
    passes.addPass(createPropagateLayout());
    passes.addPass(createCanonicalizerPass());
    passes.addPass(createMaterializePadding());
    passes.addPass(createNarrowAccumulators());
    passes.addPass(createSelectKernels());
    EXPECT_TRUE(succeeded(passes.run(*owner)));
  }

  template <typename OpTy>
  int count() {
    int n = 0;
    owner->walk([&](OpTy) { ++n; });
    return n;
  }

private:
  static MLIRContext *makeContext(MLIRContext &context) {
    DialectRegistry registry;
    registry.insert<QNNDialect, func::FuncDialect, arith::ArithDialect>();
    registerReferenceModels(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    context.disableMultithreading();
    return &context;
  }

  float uniform(float low, float high) {
    return std::uniform_real_distribution<float>(low, high)(random);
  }

  Value constant(ArrayRef<int64_t> shape, function_ref<float()> next) {
    auto type = RankedTensorType::get(shape, builder.getF32Type());
    std::vector<float> values(type.getNumElements());
    std::generate(values.begin(), values.end(), next);
    return arith::ConstantOp::create(
        builder, loc(), DenseElementsAttr::get(type, ArrayRef<float>(values)));
  }

  Value quantize(Value value, unsigned bits, Encoding encoding,
                 ArrayRef<float> scale, int64_t axis = -1,
                 RoundingMode rounding = RoundingMode::HalfEven) {
    auto quantizer = QuantizerAttr::get(&context, bits, encoding, false,
                                        rounding, SignZero::PlusOne,
                                        builder.getDenseF32ArrayAttr(scale), {},
                                        axis, Surrogate::StraightThrough);
    return QuantizeOp::create(builder, loc(), value, quantizer);
  }

  Value quantizedWeights(int64_t channels) {
    Value weights = constant({channels, inChannels / spec.groups, 3, 3},
                             [&] { return uniform(-2, 2); });
    SmallVector<float> scale(spec.scalePerChannel ? channels : 1, 0.25f);
    for (size_t c = 1; c < scale.size(); ++c)
      scale[c] = scale[c - 1] < 1 ? 2 * scale[c - 1] : 0.125f;
    return quantize(weights, spec.weightBits, spec.weightEncoding, scale,
                    spec.scalePerChannel ? 0 : -1);
  }

  /// Scales of all sizes and signs; zeros, and ones that make sums tiny or
  /// huge.
  float anyScale() {
    static constexpr float specials[] = {0.0f, 1e-30f, 1e30f, 1.0f};
    float scale = random() % 4 ? uniform(0.01f, 2.0f)
                               : specials[random() % std::size(specials)];
    return spec.negativeScales && random() % 2 ? -scale : scale;
  }

  Value batchNorm(Value value, int64_t channels) {
    Value scale = constant({channels}, [&] { return anyScale(); });
    Value bias = constant({channels}, [&] { return uniform(-1.5f, 1.5f); });
    Value mean = constant({channels}, [&] { return uniform(-3, 3); });
    Value variance = constant({channels}, [&] { return uniform(0.1f, 9); });
    return BatchNormOp::create(builder, loc(), value, scale, bias, mean,
                               variance, builder.getF32FloatAttr(1e-5f));
  }

  Value pool(Value value) {
    return MaxPool2dOp::create(
        builder, loc(), value, ArrayRef<int64_t>{2, 2}, ArrayRef<int64_t>{2, 2},
        ArrayRef<int64_t>{0, 0, 0, 0}, ArrayRef<int64_t>{1, 1});
  }

  Value activate(Value value) {
    switch (spec.activation) {
    case LayerSpec::None:
      return value;
    case LayerSpec::Relu:
      return ReluOp::create(builder, loc(), value);
    case LayerSpec::Tanh:
      return TanhOp::create(builder, loc(), value);
    case LayerSpec::LeakyRelu:
      return LeakyReluOp::create(builder, loc(), value,
                                 builder.getF32FloatAttr(0.125f));
    }
    return value;
  }

  void build() {
    owner = ModuleOp::create(loc());
    builder.setInsertionPointToEnd(owner->getBody());
    auto input =
        RankedTensorType::get({1, inChannels, 6, 7}, builder.getF32Type());
    auto function = func::FuncOp::create(builder, loc(), "layer",
                                         builder.getFunctionType(input, {}));
    builder.setInsertionPointToEnd(function.addEntryBlock());
    const int64_t channels = 12;
    Value value = quantize(function.getArgument(0), spec.inBits,
                           spec.inEncoding, spec.inScale);
    int64_t p = spec.pads;
    value =
        Conv2dOp::create(builder, loc(), value, quantizedWeights(channels),
                         ArrayRef<int64_t>{1, 1}, ArrayRef<int64_t>{p, p, p, p},
                         ArrayRef<int64_t>{1, 1}, spec.groups, spec.padValue);
    if (spec.poolFirst)
      value = pool(value);
    value = activate(batchNorm(value, channels));
    value = quantize(value, spec.outBits, spec.outEncoding, spec.outScale, -1,
                     spec.rounding);
    if (!spec.poolFirst)
      value = pool(value);
    func::ReturnOp::create(builder, loc(), value);
    function.setType(builder.getFunctionType(input, value.getType()));
    ASSERT_TRUE(succeeded(verify(*owner)));
  }

  Location loc() { return builder.getUnknownLoc(); }

  static constexpr int64_t inChannels = 4;
  LayerSpec spec;
  std::mt19937 random;
  MLIRContext context;
  OpBuilder builder;
  OwningOpRef<ModuleOp> owner;
};

/// Layers of several seeds give the same floats in both forms, within
/// `tolerance`; the integer form has thresholds or a line, and no float
/// product.
void expectSame(const LayerSpec &spec, float tolerance = 0) {
  for (unsigned seed = 0; seed < 8; ++seed) {
    Layer layer(spec, seed);
    std::vector<std::vector<float>> expected;
    for (unsigned i = 0; i < 4; ++i)
      expected.push_back(layer.run(i));
    layer.makeInteger();
    EXPECT_EQ(layer.count<IConv2dOp>(), 1);
    EXPECT_EQ(layer.count<ThresholdOp>() + layer.count<RequantizeOp>(), 1)
        << "seed " << seed;
    EXPECT_EQ(layer.count<BatchNormOp>(), 0);
    for (unsigned i = 0; i < 4; ++i) {
      std::vector<float> actual = layer.run(i);
      ASSERT_EQ(actual.size(), expected[i].size());
      for (size_t e = 0; e < actual.size(); ++e)
        ASSERT_NEAR(actual[e], expected[i][e], tolerance)
            << "seed " << seed << ", input " << i << ", element " << e;
    }
  }
}

LayerSpec withOutput(unsigned bits, Encoding encoding) {
  LayerSpec spec;
  spec.outBits = bits;
  spec.outEncoding = encoding;
  return spec;
}
} // namespace

TEST(IntegerForm, Bipolar) { expectSame({}); }

TEST(IntegerForm, ZeroPaddingOfBipolarCodes) {
  LayerSpec spec;
  spec.pads = 1;
  expectSame(spec);
}

TEST(IntegerForm, PaddingWithOnes) {
  for (PadValue value : {PadValue::PlusOne, PadValue::MinusOne}) {
    LayerSpec spec;
    spec.pads = 1;
    spec.padValue = value;
    spec.inScale = 1;
    expectSame(spec);
  }
}

TEST(IntegerForm, PaddingWithAnotherNumber) {
  LayerSpec spec;
  spec.inBits = 4;
  spec.inEncoding = Encoding::Signed;
  spec.pads = 1;
  spec.padValue = PadValue::MinusOne; // the number -2
  expectSame(spec);
}

TEST(IntegerForm, Groups) {
  LayerSpec spec = withOutput(2, Encoding::Signed);
  spec.groups = 2;
  expectSame(spec);
}

TEST(IntegerForm, ScalePerChannel) {
  LayerSpec spec = withOutput(3, Encoding::Unsigned);
  spec.weightBits = 3;
  spec.weightEncoding = Encoding::Signed;
  spec.scalePerChannel = true;
  expectSame(spec);
}

TEST(IntegerForm, AllCodesOfOutputs) {
  expectSame(withOutput(2, Encoding::Ternary));
  expectSame(withOutput(2, Encoding::Unsigned));
  expectSame(withOutput(3, Encoding::Signed));
  expectSame(withOutput(4, Encoding::Unsigned));
}

TEST(IntegerForm, AllRoundingModes) {
  for (RoundingMode mode :
       {RoundingMode::HalfEven, RoundingMode::HalfUp, RoundingMode::HalfDown,
        RoundingMode::Ceil, RoundingMode::Floor, RoundingMode::Up,
        RoundingMode::Down}) {
    LayerSpec spec = withOutput(3, Encoding::Signed);
    spec.rounding = mode;
    spec.outScale = 0.5f;
    expectSame(spec);
  }
}

TEST(IntegerForm, UnsignedWeightsOfFallingChannels) {
  LayerSpec spec = withOutput(2, Encoding::Unsigned);
  spec.inBits = 2;
  spec.inEncoding = Encoding::Unsigned;
  spec.weightBits = 4;
  spec.weightEncoding = Encoding::Unsigned;
  expectSame(spec);
}

TEST(IntegerForm, LeastWeightsOfFallingChannels) {
  LayerSpec spec;
  spec.inBits = 8;
  spec.inEncoding = Encoding::Signed;
  spec.weightBits = 2;
  spec.weightEncoding = Encoding::Signed;
  expectSame(spec);
}

TEST(IntegerForm, Activations) {
  for (auto activation :
       {LayerSpec::Relu, LayerSpec::Tanh, LayerSpec::LeakyRelu}) {
    LayerSpec spec = withOutput(3, Encoding::Signed);
    spec.activation = activation;
    spec.outScale = 0.25f;
    expectSame(spec);
  }
}

TEST(IntegerForm, PoolBeforeTheQuantizer) {
  LayerSpec spec = withOutput(2, Encoding::Unsigned);
  spec.poolFirst = true;
  spec.negativeScales = false;
  spec.activation = LayerSpec::Relu;
  expectSame(spec);
}

// Between ties a line in f32 may take the other side: one level.
TEST(IntegerForm, EightBits) {
  LayerSpec spec = withOutput(8, Encoding::Unsigned);
  spec.inBits = 8;
  spec.inEncoding = Encoding::Unsigned;
  spec.weightBits = 8;
  spec.weightEncoding = Encoding::Signed;
  spec.activation = LayerSpec::Relu;
  spec.outScale = 0.0625f;
  expectSame(spec, spec.outScale);
}
