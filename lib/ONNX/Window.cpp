//===- Window.cpp - Strides and padding of Conv and pooling ---------------===//

#include "Window.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace qnn;

SmallVector<int64_t, 2> qnn::readSizes(NodeImporter &node, StringRef name,
                                       size_t count, int64_t ifMissing) {
  SmallVector<int64_t> sizes = node.getInts(name);
  if (sizes.empty())
    sizes.assign(count, ifMissing);
  if (sizes.size() != count)
    node.fail("expected " + Twine(count) + " numbers for " + name +
              ", but got " + Twine(sizes.size()));
  for (int64_t size : sizes)
    if (size < 0 || size > (int64_t(1) << 31))
      node.notSupported(name + " of " + Twine(size));
  return SmallVector<int64_t, 2>(ArrayRef(sizes));
}

namespace {
/// One dimension of a window.
struct Extent {
  int64_t size, kernel, stride, dilation, before, after;

  /// Distance of the window's ends, plus one.
  int64_t reach() const { return (kernel - 1) * dilation + 1; }

  /// The result has ceil(size / stride) elements; an odd pad goes to the end,
  /// or to the start with `lower`.
  void padToSame(bool lower) {
    int64_t count = (size + stride - 1) / stride;
    int64_t total = std::max<int64_t>(0, (count - 1) * stride + reach() - size);
    before = (total + (lower ? 1 : 0)) / 2;
    after = total - before;
  }

  /// Makes `after` so large that the last, partial window counts too, unless it
  /// starts behind the input. Returns what was added.
  int64_t padToCeil() {
    int64_t padded = size + before + after;
    if (padded < reach())
      return 0;
    int64_t count = (padded - reach() + stride - 1) / stride + 1;
    if ((count - 1) * stride >= size + before)
      --count;
    int64_t needed = (count - 1) * stride + reach() - size - before;
    int64_t added = std::max<int64_t>(0, needed) - after;
    after += added;
    return added;
  }
};
} // namespace

static void applyAutoPad(NodeImporter &node, Extent &extent) {
  std::string mode = node.getString("auto_pad", "NOTSET");
  if (mode == "SAME_UPPER" || mode == "SAME_LOWER")
    extent.padToSame(mode == "SAME_LOWER");
  else if (mode == "VALID")
    extent.before = extent.after = 0;
  else if (mode != "NOTSET" && !mode.empty())
    node.fail("unknown auto_pad '" + mode + "'");
}

MovingWindow qnn::readWindow(NodeImporter &node, ArrayRef<int64_t> kernel) {
  ArrayRef<int64_t> sizes = node.shape(0).drop_front(2);
  size_t rank = sizes.size();
  if (kernel.size() != rank)
    node.fail("expected a kernel of " + Twine(rank) + " dimensions, but got " +
              Twine(kernel.size()));
  auto strides = readSizes(node, "strides", rank, 1);
  auto dilations = readSizes(node, "dilations", rank, 1);
  auto pads = readSizes(node, "pads", 2 * rank, 0);
  size_t dims = std::max<size_t>(rank, 2);
  MovingWindow window;
  window.pads.assign(2 * dims, 0);
  window.ceilPads.assign(dims, 0);
  if (rank == 1) {
    window.kernel = window.strides = window.dilations = {1};
  }
  for (size_t d = 0; d < rank; ++d) {
    Extent extent{sizes[d],     kernel[d], strides[d],
                  dilations[d], pads[d],   pads[rank + d]};
    applyAutoPad(node, extent);
    size_t to = d + dims - rank;
    if (node.getInt("ceil_mode", 0))
      window.ceilPads[to] = extent.padToCeil();
    window.kernel.push_back(extent.kernel);
    window.strides.push_back(extent.stride);
    window.dilations.push_back(extent.dilation);
    window.pads[to] = extent.before;
    window.pads[dims + to] = extent.after;
  }
  return window;
}

Value qnn::to2d(NodeImporter &node, Value value) {
  ArrayRef<int64_t> shape = shapeOf(value);
  if (shape.size() != 3)
    return value;
  return node.reshape(value, {shape[0], shape[1], 1, shape[2]});
}

Value qnn::from2d(NodeImporter &node, Value value, int64_t rank) {
  ArrayRef<int64_t> shape = shapeOf(value);
  if (rank != 3)
    return value;
  return node.reshape(value, {shape[0], shape[1], shape[3]});
}
