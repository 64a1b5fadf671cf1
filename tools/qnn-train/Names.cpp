//===- Names.cpp - What a description may name --------------------------===//

#include "Names.h"
#include "qnn/Arith/TrainingEnums.h"
#include "qnn/Training/BuildModel.h"
#include "qnn/Training/Plan.h"
#include "qnn/Training/Presets.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace qnn;
using namespace llvm;

/// What it is for and which numbers it has; docs/quantizers.md says the rest.
static StringRef describe(QuantizerMethod method) {
  switch (method) {
  case QuantizerMethod::Sign:
    return "BinaryConnect, BinaryNet; scale, zero";
  case QuantizerMethod::StochasticSign:
    return "BinaryConnect; scale";
  case QuantizerMethod::MagnitudeSign:
    return "sign times the mean magnitude; axis";
  case QuantizerMethod::Xnor:
    return "XNOR-Net, BWN: weights; axis = 0";
  case QuantizerMethod::Elastic:
    return "BiT; axis; activations: learned alpha, unsigned";
  case QuantizerMethod::AdaBin:
    return "AdaBin; axis; activations: learned alpha, beta";
  case QuantizerMethod::Levels:
    return "2^bits levels from -scale to scale, no 0; bits to 8";
  case QuantizerMethod::Linear:
    return "QNN's LinearQuant; bits to 32, scale, range; also of gradients";
  case QuantizerMethod::DoReFa:
    return "DoReFa; bits to 32; also of gradients";
  case QuantizerMethod::Moons:
    return "Moons et al., quantize and tanh; bits 2 to 8";
  case QuantizerMethod::MoonsRelu:
    return "Moons et al., relu: activations; bits 2 to 8";
  case QuantizerMethod::LSQ:
    return "learned step size; bits, axis, unsigned";
  case QuantizerMethod::PACT:
    return "learned clip: activations; bits";
  case QuantizerMethod::Observed:
    return "range of an observer, [training] calibration; bits";
  case QuantizerMethod::Ternary:
    return "-1, 0, 1 by a threshold; scale";
  case QuantizerMethod::TrainedTernary:
    return "TTQ: weights, learned scales; axis";
  case QuantizerMethod::TernaryConnect:
    return "Lin et al., deterministic; scale";
  case QuantizerMethod::StochasticTernary:
    return "Lin et al., stochastic; scale";
  case QuantizerMethod::FixedPoint:
    return "Ott et al., Qm.f, pow2-ternarization; bits, scale";
  case QuantizerMethod::Log:
    return "LogQuant, AP2; range";
  case QuantizerMethod::Exponential:
    return "Ott et al., powers of two; range";
  case QuantizerMethod::StochasticExponential:
    return "the same, stochastic; also of gradients";
  case QuantizerMethod::LQNets:
    return "LQ-Nets, basis by QEM; bits to 4, axis";
  case QuantizerMethod::ABCNet:
    return "ABC-Net; bits: how many bases";
  case QuantizerMethod::ShiftBackward:
    return "Lin et al., quantized back-propagation: activations";
  }
  return "";
}

static StringRef describe(SurrogateKind kind) {
  switch (kind) {
  case SurrogateKind::Identity:
    return "1";
  case SurrogateKind::Window:
    return "1 from low to high; hard_tanh: the range of the levels";
  case SurrogateKind::OpenWindow:
    return "the same without low and high";
  case SurrogateKind::Tanh:
    return "k sech^2(k x)";
  case SurrogateKind::ModifiedTanh:
    return "f3', k (3, 4, 5) and m";
  case SurrogateKind::ApproxSign:
    return "2 - 2 |x|, Bi-Real Net";
  case SurrogateKind::SwishSign:
    return "BNN+, beta";
  case SurrogateKind::IRNet:
    return "k t (1 - tanh^2(t x)), t and k";
  case SurrogateKind::LeakyTanh:
    return "1 where |x| <= 1, else alpha";
  }
  return "";
}

static void heading(raw_ostream &out, StringRef text) { out << text << ":\n"; }

static void line(raw_ostream &out, StringRef name, StringRef text) {
  out << formatv("  {0,-23} {1}\n", name, text);
}

static void printList(raw_ostream &out, StringRef text,
                      ArrayRef<StringRef> names) {
  out << text << ": " << join(names, ", ") << "\n";
}

void qnn::printNames(raw_ostream &out) {
  heading(out, "Presets (--print-preset shows one)");
  for (const Preset &preset : presets())
    line(out, preset.name, titleOf(preset));
  heading(out, "Quantizers: weights = NAME, { quantize = { method = NAME, bits "
               "= B } }; gradient = true: of gradients");
  line(out, "none", "floats");
  line(out, "grid", "the sign for one bit, else uniform codes; scale, signed");
  for (unsigned i = 0; auto method = symbolizeQuantizerMethod(i); ++i)
    line(out, stringifyQuantizerMethod(*method), describe(*method));
  heading(out, "Surrogates: surrogate = NAME, surrogate_parameters");
  for (unsigned i = 0; auto kind = symbolizeSurrogateKind(i); ++i)
    line(out, stringifySurrogateKind(*kind), describe(*kind));
  printList(out, "Layers", layerNames());
  printList(out, "Losses", lossNames());
  printList(out, "Optimizers", optimizerNames());
  printList(out, "Schedules", scheduleNames());
  printList(out, "Observers", observerNames());
  printList(out, "Initial values",
            {"zeros", "ones", "glorot_uniform", "glorot_normal", "he_uniform",
             "he_normal", "uniform(B)", "normal(D)", "constant(C)"});
}
