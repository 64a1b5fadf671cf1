//===- ImportShape.cpp - Reshape, transpose, concat, pad, slice -----------===//

#include "Importer.h"

#include "TensorData.h"
#include "qnn/Dialect/QNN/IR/Training.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"

using namespace mlir;
using namespace qnn;

//===----------------------------------------------------------------------===//
// The same elements under another shape
//===----------------------------------------------------------------------===//

/// Reshape: 0 keeps a dimension (unless allowzero), -1 is what remains.
static SmallVector<int64_t> requestedShape(NodeImporter &node,
                                           ArrayRef<int64_t> shape) {
  SmallVector<int64_t> result = node.integers(1, "the shape");
  int64_t *open = nullptr, known = 1;
  for (auto [d, size] : llvm::enumerate(result)) {
    if (size == 0 && !node.getInt("allowzero", 0)) {
      if (d >= shape.size())
        node.fail("dimension " + Twine(d) +
                  " is to be kept, but the input has none such");
      size = shape[d];
    }
    if (size < -1 || (size == -1 && open))
      node.fail("expected one -1 at most, and no other negative dimension");
    if (size == -1)
      open = &size;
    else if (llvm::MulOverflow(known, size, known))
      node.fail("the requested shape is too large");
  }
  if (open)
    *open = known == 0 ? 0 : countElements(shape) / known;
  return result;
}

static SmallVector<int64_t> flattenedShape(NodeImporter &node,
                                           ArrayRef<int64_t> shape) {
  int64_t rank = shape.size(), axis = node.getInt("axis", 1);
  if (axis < -rank || axis > rank)
    node.fail("expected an axis from " + Twine(-rank) + " to " + Twine(rank) +
              ", but got " + Twine(axis));
  axis = axis < 0 ? axis + rank : axis;
  return {countElements(shape.take_front(axis)),
          countElements(shape.drop_front(axis))};
}

static SmallVector<int64_t> readAxes(NodeImporter &node) {
  if (node.hasInput(1))
    return node.integers(1, "the axes");
  return node.getInts("axes");
}

/// Without axes all dimensions of size 1 go.
static SmallVector<int64_t> squeezedShape(NodeImporter &node,
                                          ArrayRef<int64_t> shape) {
  SmallVector<int64_t> axes = node.normalizeAxes(readAxes(node), shape.size());
  bool all = !node.hasInput(1) && !node.hasAttribute("axes");
  SmallVector<int64_t> result;
  for (auto [d, size] : llvm::enumerate(shape)) {
    bool isNamed = llvm::is_contained(axes, int64_t(d));
    if (isNamed && size != 1)
      node.fail("expected size 1 of dimension " + Twine(d) + ", but got " +
                Twine(size));
    if (!isNamed && !(all && size == 1))
      result.push_back(size);
  }
  return result;
}

static SmallVector<int64_t> unsqueezedShape(NodeImporter &node,
                                            ArrayRef<int64_t> shape) {
  SmallVector<int64_t> axes = readAxes(node);
  axes = node.normalizeAxes(axes, shape.size() + axes.size());
  SmallVector<int64_t> result(shape);
  for (int64_t axis : axes)
    result.insert(result.begin() + axis, 1);
  return result;
}

SmallVector<int64_t> qnn::reshapedShape(NodeImporter &node,
                                        ArrayRef<int64_t> shape) {
  SmallVector<int64_t> result;
  if (node.opType() == "Reshape")
    result = requestedShape(node, shape);
  else if (node.opType() == "Flatten")
    result = flattenedShape(node, shape);
  else if (node.opType() == "Squeeze")
    result = squeezedShape(node, shape);
  else
    result = unsqueezedShape(node, shape);
  if (countElements(result) != countElements(shape))
    node.fail("expected a shape of " + Twine(countElements(shape)) +
              " elements, but got one of " + Twine(countElements(result)));
  return result;
}

static void importReshape(NodeImporter &node) {
  Value input = node.anyInput(0);
  node.define(0, node.reshape(input, reshapedShape(node, shapeOf(input))));
}

//===----------------------------------------------------------------------===//
// Transpose, concat, expand
//===----------------------------------------------------------------------===//

static void importTranspose(NodeImporter &node) {
  Value input = node.anyInput(0);
  SmallVector<int64_t> permutation = node.getInts("perm");
  if (permutation.empty())
    permutation =
        llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, node.rank(0))));
  node.define(0, node.transpose(input, permutation));
}

static void importConcat(NodeImporter &node) {
  SmallVector<Value> parts;
  for (int i = 0; i < node.numInputs(); ++i)
    parts.push_back(node.input(i));
  int64_t axis = node.normalizeAxis(node.getInt("axis", 0), node.rank(0));
  node.define(0, node.concat(parts, axis));
}

SmallVector<int64_t> qnn::broadcastShapes(NodeImporter &node,
                                          ArrayRef<int64_t> a,
                                          ArrayRef<int64_t> b) {
  if (a.size() < b.size())
    std::swap(a, b);
  SmallVector<int64_t> result(a);
  for (auto [size, other] :
       llvm::zip(MutableArrayRef(result).take_back(b.size()), b)) {
    if (size != other && size != 1 && other != 1)
      node.fail("sizes " + Twine(size) + " and " + Twine(other) +
                " do not broadcast");
    size = size == 1 ? other : size;
  }
  return result;
}

/// A product with ones has the broadcast shape and changes no number.
static void importExpand(NodeImporter &node) {
  Value input = node.input(0);
  SmallVector<int64_t> shape =
      broadcastShapes(node, shapeOf(input), node.integers(1, "the shape"));
  if (countElements(shape) == 0)
    node.notSupported("the result is an empty tensor");
  if (shapeOf(input) == ArrayRef(shape))
    return node.forward(0);
  node.define(0, node.create<MulOp>({input, node.splat(1.0f, shape)}));
}

static void importTile(NodeImporter &node) {
  Value result = node.input(0);
  SmallVector<int64_t> repeats = node.integers(1, "the repeats");
  if (static_cast<int64_t>(repeats.size()) != node.rank(0))
    node.fail("expected a number of repeats for each dimension");
  for (auto [axis, count] : llvm::enumerate(repeats)) {
    if (count < 1 || count > maxElements)
      node.notSupported(Twine(count) + " repeats");
    SmallVector<Value> parts(count, result);
    result = node.concat(parts, axis);
  }
  node.define(0, result);
}

//===----------------------------------------------------------------------===//
// Blocks of pixels
//===----------------------------------------------------------------------===//

static int64_t readBlock(NodeImporter &node) {
  int64_t block = node.getInt("blocksize", 0);
  if (block < 1 || node.rank(0) != 4)
    node.fail("expected a block size of 1 or more and an input of rank 4");
  return block;
}

/// Channels become pixels of a block; they lie before or behind the channels
/// that remain.
static void importDepthToSpace(NodeImporter &node) {
  int64_t block = readBlock(node);
  ArrayRef<int64_t> shape = node.shape(0);
  int64_t batch = shape[0], height = shape[2], width = shape[3];
  if (shape[1] % (block * block) != 0)
    node.fail("expected channels that the square of the block size divides");
  int64_t channels = shape[1] / (block * block);
  std::string mode = node.getString("mode", "DCR");
  Value x = node.input(0);
  if (mode == "DCR") {
    x = node.reshape(x, {batch, block, block, channels, height, width});
    x = node.transpose(x, {0, 3, 4, 1, 5, 2});
  } else {
    x = node.reshape(x, {batch, channels, block, block, height, width});
    x = node.transpose(x, {0, 1, 4, 2, 5, 3});
  }
  node.define(
      0, node.reshape(x, {batch, channels, height * block, width * block}));
}

static void importSpaceToDepth(NodeImporter &node) {
  int64_t block = readBlock(node);
  ArrayRef<int64_t> shape = node.shape(0);
  int64_t batch = shape[0], channels = shape[1];
  if (shape[2] % block != 0 || shape[3] % block != 0)
    node.fail("expected an image that the block size divides");
  int64_t height = shape[2] / block, width = shape[3] / block;
  Value x = node.reshape(node.input(0),
                         {batch, channels, height, block, width, block});
  x = node.transpose(x, {0, 3, 5, 1, 2, 4});
  node.define(
      0, node.reshape(x, {batch, channels * block * block, height, width}));
}

//===----------------------------------------------------------------------===//
// Slices
//===----------------------------------------------------------------------===//

static Value slice(NodeImporter &node, Value input,
                   ArrayRef<SliceRange> ranges) {
  SmallVector<int64_t> offsets, sizes, steps;
  for (const SliceRange &range : ranges) {
    offsets.push_back(range.offset);
    sizes.push_back(range.size);
    steps.push_back(range.step);
  }
  if (llvm::is_contained(sizes, 0))
    node.notSupported("the result is an empty tensor");
  if (ArrayRef(sizes) == shapeOf(input) &&
      llvm::all_of(steps, [](int64_t step) { return step == 1; }))
    return input;
  return node.create<SliceOp>(input, [&](auto &properties) {
    Builder &builder = node.getBuilder();
    properties.offsets = builder.getDenseI64ArrayAttr(offsets);
    properties.sizes = builder.getDenseI64ArrayAttr(sizes);
    properties.steps = builder.getDenseI64ArrayAttr(steps);
  });
}

static SmallVector<SliceRange> wholeRanges(ArrayRef<int64_t> shape) {
  return llvm::map_to_vector(
      shape, [](int64_t size) { return SliceRange{0, size, 1}; });
}

/// ONNX counts negative starts and ends from the back and clamps both.
static SliceRange sliceRange(NodeImporter &node, int64_t start, int64_t end,
                             int64_t step, int64_t size) {
  if (step == 0 || step == std::numeric_limits<int64_t>::min())
    node.fail("expected a step other than 0");
  int64_t least = step > 0 ? 0 : -1, most = step > 0 ? size : size - 1;
  start = std::clamp(start < 0 ? start + size : start, int64_t(0), most);
  end = std::clamp(end < 0 ? end + size : end, least, size);
  int64_t distance = step > 0 ? end - start : start - end;
  int64_t width = std::abs(step);
  int64_t count =
      distance <= 0 ? 0 : distance / width + (distance % width != 0);
  return {start, count, count == 1 ? 1 : step};
}

/// Up to operator set 9 starts, ends and axes are attributes.
static SmallVector<int64_t> sliceInput(NodeImporter &node, int index,
                                       StringRef name) {
  if (node.hasInput(index))
    return node.integers(index, name);
  return node.getInts(name);
}

SmallVector<SliceRange> qnn::sliceRanges(NodeImporter &node,
                                         ArrayRef<int64_t> shape) {
  SmallVector<int64_t> starts = sliceInput(node, 1, "starts");
  SmallVector<int64_t> ends = sliceInput(node, 2, "ends");
  SmallVector<int64_t> axes = sliceInput(node, 3, "axes");
  SmallVector<int64_t> steps = sliceInput(node, 4, "steps");
  if (axes.empty())
    axes = llvm::to_vector(llvm::seq<int64_t>(0, starts.size()));
  if (steps.empty())
    steps.assign(starts.size(), 1);
  if (ends.size() != starts.size() || axes.size() != starts.size() ||
      steps.size() != starts.size())
    node.fail("expected as many ends, axes and steps as starts");
  node.normalizeAxes(axes, shape.size()); // none twice
  SmallVector<SliceRange> ranges = wholeRanges(shape);
  for (auto [start, end, axis, step] : llvm::zip(starts, ends, axes, steps)) {
    int64_t d = node.normalizeAxis(axis, shape.size());
    ranges[d] = sliceRange(node, start, end, step, shape[d]);
  }
  return ranges;
}

static void importSlice(NodeImporter &node) {
  Value input = node.anyInput(0);
  node.define(0, slice(node, input, sliceRanges(node, shapeOf(input))));
}

/// Sizes are an attribute up to operator set 12, then an input; without them
/// the parts are equal, the last one perhaps smaller.
static SmallVector<int64_t> splitSizes(NodeImporter &node, int64_t size) {
  SmallVector<int64_t> sizes = node.getInts("split");
  if (node.hasInput(1))
    sizes = node.integers(1, "the sizes");
  if (!sizes.empty())
    return sizes;
  int64_t count = node.getInt("num_outputs", node.numOutputs());
  if (count < 1)
    node.fail("expected 1 output or more");
  int64_t part = (size + count - 1) / count;
  for (int64_t start = 0; start < size; start += part)
    sizes.push_back(std::min(part, size - start));
  return sizes;
}

static void importSplit(NodeImporter &node) {
  Value input = node.anyInput(0);
  int64_t axis = node.normalizeAxis(node.getInt("axis", 0), node.rank(0));
  int64_t size = node.shape(0)[axis], offset = 0;
  for (auto [i, part] : llvm::enumerate(splitSizes(node, size))) {
    if (part < 0 || part > size - offset)
      node.fail("expected sizes with a sum of " + Twine(size));
    SmallVector<SliceRange> ranges = wholeRanges(shapeOf(input));
    ranges[axis] = {offset, part, 1};
    node.define(i, slice(node, input, ranges));
    offset += part;
  }
  if (offset != size)
    node.fail("expected sizes with a sum of " + Twine(size) + ", but got " +
              Twine(offset));
}

/// Of a value that is not constant: one slice for each index, or one for all
/// where they are evenly spaced. Rows at indices that are not known:
/// qnn.gather.
static void importGather(NodeImporter &node) {
  Value input = node.anyInput(0);
  int64_t axis = node.normalizeAxis(node.getInt("axis", 0), node.rank(0));
  if (axis == 0 && !node.constant(1))
    return node.define(0, node.create<GatherOp>({input, node.anyInput(1)}));
  SmallVector<int64_t> indices = node.integers(1, "the index");
  for (int64_t &index : indices)
    index = node.normalizeAxis(index, node.shape(0)[axis]);
  int64_t count = indices.size(),
          step = count > 1 ? indices[1] - indices[0] : 1;
  bool isEven = step != 0;
  for (int64_t i = 1; i < count; ++i)
    isEven &= indices[i] - indices[i - 1] == step;
  SmallVector<SliceRange> ranges = wholeRanges(shapeOf(input));
  SmallVector<Value> parts;
  for (int64_t i = 0; i < count && (i == 0 || !isEven); ++i) {
    ranges[axis] = {indices[i], isEven ? count : 1, isEven ? step : 1};
    parts.push_back(slice(node, input, ranges));
  }
  if (parts.empty())
    node.notSupported("the result is an empty tensor");
  SmallVector<int64_t> shape(shapeOf(input).take_front(axis));
  llvm::append_range(shape, node.shape(1));
  llvm::append_range(shape, shapeOf(input).drop_front(axis + 1));
  node.define(0, node.reshape(node.concat(parts, axis), shape));
}

//===----------------------------------------------------------------------===//
// Pad
//===----------------------------------------------------------------------===//

/// Counts before and after each dimension, in ONNX's order: all befores first.
static SmallVector<int64_t> readPads(NodeImporter &node, int64_t rank) {
  SmallVector<int64_t> given =
      node.hasInput(1) ? node.integers(1, "the pads") : node.getInts("pads");
  auto axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  if (node.hasInput(3))
    axes = node.integers(3, "the axes");
  size_t count = axes.size();
  if (given.size() != 2 * count)
    node.fail("expected " + Twine(2 * count) + " pads, but got " +
              Twine(given.size()));
  SmallVector<int64_t> pads(2 * rank, 0);
  for (size_t i = 0; i < count; ++i) {
    int64_t d = node.normalizeAxis(axes[i], rank);
    pads[d] = given[i];
    pads[rank + d] = given[count + i];
  }
  return pads;
}

/// Negative pads cut off elements: that part is a slice.
static Value crop(NodeImporter &node, Value input,
                  MutableArrayRef<int64_t> pads) {
  int64_t rank = shapeOf(input).size();
  SmallVector<SliceRange> ranges = wholeRanges(shapeOf(input));
  for (int64_t d = 0; d < rank; ++d) {
    int64_t before = std::min<int64_t>(pads[d], 0);
    int64_t after = std::min<int64_t>(pads[rank + d], 0);
    ranges[d].offset = -before;
    ranges[d].size = std::max<int64_t>(0, ranges[d].size + before + after);
    pads[d] -= before;
    pads[rank + d] -= after;
  }
  return slice(node, input, ranges);
}

static void importPad(NodeImporter &node) {
  std::string mode = node.getString("mode", "constant");
  if (mode != "constant")
    node.notSupported("mode '" + mode + "', expected 'constant'");
  Value input = node.input(0);
  int64_t rank = node.rank(0);
  float value = node.hasInput(2) ? node.scalar(2, "the value")
                                 : node.getFloat("value", 0.0f);
  SmallVector<int64_t> pads = readPads(node, rank);
  input = crop(node, input, pads);
  if (llvm::all_of(pads, [](int64_t pad) { return pad == 0; }))
    return node.define(0, input);
  node.define(0, node.create<PadOp>(input, [&](auto &properties) {
    Builder &builder = node.getBuilder();
    properties.low =
        builder.getDenseI64ArrayAttr(ArrayRef(pads).take_front(rank));
    properties.high =
        builder.getDenseI64ArrayAttr(ArrayRef(pads).drop_front(rank));
    properties.value = builder.getF32FloatAttr(node.floatOfNumber(value));
  }));
}

void qnn::addShapeHandlers(HandlerTable &table) {
  table["Concat"] = importConcat;
  table["DepthToSpace"] = importDepthToSpace;
  table["Expand"] = importExpand;
  table["Flatten"] = importReshape;
  table["Gather"] = importGather;
  table["Pad"] = importPad;
  table["Reshape"] = importReshape;
  table["Slice"] = importSlice;
  table["SpaceToDepth"] = importSpaceToDepth;
  table["Split"] = importSplit;
  table["Squeeze"] = importReshape;
  table["Tile"] = importTile;
  table["Transpose"] = importTranspose;
  table["Unsqueeze"] = importReshape;
}
