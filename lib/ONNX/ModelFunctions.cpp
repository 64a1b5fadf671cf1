//===- ModelFunctions.cpp - What a model's own functions become -----------===//
//
// The ONNX library puts the bodies of a model's functions in the place of their
// calls, whatever becomes of it: a function that calls itself ends in a
// crash, and forty that each call the one before twice are 2^40 nodes.
//
//===----------------------------------------------------------------------===//

#include "ImportError.h"
#include "ModelFile.h"

#include "llvm/ADT/StringMap.h"

using namespace llvm;
using namespace qnn;

/// No model may have more nodes, its functions in the place of their calls.
static constexpr int64_t maxNodes = int64_t(1) << 20;

namespace {
class NodeCounter {
public:
  explicit NodeCounter(const onnx::ModelProto &model) {
    for (const onnx::FunctionProto &function : model.functions())
      functions[key(function.domain(), function.name(), function.overload())] =
          {&function, notCounted};
  }

  template <typename Nodes>
  int64_t count(const Nodes &nodes) {
    int64_t sum = 0;
    for (const onnx::NodeProto &node : nodes) {
      sum += count(node);
      if (sum > maxNodes)
        throw ImportError("not supported: more than " + Twine(maxNodes) +
                          " nodes, with those of the model's functions");
    }
    return sum;
  }

private:
  static constexpr int64_t notCounted = -1, inProgress = -2;
  struct Function {
    const onnx::FunctionProto *function;
    int64_t nodes;
  };

  static std::string key(StringRef domain, StringRef name, StringRef overload) {
    return (domain + "\n" + name + "\n" + overload).str();
  }

  int64_t count(const onnx::NodeProto &node) {
    int64_t sum = 1;
    for (const onnx::AttributeProto &attribute : node.attribute()) {
      sum += count(attribute.g().node());
      for (const onnx::GraphProto &graph : attribute.graphs())
        sum += count(graph.node());
    }
    auto found =
        functions.find(key(node.domain(), node.op_type(), node.overload()));
    return found == functions.end() ? sum : sum + count(found->second);
  }

  int64_t count(Function &called) {
    if (called.nodes == inProgress)
      throw ImportError("function '" + called.function->name() +
                        "': not valid ONNX: it calls itself");
    if (called.nodes == notCounted) {
      called.nodes = inProgress;
      called.nodes = count(called.function->node());
    }
    return called.nodes;
  }

  StringMap<Function> functions;
};
} // namespace

void qnn::checkFunctions(const onnx::ModelProto &model) {
  NodeCounter(model).count(model.graph().node());
}
