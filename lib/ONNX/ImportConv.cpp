//===- ImportConv.cpp - Convolutions of every kind ------------------------===//
//
// qnn.conv2d is the only convolution there is. Others become sums of the same
// products, exactly: no tap is added that adds anything but nothing, so also
// codes that have no zero (of ±1) keep their true zero padding.
//
// * Over one dimension: an image of height 1.
// * Over three: the taps along the depth are laid side by side as channels, and
//   the depth counts as batch. Where the window leaves the image, the taps
//   outside are left out, which makes for convolutions of their own.
// * Transposed: for stride s, results o, o + s, o + 2 s, .. come from the same
//   taps, an ordinary convolution of stride 1; the s results per dimension are
//   interleaved.
//
//===----------------------------------------------------------------------===//

#include "Importer.h"
#include "Window.h"

#include <numeric>

using namespace mlir;
using namespace qnn;

//===----------------------------------------------------------------------===//
// What is built
//===----------------------------------------------------------------------===//

static Value conv2d(NodeImporter &node, Value input, Value filter,
                    ArrayRef<int64_t> strides, ArrayRef<int64_t> pads,
                    ArrayRef<int64_t> dilations, int64_t groups) {
  return node.create<Conv2dOp>({input, filter}, [&](auto &properties) {
    Builder &builder = node.getBuilder();
    properties.strides = builder.getDenseI64ArrayAttr(strides);
    properties.pads = builder.getDenseI64ArrayAttr(pads);
    properties.dilations = builder.getDenseI64ArrayAttr(dilations);
    properties.groups = builder.getI64IntegerAttr(groups);
  });
}

static Value biasAdd(NodeImporter &node, Value value) {
  if (!node.hasInput(2))
    return value;
  return node.create<BiasAddOp>({value, node.input(2)}, [&](auto &properties) {
    properties.axis = node.getBuilder().getI64IntegerAttr(1);
  });
}

/// Elements first, first + step, .. of one dimension.
static Value slice(NodeImporter &node, Value input, int64_t dim, int64_t first,
                   int64_t count, int64_t step) {
  SmallVector<int64_t> sizes(shapeOf(input));
  if (first == 0 && count == sizes[dim] && step == 1)
    return input;
  SmallVector<int64_t> offsets(sizes.size(), 0), steps(sizes.size(), 1);
  offsets[dim] = first;
  sizes[dim] = count;
  steps[dim] = step;
  return node.create<SliceOp>(input, [&](auto &properties) {
    Builder &builder = node.getBuilder();
    properties.offsets = builder.getDenseI64ArrayAttr(offsets);
    properties.sizes = builder.getDenseI64ArrayAttr(sizes);
    properties.steps = builder.getDenseI64ArrayAttr(steps);
  });
}

static void checkRanks(NodeImporter &node, int64_t most) {
  int64_t dims = node.rank(0) - 2;
  if (dims < 1 || dims > most)
    node.notSupported("a convolution over " + Twine(dims) +
                      " dimensions, expected 1 to " + Twine(most));
  if (node.rank(1) != node.rank(0))
    node.fail("expected a filter of rank " + Twine(node.rank(0)) +
              ", but got " + Twine(node.rank(1)));
  SmallVector<int64_t> kernel = node.getInts("kernel_shape");
  if (!kernel.empty() && ArrayRef(kernel) != node.shape(1).drop_front(2))
    node.fail("expected kernel_shape to be that of the filter");
}

//===----------------------------------------------------------------------===//
// Three dimensions
//===----------------------------------------------------------------------===//

namespace {
/// A convolution of [N, C, D, H, W].
class DepthConv {
public:
  DepthConv(NodeImporter &node, const MovingWindow &window)
      : node(node), window(window), groups(node.getInt("group", 1)),
        depth(node.shape(0)[2]), taps(window.kernel[0]),
        stride(window.strides[0]), dilation(window.dilations[0]),
        before(window.pads[0]) {}

  Value build() {
    for (int64_t d = 0; d < 3; ++d)
      if (window.strides[d] < 1 || window.dilations[d] < 1 ||
          window.kernel[d] < 1)
        node.notSupported("empty windows or strides of 0");
    if (groups < 1 || node.shape(0)[1] % groups != 0)
      node.fail("expected channels that the groups divide");
    int64_t padded = depth + before + window.pads[3];
    int64_t count = (padded - dilation * (taps - 1) - 1) / stride + 1;
    if (padded < dilation * (taps - 1) + 1)
      node.fail("expected a window that fits into the padded input");
    SmallVector<Value> runs;
    for (int64_t first = 0, next; first < count; first = next) {
      next = first + 1;
      while (next < count && tapsAt(next) == tapsAt(first))
        ++next;
      runs.push_back(buildRun(first, next - first, tapsAt(first)));
    }
    return node.concat(runs, 2);
  }

private:
  using Taps = std::pair<int64_t, int64_t>;

  /// The taps first .. last - 1 inside the image for result `d`.
  Taps tapsAt(int64_t d) const {
    int64_t start = d * stride - before;
    auto firstFrom = [&](int64_t row) {
      int64_t distance = std::max<int64_t>(0, row - start);
      return std::min(taps, (distance + dilation - 1) / dilation);
    };
    return {firstFrom(0), firstFrom(depth)};
  }

  /// Results first .. first + count - 1, which use the same taps.
  Value buildRun(int64_t first, int64_t count, Taps used) {
    SmallVector<Value> inputs, filters;
    for (int64_t tap = used.first; tap < used.second; ++tap) {
      inputs.push_back(
          imagesAt(first * stride - before + tap * dilation, count));
      filters.push_back(filterAt(tap));
    }
    // A window that lies in the padding as a whole.
    if (inputs.empty())
      return zeros(count);
    Value input = node.concat(inputs, 2), filter = node.concat(filters, 1);
    ArrayRef<int64_t> shape = shapeOf(input);
    input = node.reshape(input,
                         {shape[0], shape[1] * shape[2], shape[3], shape[4]});
    Value images =
        conv2d(node, input, filter, ArrayRef(window.strides).drop_front(),
               {window.pads[1], window.pads[2], window.pads[4], window.pads[5]},
               ArrayRef(window.dilations).drop_front(), groups);
    shape = shapeOf(images);
    images = node.reshape(
        images, {node.shape(0)[0], count, shape[1], shape[2], shape[3]});
    return node.transpose(images, {0, 2, 1, 3, 4});
  }

  /// Every stride-th image from `first` on, as [N * count, groups, C / groups,
  /// H, W].
  Value imagesAt(int64_t first, int64_t count) {
    Value images = slice(node, node.input(0), 2, first, count, stride);
    images = node.transpose(images, {0, 2, 1, 3, 4});
    ArrayRef<int64_t> shape = shapeOf(images);
    return node.reshape(images, {shape[0] * count, groups, shape[2] / groups,
                                 shape[3], shape[4]});
  }

  Value filterAt(int64_t tap) {
    Value filter = slice(node, node.input(1), 2, tap, 1, 1);
    ArrayRef<int64_t> shape = shapeOf(filter);
    return node.reshape(filter, {shape[0], shape[1], shape[3], shape[4]});
  }

  Value zeros(int64_t count) {
    ArrayRef<int64_t> input = node.shape(0), filter = node.shape(1);
    SmallVector<int64_t> shape = {input[0], filter[0], count};
    for (int64_t d : {1, 2}) {
      int64_t padded = input[2 + d] + window.pads[d] + window.pads[3 + d];
      int64_t reach = window.dilations[d] * (window.kernel[d] - 1) + 1;
      shape.push_back((padded - reach) / window.strides[d] + 1);
    }
    return node.splat(0.0f, shape);
  }

  NodeImporter &node;
  const MovingWindow &window;
  int64_t groups, depth, taps, stride, dilation, before;
};
} // namespace

static void importConv(NodeImporter &node) {
  checkRanks(node, 3);
  MovingWindow window = readWindow(node, node.shape(1).drop_front(2));
  if (node.rank(0) == 5)
    return node.define(0, biasAdd(node, DepthConv(node, window).build()));
  Value input = node.input(0), filter = node.input(1);
  Value result =
      conv2d(node, to2d(node, input), to2d(node, filter), window.strides,
             window.pads, window.dilations, node.getInt("group", 1));
  node.define(0, from2d(node, biasAdd(node, result), node.rank(0)));
}

//===----------------------------------------------------------------------===//
// Transposed
//===----------------------------------------------------------------------===//

namespace {
/// One dimension: result o takes input i times tap k where
/// i * stride + k * dilation = o + before.
struct TransposedExtent {
  int64_t size, kernel, stride, dilation, before, after, outputPad;

  int64_t fullSize() const {
    return (size - 1) * stride + dilation * (kernel - 1) + 1 + outputPad;
  }
  int64_t resultSize() const { return fullSize() - before - after; }
  /// Results of one phase, the same for all; the last may lie outside.
  int64_t phaseSize() const { return (resultSize() + stride - 1) / stride; }
};

/// The results phase, phase + stride, .. as a convolution of stride 1: result q
/// is the sum over j of tap `first + (count - 1 - j) * step` times input
/// `q + start + j * dilation`.
struct TransposedPhase {
  int64_t first = 0, count = 0, step = 1, start = 0, dilation = 1;

  TransposedPhase(const TransposedExtent &e, int64_t phase) {
    int64_t common = std::gcd(e.stride, e.dilation);
    step = e.stride / common;
    dilation = e.dilation / common;
    for (first = 0; first < e.kernel; ++first)
      if ((phase + e.before - first * e.dilation) % e.stride == 0)
        break;
    if (first >= e.kernel)
      return;
    count = (e.kernel - 1 - first) / step + 1;
    start = (phase + e.before - first * e.dilation) / e.stride -
            (count - 1) * dilation;
  }
};

class TransposedConv {
public:
  TransposedConv(NodeImporter &node)
      : node(node), groups(node.getInt("group", 1)) {
    readExtents();
    input = to2d(node, node.input(0));
    filter = to2d(node, node.input(1));
  }

  Value build() {
    if (shapeOf(input)[1] != shapeOf(filter)[0] || groups < 1 ||
        shapeOf(input)[1] % groups != 0)
      node.fail("expected a filter for each input channel");
    turnFilter();
    SmallVector<Value> rows;
    for (int64_t y = 0; y < extents[0].stride; ++y) {
      SmallVector<Value> columns;
      for (int64_t x = 0; x < extents[1].stride; ++x)
        columns.push_back(buildPhase(TransposedPhase(extents[0], y),
                                     TransposedPhase(extents[1], x)));
      rows.push_back(node.concat(columns, 5));
    }
    Value result = node.concat(rows, 3);
    ArrayRef<int64_t> shape = shapeOf(result);
    result = node.reshape(
        result, {shape[0], shape[1], shape[2] * shape[3], shape[4] * shape[5]});
    for (int64_t d : {0, 1})
      result = slice(node, result, 2 + d, 0, extents[d].resultSize(), 1);
    return from2d(node, biasAdd(node, result), node.rank(0));
  }

private:
  void readExtents();
  void padTo(TransposedExtent &extent, int64_t wanted);

  /// [C, O / groups, KH, KW] as [O, C / groups, KH, KW].
  void turnFilter() {
    ArrayRef<int64_t> shape = shapeOf(filter);
    int64_t channels = shape[0] / groups, outs = shape[1];
    int64_t height = shape[2], width = shape[3];
    if (groups == 1) {
      filter = node.transpose(filter, {1, 0, 2, 3});
      return;
    }
    filter = node.reshape(filter, {groups, channels, outs, height, width});
    filter = node.transpose(filter, {0, 2, 1, 3, 4});
    filter = node.reshape(filter, {groups * outs, channels, height, width});
  }

  /// [N, O, phase size, 1, phase size, 1].
  Value buildPhase(const TransposedPhase &row, const TransposedPhase &column) {
    SmallVector<int64_t> shape = {shapeOf(input)[0],      shapeOf(filter)[0],
                                  extents[0].phaseSize(), 1,
                                  extents[1].phaseSize(), 1};
    if (row.count == 0 || column.count == 0)
      return node.splat(0.0f, shape);
    Value image = input, taps = filter;
    int64_t pads[4];
    const TransposedPhase *phases[] = {&row, &column};
    for (int64_t d : {0, 1}) {
      const TransposedPhase &phase = *phases[d];
      int64_t last = phase.first + (phase.count - 1) * phase.step;
      taps = slice(node, taps, 2 + d, last, phase.count, -phase.step);
      int64_t end = phase.start + extents[d].phaseSize() - 1 +
                    (phase.count - 1) * phase.dilation + 1;
      int64_t size = extents[d].size;
      pads[d] = std::max<int64_t>(0, -phase.start);
      pads[2 + d] = std::max<int64_t>(0, end - size);
      int64_t from = std::max<int64_t>(0, phase.start);
      if (from >= size || end <= 0)
        return node.splat(0.0f, shape);
      image = slice(node, image, 2 + d, from, std::min(end, size) - from, 1);
    }
    Value result = conv2d(node, image, taps, {1, 1}, pads,
                          {row.dilation, column.dilation}, groups);
    return node.reshape(result, shape);
  }

  NodeImporter &node;
  int64_t groups;
  TransposedExtent extents[2] = {{1, 1, 1, 1, 0, 0, 0}, {1, 1, 1, 1, 0, 0, 0}};
  Value input, filter;
};
} // namespace

/// Pads such that the result has the size that is wanted; the odd one goes to
/// the end with SAME_UPPER (and where output_shape is given), else to the
/// start.
void TransposedConv::padTo(TransposedExtent &extent, int64_t wanted) {
  int64_t total = extent.fullSize() - wanted;
  bool upper = node.getString("auto_pad", "NOTSET") == "SAME_UPPER";
  if (total < 0)
    extent.outputPad -= total;
  total = std::max<int64_t>(0, total);
  extent.before = upper ? total / 2 : total - total / 2;
  extent.after = total - extent.before;
}

void TransposedConv::readExtents() {
  ArrayRef<int64_t> sizes = node.shape(0).drop_front(2);
  ArrayRef<int64_t> kernel = node.shape(1).drop_front(2);
  int64_t rank = sizes.size();
  auto read = [&](StringRef name, int64_t count, int64_t ifMissing) {
    return readSizes(node, name, count, ifMissing);
  };
  auto strides = read("strides", rank, 1),
       dilations = read("dilations", rank, 1);
  auto pads = read("pads", 2 * rank, 0),
       added = read("output_padding", rank, 0);
  SmallVector<int64_t> wanted = node.getInts("output_shape");
  std::string mode = node.getString("auto_pad", "NOTSET");
  for (int64_t d = 0; d < rank; ++d) {
    TransposedExtent &extent = extents[2 - rank + d];
    if (strides[d] < 1 || dilations[d] < 1 || kernel[d] < 1 || sizes[d] < 1)
      node.notSupported("empty windows or strides of 0");
    extent = {sizes[d], kernel[d],      strides[d], dilations[d],
              pads[d],  pads[rank + d], added[d]};
    if (!wanted.empty())
      padTo(extent, wanted[wanted.size() - rank + d]);
    else if (mode == "SAME_UPPER" || mode == "SAME_LOWER")
      padTo(extent, sizes[d] * strides[d]);
    if (extent.resultSize() < 1)
      node.fail("expected a result with elements");
  }
}

static void importConvTranspose(NodeImporter &node) {
  checkRanks(node, 2);
  node.define(0, TransposedConv(node).build());
}

void qnn::addConvHandlers(HandlerTable &table) {
  table["Conv"] = importConv;
  table["ConvTranspose"] = importConvTranspose;
}
