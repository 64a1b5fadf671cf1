//===- Schedule.cpp - The one loop nest of all packed products --*- C++ -*-===//
//
//   for range of output channels       (its weights fit half of the cache)
//     for block of the sum             (one, unless the kernel wants more)
//       for batch, for part of the rows           (one for each thread)
//       for output row                            (a matmul has one row)
//         [prepare rows of the image that no row before has read]
//         for tile of M columns
//           [prepare or copy the rows of the tile]  (of a matmul only)
//           for group
//             [terms of the tile's pixels]
//             for block of output channels        (or several at once)
//               M x V sums in registers = 0
//               for pass, for filter row inside the image
//                 for taps and units of the row  (bounds are constants)
//                   inner product of one unit
//               epilogue
//
// Padding with zeros adds nothing, also where the codes have no zero, so taps
// in the padding are not visited: rows by the bounds of their loop, columns
// because a tile at the border has, for each run of taps, only the pixels that
// have it inside the image. Tiles in the middle have all taps for all pixels.
//
// Loops carry the result, the buffers of prepared or copied activations and of
// partial sums as tensors, and the sums as vectors of one register each (a 2-D
// vector, or an array of them, would be spilled). Buffers are made before all
// loops, so that each is one allocation, but for those of prepared activations:
// each tile of a matmul, each part of the rows of an image has its own, and may
// run on a thread.
//
// What depends on the kernel (sizes of units, accumulators, passes, buffers) is
// asked of the InnerProduct.
//
//===----------------------------------------------------------------------===//

#include "Schedule.h"
#include "ScheduleBuilder.h"
#include "qnn/Target/Target.h"
#include "qnn/Transforms/ModelAttributes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace qnn;

void ScheduleBuilder::loop(Value low, Value high, int64_t step,
                           function_ref<void(Value)> body) {
  carryLoop(b, low, high, step, state, body);
}

void ScheduleBuilder::loop(int64_t high, function_ref<void(Value)> body) {
  loop(indexOf(b, 0), indexOf(b, high), 1, body);
}

/// Units of a block of the sum, but for the last.
int64_t ScheduleBuilder::unitsAtOnce() const {
  int64_t ofBlock = product->unitsOfBlock();
  return ofBlock ? std::min(ofBlock, counts.units) : counts.units;
}

int64_t ScheduleBuilder::threads() const {
  int64_t most = threadsOf(c.op->getParentOfType<ModuleOp>());
  int64_t chosen = c.op.getChosenKernel().getThreads();
  return chosen ? std::min(chosen, most) : most;
}

/// As many blocks as have weights for half of the cache, where weights are read
/// more than once. Threads get the same number of ranges each.
int64_t ScheduleBuilder::blocksOfRange() const {
  int64_t full = c.channelsOfGroup() / c.tileChannels;
  bool once = g.batch * g.outHeight == 1 && columns.size() == 1 &&
              columns[0].end - columns[0].begin == columns[0].pixels;
  if (g.groups > 1 || once || full == 0)
    return std::max<int64_t>(full, 1);
  auto type = cast<RankedTensorType>(operands.weights.getType());
  int64_t bytes = type.getNumElements() * type.getElementTypeBitWidth() / 8;
  bytes = bytes * unitsAtOnce() / counts.units;
  int64_t ofBlock = std::max<int64_t>(bytes / type.getDimSize(0), 1);
  int64_t most = std::max<int64_t>(getCacheBytes(c.target) / 2 / ofBlock, 1);
  int64_t ranges = llvm::divideCeil(full, most);
  if (ranges > 1)
    ranges = std::min<int64_t>(llvm::alignTo(ranges, threads()), full);
  return llvm::divideCeil(full, ranges);
}

SmallVector<Value> ScheduleBuilder::build() {
  state = c.makeResults(b);
  numResults = state.size();
  if (c.resultType().getNumElements() == 0)
    return state;
  makeBuffers();
  int64_t full = c.channelsOfGroup() / c.tileChannels;
  int64_t rest = c.channelsOfGroup() % c.tileChannels;
  int64_t step = blocksOfRange(), whole = full / step * step;
  bool isShared = whole / step % threads() == 0;
  if (full > step)
    loop(indexOf(b, 0), indexOf(b, whole), step,
         [&](Value first) { buildRange({first, step, 0, isShared}); });
  else
    whole = 0;
  if (whole < full || rest)
    buildRange({indexOf(b, whole), full - whole, rest, false});
  return SmallVector<Value>(results());
}

unsigned ScheduleBuilder::addBuffer(ArrayRef<int64_t> shape, Type element) {
  state.push_back(tensor::EmptyOp::create(b, shape, element));
  return state.size() - 1;
}

void ScheduleBuilder::makeBuffers() {
  if (unitsAtOnce() == counts.units)
    return;
  bool floats = !c.op.getActivationCode() || !c.op.getWeightCode();
  int64_t blocks = std::min(blocksOfRange(), c.blocksOfGroup()) + 1;
  partialSlot = addBuffer(
      {g.batch * g.outHeight, g.outWidth, g.groups * blocks * c.tileChannels},
      floats ? Type(b.getF32Type()) : b.getI32Type());
}

/// The blocks of the sum but for the last have one size.
void ScheduleBuilder::buildRange(const ChannelRange &range) {
  firstBlock = range.first;
  int64_t size = unitsAtOnce(), units = counts.units;
  if (size == units)
    return buildSumBlock(range, {indexOf(b, 0), units, true});
  int64_t before = (units - 1) / size * size;
  loop(indexOf(b, 0), indexOf(b, before), size,
       [&](Value first) { buildSumBlock(range, {first, size, false}); });
  buildSumBlock(range, {indexOf(b, before), units - before, true});
}

void ScheduleBuilder::buildSumBlock(const ChannelRange &range,
                                    const SumBlock &block) {
  sumBlock = block;
  loop(g.batch, [&](Value n) {
    batch = n;
    int64_t size = rowsOfPart(range), whole = g.outHeight / size * size;
    loop(indexOf(b, 0), indexOf(b, whole), size,
         [&](Value first) { buildPart(range, first, size); });
    if (whole < g.outHeight)
      buildPart(range, indexOf(b, whole), g.outHeight - whole);
  });
}

/// All rows, unless threads want to share those of few images whose rows are
/// prepared one for the next.
int64_t ScheduleBuilder::rowsOfPart(const ChannelRange &range) const {
  int64_t rows = g.outHeight / threads();
  bool isShared = preparesImage() && !range.isShared && g.batch < threads();
  return isShared && rows > 1 ? rows : g.outHeight;
}

void ScheduleBuilder::buildPart(const ChannelRange &range, Value first,
                                int64_t count) {
  size_t carried = state.size();
  firstRow = first;
  if (preparesImage())
    bufferSlot = addBuffer({bufferRows(), g.inWidth * g.groups * unitsAtOnce() *
                                              counts.prepared.stride},
                           counts.prepared.element);
  loop(first, addIndex(b, first, count), 1, [&](Value oh) {
    row = oh;
    buildRow(range);
  });
  state.truncate(carried);
}

/// The filter rows kh with 0 <= oh * stride - pad + kh * dilation < height.
static FilterRows clipRows(ImplicitLocOpBuilder &b,
                           const ContractionGeometry &g, Value oh) {
  Value none = indexOf(b, 0), all = indexOf(b, g.kernelHeight);
  int64_t reach = (g.outHeight - 1) * g.strideHeight - g.padTop +
                  (g.kernelHeight - 1) * g.dilationHeight;
  if (g.padTop == 0 && reach < g.inHeight)
    return {none, all};
  Value start = mulIndex(b, oh, g.strideHeight);
  // ceil(distance / dilation), cut to 0 .. kernelHeight.
  auto firstFrom = [&](int64_t imageRow) -> Value {
    Value distance =
        arith::SubIOp::create(b, indexOf(b, imageRow + g.padTop), start);
    Value kh = arith::MaxSIOp::create(b, distance, none);
    if (g.dilationHeight != 1)
      kh = arith::DivUIOp::create(b, addIndex(b, kh, g.dilationHeight - 1),
                                  indexOf(b, g.dilationHeight));
    return arith::MinSIOp::create(b, kh, all);
  };
  return {firstFrom(0), firstFrom(g.inHeight)};
}

void ScheduleBuilder::buildRow(const ChannelRange &range) {
  rows = clipRows(b, g, row);
  if (preparesImage())
    prepareImageRows();
  for (const ColumnTiles &tiles : columns)
    loop(indexOf(b, tiles.begin), indexOf(b, tiles.end), tiles.pixels,
         [&](Value ow) {
           column = ow;
           buildColumns(range, tiles);
         });
}

void ScheduleBuilder::buildColumns(const ChannelRange &range,
                                   const ColumnTiles &tiles) {
  size_t carried = state.size();
  if (!c.isConv && counts.isPrepared())
    prepareTile(tiles.pixels);
  else if (copiesRows())
    copyTile(tiles.pixels);
  loop(g.groups, [&](Value ofGroup) {
    group = ofGroup;
    buildGroup(range, tiles);
  });
  state.truncate(carried);
}

/// Blocks of output channels: several at once, one at a time, the part of one.
void ScheduleBuilder::buildGroup(const ChannelRange &range,
                                 const ColumnTiles &tiles) {
  sumPixelTerms(tiles);
  int64_t done = 0;
  while (done < range.count)
    buildBlocks(range, tiles,
                product->blocksAtOnce(tiles.pixels, range.count - done), done);
  int64_t vectors = (range.rest + c.lanes - 1) / c.lanes;
  if (range.rest)
    buildTile(tiles, TileShape(tiles.pixels, vectors),
              addIndex(b, range.first, range.count), range.rest);
}

/// The full blocks from `done` on, as far as `atOnce` divides them.
void ScheduleBuilder::buildBlocks(const ChannelRange &range,
                                  const ColumnTiles &tiles, int64_t atOnce,
                                  int64_t &done) {
  int64_t end = done + (range.count - done) / atOnce * atOnce;
  TileShape tile(tiles.pixels, atOnce * c.tileChannels / c.lanes);
  loop(addIndex(b, range.first, done), addIndex(b, range.first, end), atOnce,
       [&](Value block) {
         buildTile(tiles, tile, block, atOnce * c.tileChannels);
       });
  done = end;
}

SmallVector<Value> qnn::buildSchedule(ImplicitLocOpBuilder &b,
                                      const Contraction &c) {
  return ScheduleBuilder(b, c).build();
}
