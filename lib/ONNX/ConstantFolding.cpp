//===- ConstantFolding.cpp - Nodes on shapes and indices, at import -------===//
//
// Exporters compute shapes in the graph: Shape, Gather, Concat, Mul, Where, and
// so on, on integers. No qnn op works on integers, and none is needed: with
// static shapes all of it is known here. Nodes on floats alone are left to the
// passes, except where an importer asks for their value.
//
//===----------------------------------------------------------------------===//

#include "Importer.h"

#include "TensorData.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

using namespace llvm;
using namespace qnn;
using onnx::TensorProto;

using Inputs = ArrayRef<std::optional<Tensor>>;

//===----------------------------------------------------------------------===//
// Moving elements
//===----------------------------------------------------------------------===//

/// The tensor of `shape` whose element at an index is the element of `source`
/// at `sourceIndex` of it, counted in row-major order.
static Tensor rearrange(const Tensor &source, ArrayRef<int64_t> shape,
                        function_ref<int64_t(ArrayRef<int64_t>)> sourceIndex) {
  Tensor result;
  result.shape.assign(shape.begin(), shape.end());
  result.isFloat = source.isFloat;
  SmallVector<int64_t> index(shape.size(), 0);
  for (int64_t i = 0, count = countElements(shape); i < count; ++i) {
    int64_t from = sourceIndex(index);
    if (source.isFloat)
      result.floats.push_back(source.floats[from]);
    else
      result.integers.push_back(source.integers[from]);
    for (int64_t d = shape.size() - 1; d >= 0 && ++index[d] == shape[d]; --d)
      index[d] = 0;
  }
  return result;
}

static SmallVector<int64_t> rowMajorStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (int64_t d = static_cast<int64_t>(shape.size()) - 2; d >= 0; --d)
    strides[d] = strides[d + 1] * shape[d + 1];
  return strides;
}

/// `source` repeated to `shape`, to which it must broadcast.
static Tensor broadcast(const Tensor &source, ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides = rowMajorStrides(source.shape);
  int64_t missing = shape.size() - source.rank();
  return rearrange(source, shape, [&](ArrayRef<int64_t> index) {
    int64_t from = 0;
    for (int64_t d = 0; d < source.rank(); ++d)
      from += source.shape[d] == 1 ? 0 : index[missing + d] * strides[d];
    return from;
  });
}

static void requireIntegers(NodeImporter &node, const Tensor &tensor) {
  if (tensor.isFloat)
    node.fail("expected integers, but got floats");
}

static void requireSameType(NodeImporter &node, const Tensor &a,
                            const Tensor &b) {
  if (a.isFloat != b.isFloat)
    node.fail("expected operands of one type, but got integers and floats");
}

static Tensor foldReshape(NodeImporter &node, Inputs inputs) {
  Tensor result = *inputs[0];
  result.shape = reshapedShape(node, inputs[0]->shape);
  return result;
}

static Tensor foldTranspose(NodeImporter &node, Inputs inputs) {
  const Tensor &source = *inputs[0];
  SmallVector<int64_t> permutation = node.getInts("perm"), shape;
  if (permutation.empty())
    for (int64_t d = source.rank() - 1; d >= 0; --d)
      permutation.push_back(d);
  if (int64_t(permutation.size()) != source.rank())
    node.fail("expected a permutation of " + Twine(source.rank()) +
              " dimensions");
  node.normalizeAxes(permutation, source.rank()); // none twice
  for (int64_t &d : permutation) {
    d = node.normalizeAxis(d, source.rank());
    shape.push_back(source.shape[d]);
  }
  SmallVector<int64_t> strides = rowMajorStrides(source.shape);
  return rearrange(source, shape, [&](ArrayRef<int64_t> index) {
    int64_t from = 0;
    for (auto [to, d] : enumerate(permutation))
      from += index[to] * strides[d];
    return from;
  });
}

static Tensor foldGather(NodeImporter &node, Inputs inputs) {
  const Tensor &source = *inputs[0], &indices = *inputs[1];
  requireIntegers(node, indices);
  int64_t axis = node.normalizeAxis(node.getInt("axis", 0), source.rank());
  SmallVector<int64_t> shape(source.shape.begin(), source.shape.begin() + axis);
  shape.append(indices.shape);
  shape.append(source.shape.begin() + axis + 1, source.shape.end());
  SmallVector<int64_t> strides = rowMajorStrides(source.shape);
  SmallVector<int64_t> indexStrides = rowMajorStrides(indices.shape);
  return rearrange(source, shape, [&](ArrayRef<int64_t> index) {
    int64_t from = 0, which = 0;
    for (int64_t d = 0; d < indices.rank(); ++d)
      which += index[axis + d] * indexStrides[d];
    for (int64_t d = 0; d < source.rank(); ++d) {
      int64_t at;
      if (d == axis)
        at = node.normalizeAxis(indices.integers[which], source.shape[axis]);
      else
        at = index[d < axis ? d : d + indices.rank() - 1];
      from += at * strides[d];
    }
    return from;
  });
}

static Tensor foldSlice(NodeImporter &node, Inputs inputs) {
  const Tensor &source = *inputs[0];
  SmallVector<SliceRange> ranges = sliceRanges(node, source.shape);
  SmallVector<int64_t> shape = to_vector(
      map_range(ranges, [](const SliceRange &range) { return range.size; }));
  SmallVector<int64_t> strides = rowMajorStrides(source.shape);
  return rearrange(source, shape, [&](ArrayRef<int64_t> index) {
    int64_t from = 0;
    for (auto [d, range] : enumerate(ranges))
      from += (range.offset + index[d] * range.step) * strides[d];
    return from;
  });
}

/// Only what shapes need: one dimension.
static Tensor foldConcat(NodeImporter &node, Inputs inputs) {
  Tensor result;
  result.isFloat = inputs[0]->isFloat;
  result.shape = {0};
  for (const std::optional<Tensor> &input : inputs) {
    if (input->rank() != 1)
      node.notSupported("concatenation of integers of rank " +
                        Twine(input->rank()));
    requireSameType(node, result, *input);
    result.shape[0] += input->size();
    append_range(result.floats, input->floats);
    append_range(result.integers, input->integers);
  }
  return result;
}

static Tensor foldExpand(NodeImporter &node, Inputs inputs) {
  SmallVector<int64_t> shape =
      broadcastShapes(node, inputs[0]->shape, node.integers(1, "the shape"));
  return broadcast(*inputs[0], shape);
}

static Tensor foldConstantOfShape(NodeImporter &node, Inputs inputs) {
  Tensor zero;
  zero.floats = {0.0f};
  if (const onnx::AttributeProto *value = node.find("value"))
    zero =
        readConstant(decodeTensor(value->t(), node.getBuilder().getContext()));
  zero.shape.clear();
  SmallVector<int64_t> shape = node.integers(0, "the shape");
  return broadcast(zero, shape);
}

static Tensor foldWhere(NodeImporter &node, Inputs inputs) {
  requireIntegers(node, *inputs[0]);
  requireSameType(node, *inputs[1], *inputs[2]);
  SmallVector<int64_t> shape = broadcastShapes(
      node, broadcastShapes(node, inputs[0]->shape, inputs[1]->shape),
      inputs[2]->shape);
  Tensor condition = broadcast(*inputs[0], shape);
  Tensor result = broadcast(*inputs[1], shape);
  Tensor otherwise = broadcast(*inputs[2], shape);
  for (auto [i, choice] : enumerate(condition.integers)) {
    if (choice)
      continue;
    if (result.isFloat)
      result.floats[i] = otherwise.floats[i];
    else
      result.integers[i] = otherwise.integers[i];
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Computing
//===----------------------------------------------------------------------===//

/// Integer arithmetic wraps, as in the languages that exporters are written in.
template <typename Function>
static int64_t wrap(int64_t a, int64_t b, Function function) {
  return static_cast<int64_t>(
      function(static_cast<uint64_t>(a), static_cast<uint64_t>(b)));
}

static int64_t computeQuotient(NodeImporter &node, int64_t a, int64_t b) {
  if (b == 0)
    node.fail("division by zero");
  return b == -1 ? wrap(0, a, std::minus<>()) : a / b;
}

static int64_t computeRemainder(NodeImporter &node, int64_t a, int64_t b) {
  if (b == 0)
    node.fail("division by zero");
  int64_t remainder = b == -1 ? 0 : a % b;
  bool changesSign = remainder != 0 && (remainder < 0) != (b < 0);
  return changesSign && !node.getInt("fmod", 0) ? remainder + b : remainder;
}

static int64_t computeBinary(NodeImporter &node, int64_t a, int64_t b) {
  StringRef op = node.opType();
  if (op == "Add")
    return wrap(a, b, std::plus<>());
  if (op == "Sub")
    return wrap(a, b, std::minus<>());
  if (op == "Mul" || op == "ReduceProd")
    return wrap(a, b, std::multiplies<>());
  if (op == "Div")
    return computeQuotient(node, a, b);
  if (op == "Mod")
    return computeRemainder(node, a, b);
  if (op == "Min")
    return std::min(a, b);
  if (op == "Max")
    return std::max(a, b);
  if (op == "Equal")
    return a == b;
  if (op == "Less")
    return a < b;
  if (op == "Greater")
    return a > b;
  if (op == "And")
    return a && b;
  return a || b; // Or
}

static Tensor foldBinary(NodeImporter &node, Inputs inputs) {
  Tensor result = *inputs[0];
  for (const std::optional<Tensor> &input : inputs.drop_front()) {
    if (result.isFloat || input->isFloat)
      node.notSupported("arithmetic on " +
                        elementTypeName(node.elementType(0)));
    SmallVector<int64_t> shape =
        broadcastShapes(node, result.shape, input->shape);
    Tensor lhs = broadcast(result, shape), rhs = broadcast(*input, shape);
    for (auto [a, b] : zip(lhs.integers, rhs.integers))
      a = computeBinary(node, a, b);
    result = std::move(lhs);
  }
  return result;
}

static Tensor foldUnary(NodeImporter &node, Inputs inputs) {
  Tensor result = *inputs[0];
  if (result.isFloat)
    node.notSupported("arithmetic on " + elementTypeName(node.elementType(0)));
  for (int64_t &number : result.integers) {
    if (node.opType() == "Not")
      number = !number;
    else if (node.opType() == "Neg" || number < 0)
      number = wrap(0, number, std::minus<>());
  }
  return result;
}

/// All elements to one: the number of elements of a shape.
static Tensor foldReduceProd(NodeImporter &node, Inputs inputs) {
  requireIntegers(node, *inputs[0]);
  if (inputs[0]->rank() != 1)
    node.notSupported("product of integers of rank " +
                      Twine(inputs[0]->rank()));
  Tensor result;
  result.isFloat = false;
  result.integers = {1};
  if (node.getInt("keepdims", 1))
    result.shape = {1};
  for (int64_t number : inputs[0]->integers)
    result.integers[0] = computeBinary(node, result.integers[0], number);
  return result;
}

static Tensor foldRange(NodeImporter &node, Inputs inputs) {
  Tensor result;
  result.isFloat = false;
  for (const std::optional<Tensor> &input : inputs)
    if (input->isFloat || input->size() != 1)
      node.notSupported("a range of anything but integers");
  int64_t start = inputs[0]->integers[0], limit = inputs[1]->integers[0],
          step = inputs[2]->integers[0];
  if (step == 0)
    node.fail("expected a step other than 0");
  double count = std::ceil((double(limit) - double(start)) / double(step));
  if (count > double(maxElements))
    node.notSupported("a range of more than " + Twine(maxElements) +
                      " elements");
  for (int64_t i = 0; i < count; ++i)
    result.integers.push_back(start + i * step);
  result.shape = {static_cast<int64_t>(result.integers.size())};
  return result;
}

static bool isCastTarget(int32_t type) {
  switch (type) {
  case TensorProto::FLOAT:
  case TensorProto::DOUBLE:
  case TensorProto::INT64:
  case TensorProto::INT32:
  case TensorProto::INT16:
  case TensorProto::INT8:
  case TensorProto::UINT32:
  case TensorProto::UINT16:
  case TensorProto::UINT8:
  case TensorProto::BOOL:
    return true;
  default:
    return false;
  }
}

static int64_t wrapTo(int32_t type, int64_t number) {
  switch (type) {
  case TensorProto::BOOL:
    return number != 0;
  case TensorProto::INT32:
    return static_cast<int32_t>(number);
  case TensorProto::INT16:
    return static_cast<int16_t>(number);
  case TensorProto::INT8:
    return static_cast<int8_t>(number);
  case TensorProto::UINT32:
    return static_cast<uint32_t>(number);
  case TensorProto::UINT16:
    return static_cast<uint16_t>(number);
  case TensorProto::UINT8:
    return static_cast<uint8_t>(number);
  default:
    return number;
  }
}

static int64_t truncate(NodeImporter &node, int32_t type, float number) {
  if (type == TensorProto::BOOL)
    return number != 0;
  if (!(std::fabs(number) < 0x1p63f))
    node.fail("a float that no integer can hold");
  return wrapTo(type, static_cast<int64_t>(number));
}

static Tensor foldCast(NodeImporter &node, Inputs inputs) {
  int32_t type = node.getInt("to", TensorProto::FLOAT);
  if (!isCastTarget(type))
    node.notSupported("cast to " + elementTypeName(type));
  Tensor result = *inputs[0];
  result.isFloat = type == TensorProto::FLOAT || type == TensorProto::DOUBLE;
  if (result.isFloat && !inputs[0]->isFloat)
    result.floats.assign(inputs[0]->integers.begin(),
                         inputs[0]->integers.end());
  if (result.isFloat)
    return result;
  result.integers.clear();
  for (float number : inputs[0]->floats)
    result.integers.push_back(truncate(node, type, number));
  for (int64_t number : inputs[0]->integers)
    result.integers.push_back(wrapTo(type, number));
  return result;
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

static StringMap<ConstantFolder> makeFolderTable() {
  StringMap<ConstantFolder> table;
  for (StringRef op : {"Add", "Sub", "Mul", "Div", "Mod", "Min", "Max", "Equal",
                       "Less", "Greater", "And", "Or"})
    table[op] = foldBinary;
  for (StringRef op : {"Neg", "Abs", "Not"})
    table[op] = foldUnary;
  for (StringRef op : {"Reshape", "Flatten", "Squeeze", "Unsqueeze"})
    table[op] = foldReshape;
  table["Cast"] = foldCast;
  table["Concat"] = foldConcat;
  table["ConstantOfShape"] = foldConstantOfShape;
  table["Expand"] = foldExpand;
  table["Gather"] = foldGather;
  table["Range"] = foldRange;
  table["ReduceProd"] = foldReduceProd;
  table["Slice"] = foldSlice;
  table["Transpose"] = foldTranspose;
  table["Where"] = foldWhere;
  return table;
}

ConstantFolder qnn::lookupFolder(const onnx::NodeProto &node) {
  static const StringMap<ConstantFolder> table = makeFolderTable();
  if (!node.domain().empty() && node.domain() != "ai.onnx")
    return nullptr;
  auto found = table.find(node.op_type());
  return found == table.end() ? nullptr : found->second;
}

/// Element type of the node's result.
static int32_t resultType(const NodeImporter &node) {
  StringRef op = node.opType();
  if (op == "Cast")
    return node.getInt("to", TensorProto::FLOAT);
  if (op == "Equal" || op == "Less" || op == "Greater" || op == "And" ||
      op == "Or" || op == "Not")
    return TensorProto::BOOL;
  if (op != "ConstantOfShape")
    return node.elementType(op == "Where" ? 1 : 0);
  const onnx::AttributeProto *value = node.find("value");
  return value ? value->t().data_type() : int32_t(TensorProto::FLOAT);
}

bool NodeImporter::foldConstants() {
  ConstantFolder folder = lookupFolder(node);
  if (!folder || numInputs() == 0)
    return false;
  bool isCast = opType() == "Cast", hasIntegers = isCast;
  SmallVector<std::optional<Tensor>> inputs(numInputs());
  for (int i = 0; i < numInputs(); ++i) {
    if (!hasInput(i))
      continue;
    bool isKnown = !!graph.lookup(node.input(i)).constant;
    if (!isKnown && !isCast)
      return false;
    hasIntegers |= elementType(i) != TensorProto::FLOAT;
  }
  if (!hasIntegers || !hasInput(0))
    return false;
  for (int i = 0; i < numInputs(); ++i) {
    inputs[i] = constant(i);
    if (hasInput(i) && !inputs[i])
      return false;
  }
  defineConstant(folder(*this, inputs), resultType(*this));
  return true;
}
