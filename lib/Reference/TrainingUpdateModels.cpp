//===- TrainingUpdateModels.cpp - Updates of parameters ---------*- C++ -*-===//

#include "Models.h"

#include "qnn/Arith/Optimizers.h"
#include "qnn/Dialect/QNN/IR/Training.h"

using namespace mlir;
using namespace qnn;

static double number(const APFloat &value) { return value.convertToDouble(); }

/// The rate before lr_scale, which one of the updates applies later.
static double learningRate(const Tensor &rate) { return rate.floats[0]; }

template <typename OpTy>
static double rateOf(OpTy op, const Tensor &rate) {
  return learningRate(rate) * op.getLrScale().convertToFloat();
}

/// Calls f(gradient, parameter, state...) for each element, floats that it
/// changes; then clamps the parameter.
template <typename OpTy, typename F>
static void updateWith(OpTy op, Operands in, Results out, F f) {
  std::optional<APFloat> clip = op.getClip();
  float values[3] = {};
  for (size_t i = 0; i < in[0].floats.size(); ++i) {
    values[0] = in[0].floats[i];
    for (size_t state = 1; state < out.size(); ++state)
      values[state] = in[state + 1].floats[i];
    f(static_cast<float>(in[1].floats[i]), values[0], values[1], values[2]);
    if (clip)
      values[0] = clipWeight(values[0], clip->convertToFloat());
    for (size_t result = 0; result < out.size(); ++result)
      out[result].floats[i] = values[result];
  }
}

static void evaluateSgd(SgdOp op, Operands in, Results out) {
  SGD sgd;
  sgd.rate = rateOf(op, in[2]);
  sgd.weightDecay = number(op.getWeightDecay());
  updateWith(op, in, out, [&](float g, float &w, float &unused, float &) {
    update(sgd, g, w, unused);
  });
}

static void evaluateMomentum(MomentumOp op, Operands in, Results out) {
  SGD sgd;
  sgd.rate = rateOf(op, in[3]);
  sgd.momentum = number(op.getMomentum());
  sgd.weightDecay = number(op.getWeightDecay());
  sgd.nesterov = op.getNesterov();
  updateWith(op, in, out, [&](float g, float &w, float &velocity, float &) {
    update(sgd, g, w, velocity);
  });
}

static void evaluateAdam(AdamOp op, Operands in, Results out) {
  AdamOptions options;
  options.rate = rateOf(op, in[4]);
  options.beta1 = number(op.getBeta1());
  options.beta2 = number(op.getBeta2());
  options.epsilon = number(op.getEpsilon());
  options.weightDecay = number(op.getWeightDecay());
  options.decoupled = op.getDecoupled();
  options.form = op.getKeras() ? AdamForm::Keras : AdamForm::Torch;
  Adam adam = adamStep(options, in[5].integers[0]);
  updateWith(op, in, out, [&](float g, float &w, float &m, float &v) {
    update(adam, g, w, m, v);
  });
}

static void evaluateAdamax(AdamaxOp op, Operands in, Results out) {
  AdaMax adaMax = adaMaxStep(rateOf(op, in[4]), number(op.getBeta1()),
                             number(op.getBeta2()), number(op.getEpsilon()),
                             in[5].integers[0]);
  updateWith(op, in, out, [&](float g, float &w, float &m, float &v) {
    update(adaMax, g, w, m, v);
  });
}

static void evaluateShiftAdamax(ShiftAdamaxOp op, Operands in, Results out) {
  double beta1 = number(op.getBeta1()), beta2 = number(op.getBeta2());
  int64_t step = in[5].integers[0];
  if (op.getPaper()) {
    ShiftAdaMax adaMax =
        shiftAdaMaxStep(rateOf(op, in[4]), 1 - beta1, 1 - beta2, step);
    updateWith(op, in, out, [&](float g, float &w, float &m, float &v) {
      update(adaMax, g, w, m, v);
    });
    return;
  }
  float scale = op.getLrScale().convertToFloat();
  ShiftAdaMaxAsCoded adaMax =
      shiftAdaMaxAsCodedStep(learningRate(in[4]), beta1, beta2, step);
  updateWith(op, in, out, [&](float g, float &w, float &m, float &v) {
    update(adaMax, g, scale, w, m, v);
  });
}

static void evaluateRmsprop(RmspropOp op, Operands in, Results out) {
  RMSProp rmsProp;
  rmsProp.rate = rateOf(op, in[4]);
  rmsProp.alpha = number(op.getAlpha());
  rmsProp.epsilon = number(op.getEpsilon());
  rmsProp.momentum = number(op.getMomentum());
  updateWith(op, in, out, [&](float g, float &w, float &v, float &velocity) {
    update(rmsProp, g, w, v, velocity);
  });
}

static void evaluateBop(BopOp op, Operands in, Results out) {
  Bop bop;
  bop.gamma = rateOf(op, in[3]);
  bop.threshold = number(op.getThreshold());
  updateWith(op, in, out, [&](float g, float &w, float &m, float &) {
    update(bop, g, w, m);
  });
}

void qnn::attachTrainingUpdateModels(MLIRContext *context) {
  attach<evaluateSgd>(context);
  attach<evaluateMomentum>(context);
  attach<evaluateAdam>(context);
  attach<evaluateAdamax>(context);
  attach<evaluateShiftAdamax>(context);
  attach<evaluateRmsprop>(context);
  attach<evaluateBop>(context);
}
