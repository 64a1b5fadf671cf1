//===- Schedule.cpp - The one loop nest of all packed products --*- C++ -*-===//
//
//   for batch, for output row                       (a matmul has one row)
//     for each run of columns with the same taps inside the image
//       for each tile of M columns
//         for group, for block of 32 output channels
//           M x 32 sums in registers = 0
//           for filter row inside the image         (bounds depend on the row)
//             for taps and units of the filter row  (bounds are constants)
//               inner product of one unit
//           epilogue
//
// Padding with zeros adds nothing, also where the codes have no zero, so taps
// in the padding are not visited: rows by the bounds of their loop, columns by
// cutting a row of the result into runs whose taps are the same. The middle run
// takes all taps and nearly all the time; a run at the border is short. Loops
// carry the result as a tensor, and the sums as vectors of one register each (a
// 2-D vector, or an array of them, would be spilled).
//
//===----------------------------------------------------------------------===//

#include "Schedule.h"
#include "Epilogue.h"
#include "InnerProduct.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace qnn;

namespace {
/// Columns begin .. end - 1 of the result use the taps low .. high - 1.
struct Run {
  int64_t begin, end, low, high;
};

/// Rows low .. high - 1 of the filter lie in the image.
struct FilterRows {
  Value low, high;
};

class Schedule {
public:
  Schedule(ImplicitLocOpBuilder &b, const Contraction &c)
      : b(b), c(c), g(c.g), product(InnerProduct::create(c)) {}
  Value build();

private:
  Value buildRow(Value n, Value oh, Value dest);
  FilterRows clipRows(Value oh);
  SmallVector<Run> cutRow() const;
  Value buildRun(Run run, Value dest);
  Value buildBlocks(Run run, int64_t pixels, Value column, Value dest);
  Value buildTile(Run run, TileShape tile, const TilePlace &place, Value group,
                  Value dest);
  SmallVector<Value> sumFilterRow(Run run, TileShape tile, Value kh,
                                  Value column, Value block, Value group,
                                  ValueRange sums);
  Value lengthOf(Run run);
  void addUnit(TileShape tile, Value kh, Value block, Value firstElement,
               Value firstStep, Value unit, MutableArrayRef<Value> sums);

  ImplicitLocOpBuilder &b;
  const Contraction &c;
  const ContractionGeometry &g;
  std::unique_ptr<InnerProduct> product;

  /// Operands with the dimensions merged that the loops treat as one.
  Value activations, weights;
  /// The place of the loops: batch and row of the result, rows of the filter.
  Value batch, row;
  FilterRows rows;
};
} // namespace

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

/// Merges dimensions `first` and `first + 1`.
static Value merge(ImplicitLocOpBuilder &b, Value tensor, int64_t first) {
  auto type = cast<RankedTensorType>(tensor.getType());
  SmallVector<ReassociationIndices> groups;
  for (int64_t i = 0; i < type.getRank(); ++i) {
    if (i == first + 1)
      groups.back().push_back(i);
    else
      groups.push_back({i});
  }
  return b.createOrFold<tensor::CollapseShapeOp>(tensor, groups);
}

Value Schedule::build() {
  auto op = c.op;
  // Activations: [N, H, W * elements], of a matmul [M * elements].
  activations = merge(b, op.getActivations(), c.isConv ? 2 : 0);
  // Weights: [blocks, KH, KW * steps, T], of a matmul [blocks, steps, T].
  weights = op.getWeightTiles();
  if (c.isConv)
    weights = merge(b, weights, 2);
  Value dest = tensor::EmptyOp::create(b, c.resultType().getShape(),
                                       c.resultType().getElementType());
  Value zero = indexOf(b, 0);
  auto overRows = [&](Value oh, ValueRange dest) {
    return SmallVector<Value>{buildRow(batch, oh, dest[0])};
  };
  auto overBatch = [&](Value n, ValueRange dest) {
    batch = n;
    return buildLoop(b, zero, indexOf(b, g.outHeight), 1, dest, overRows);
  };
  if (c.resultType().getNumElements() == 0)
    return dest;
  return buildLoop(b, zero, indexOf(b, g.batch), 1, dest, overBatch)[0];
}

//===----------------------------------------------------------------------===//
// Rows and columns
//===----------------------------------------------------------------------===//

Value Schedule::buildRow(Value n, Value oh, Value dest) {
  batch = n, row = oh;
  rows = clipRows(oh);
  for (Run run : cutRow())
    dest = buildRun(run, dest);
  return dest;
}

/// The filter rows kh with 0 <= oh * stride - pad + kh * dilation < height.
FilterRows Schedule::clipRows(Value oh) {
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

/// The first tap at or behind column `image` of the image, for column `ow`.
static int64_t firstTap(const ContractionGeometry &g, int64_t ow,
                        int64_t image) {
  int64_t distance = image + g.padLeft - ow * g.strideWidth;
  int64_t tap =
      distance <= 0 ? 0 : (distance + g.dilationWidth - 1) / g.dilationWidth;
  return std::min(tap, g.kernelWidth);
}

SmallVector<Run> Schedule::cutRow() const {
  SmallVector<Run> runs;
  for (int64_t ow = 0; ow < g.outWidth; ++ow) {
    int64_t low = firstTap(g, ow, 0), high = firstTap(g, ow, g.inWidth);
    if (!runs.empty() && runs.back().low == low && runs.back().high == high)
      ++runs.back().end;
    else
      runs.push_back({ow, ow + 1, low, high});
  }
  return runs;
}

/// Tiles of equal width as far as they go, then one for what remains: 26
/// columns and a tile of 14 give two of 13.
Value Schedule::buildRun(Run run, Value dest) {
  int64_t columns = run.end - run.begin;
  int64_t tiles = (columns + c.tilePixels - 1) / c.tilePixels;
  int64_t pixels = (columns + tiles - 1) / tiles;
  int64_t full = run.begin + columns / pixels * pixels;
  auto body = [&](int64_t pixels) {
    return [&, pixels](Value column, ValueRange dest) {
      return SmallVector<Value>{buildBlocks(run, pixels, column, dest[0])};
    };
  };
  dest = buildLoop(b, indexOf(b, run.begin), indexOf(b, full), pixels, dest,
                   body(pixels))[0];
  if (full < run.end)
    dest = body(run.end - full)(indexOf(b, full), dest)[0];
  return dest;
}

//===----------------------------------------------------------------------===//
// Channels
//===----------------------------------------------------------------------===//

/// All output channels of a tile of pixels: in each group the full blocks, then
/// the one that is not full.
Value Schedule::buildBlocks(Run run, int64_t pixels, Value column, Value dest) {
  int64_t fullBlocks = c.channelsOfGroup() / c.tileChannels;
  int64_t rest = c.channelsOfGroup() % c.tileChannels;
  auto overGroups = [&](Value group, ValueRange dest) {
    auto tileOf = [&](Value block, int64_t channels, Value dest) {
      TilePlace place;
      if (c.isConv)
        place.row = {batch, row};
      place.column = column;
      place.channels = channels;
      place.block = b.createOrFold<arith::AddIOp>(
          mulIndex(b, group, c.blocksOfGroup()), block);
      place.firstChannel =
          b.createOrFold<arith::AddIOp>(mulIndex(b, group, c.channelsOfGroup()),
                                        mulIndex(b, block, c.tileChannels));
      TileShape tile{pixels, (channels + c.lanes - 1) / c.lanes};
      return buildTile(run, tile, place, group, dest);
    };
    SmallVector<Value> result(dest);
    if (fullBlocks)
      result = buildLoop(b, indexOf(b, 0), indexOf(b, fullBlocks), 1, result,
                         [&](Value block, ValueRange dest) {
                           return SmallVector<Value>{
                               tileOf(block, c.tileChannels, dest[0])};
                         });
    if (rest)
      result[0] = tileOf(indexOf(b, fullBlocks), rest, result[0]);
    return result;
  };
  return buildLoop(b, indexOf(b, 0), indexOf(b, g.groups), 1, dest,
                   overGroups)[0];
}

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

Value Schedule::buildTile(Run run, TileShape tile, const TilePlace &place,
                          Value group, Value dest) {
  SmallVector<Value> sums;
  for (Type type : product->accumulators(tile))
    sums.push_back(zeroOf(b, type));
  if (run.low < run.high)
    sums = buildLoop(b, rows.low, rows.high, 1, sums,
                     [&](Value kh, ValueRange sums) {
                       return sumFilterRow(run, tile, kh, place.column,
                                           place.block, group, sums);
                     });
  TileSums results = product->finish(b, tile, sums, lengthOf(run));
  return storeTile(b, c, place, results, dest);
}

/// Products in each sum of a run: taps inside the image times channels.
Value Schedule::lengthOf(Run run) {
  int64_t ofRow = (run.high - run.low) * g.channels;
  Value count = b.createOrFold<arith::SubIOp>(rows.high, rows.low);
  if (std::optional<int64_t> known = getConstantIntValue(count))
    return integerOf(b, b.getI32Type(), *known * ofRow);
  return arith::IndexCastOp::create(b, b.getI32Type(),
                                    mulIndex(b, count, ofRow));
}

SmallVector<Value> Schedule::sumFilterRow(Run run, TileShape tile, Value kh,
                                          Value column, Value block,
                                          Value group, ValueRange sums) {
  // The element of the image row under tap 0 for the tile's first pixel; it may
  // lie before the row where the first taps are not visited.
  Value first =
      mulIndex(b, addIndex(b, mulIndex(b, column, g.strideWidth), -g.padLeft),
               c.pixelStride());
  first = b.createOrFold<arith::AddIOp>(
      first, mulIndex(b, group, c.units * c.activationStride));
  auto overUnits = [&](Value low, Value high, Value element, Value step,
                       ValueRange sums) {
    return buildLoop(b, low, high, 1, sums, [&](Value unit, ValueRange sums) {
      SmallVector<Value> next(sums);
      addUnit(tile, kh, block, element, step, unit, next);
      return next;
    });
  };
  Value zero = indexOf(b, 0);
  if (c.tapsAreContiguous())
    return overUnits(indexOf(b, run.low * c.units),
                     indexOf(b, run.high * c.units), first, zero, sums);
  return buildLoop(
      b, indexOf(b, run.low), indexOf(b, run.high), 1, sums,
      [&](Value kw, ValueRange sums) {
        Value element = b.createOrFold<arith::AddIOp>(
            first, mulIndex(b, kw, g.dilationWidth * c.pixelStride()));
        Value step = mulIndex(b, kw, c.units * c.weightStride);
        return overUnits(zero, indexOf(b, c.units), element, step, sums);
      });
}

void Schedule::addUnit(TileShape tile, Value kh, Value block,
                       Value firstElement, Value firstStep, Value unit,
                       MutableArrayRef<Value> sums) {
  SmallVector<Value> imageRow;
  if (c.isConv) {
    Value ih = b.createOrFold<arith::AddIOp>(
        addIndex(b, mulIndex(b, row, g.strideHeight), -g.padTop),
        mulIndex(b, kh, g.dilationHeight));
    imageRow = {batch, ih};
  }
  Value element = b.createOrFold<arith::AddIOp>(
      firstElement, mulIndex(b, unit, c.activationStride));
  Value step = b.createOrFold<arith::AddIOp>(firstStep,
                                             mulIndex(b, unit, c.weightStride));
  auto weightType =
      c.vectorOf(cast<RankedTensorType>(weights.getType()).getElementType());
  auto readActivation = [&](int64_t m, int64_t offset) -> Value {
    SmallVector<Value> indices(imageRow);
    int64_t distance = m * g.strideWidth * c.pixelStride() + offset;
    indices.push_back(addIndex(b, element, distance));
    return tensor::ExtractOp::create(b, activations, indices);
  };
  auto readWeights = [&](int64_t v, int64_t offset) -> Value {
    SmallVector<Value> indices{block};
    if (c.isConv)
      indices.push_back(kh);
    indices.append({addIndex(b, step, offset), indexOf(b, v * c.lanes)});
    return readVector(b, weightType, weights, indices);
  };
  product->addUnit(b, tile, {readActivation, readWeights}, sums);
}

Value qnn::buildSchedule(ImplicitLocOpBuilder &b, const Contraction &c) {
  return Schedule(b, c).build();
}
