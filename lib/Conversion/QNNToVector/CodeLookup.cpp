//===- CodeLookup.cpp - Products of codes by tables of sums -----*- C++ -*-===//

#include "CodeLookup.h"
#include "qnn/Target/Target.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace qnn;

CodeLookup::CodeLookup(const Contraction &c, StringRef permute)
    : InnerProduct(c), a(c.op.getActivationCode()), w(c.op.getWeightCode()),
      layout(lookupLayoutOf(c.op)), lanes(c, layout, permute) {}

void CodeLookup::setPasses() {
  for (unsigned plane = 0; plane < layout.planes; ++plane)
    for (unsigned part = 0; part < parts(); ++part) {
      int32_t factor = factorOf(plane);
      allPasses.push_back({plane, part,
                           llvm::Log2_32(std::abs(factor)) + shiftOf(part),
                           factor < 0});
    }
  llvm::sort(allPasses, [](const Pass &x, const Pass &y) {
    return std::tuple(y.power, x.plane) < std::tuple(x.power, y.plane);
  });
}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

UnitLayout CodeLookup::unit() const {
  int64_t channels = channelsOfUnit();
  return {channels, activationStride(), layout.steps(channels),
          /*padded=*/false};
}

PreparedLayout CodeLookup::prepared() const {
  Type element = IntegerType::get(c.target.getContext(), layout.laneBits);
  return {element, placeOf(parts(), 0) + lanesBehindTables(), /*parts=*/true};
}

/// The tile's pixels by two registers of output channels; fewer pixels leave
/// room for more.
int64_t CodeLookup::blocksAtOnce(int64_t pixels, int64_t left) const {
  int64_t registers = std::clamp<int64_t>(2 * c.tilePixels / pixels, 2, 4);
  int64_t blocks =
      std::max<int64_t>(registers * lanes.count() / c.tileChannels, 1);
  while (blocks > left)
    blocks /= 2;
  return blocks;
}

/// The tables of the pixels of a tile fill two thirds of a first-level cache of
/// 32 KB. Taps share the tables of a convolution, and its sums stay in
/// registers over all taps. Registers of 512 bits add tables of several pixels
/// from half of the second-level cache in less time than partial sums of all
/// pixels take to be stored and read.
int64_t CodeLookup::unitsOfBlock() const {
  if (c.isConv)
    return 0;
  int64_t pixels = std::min(c.tilePixels, c.g.outWidth);
  int64_t ofUnit = pixels * prepared().stride *
                   prepared().element.getIntOrFloatBitWidth() / 8;
  bool isFar = c.lanes == 16 && pixels > 1;
  int64_t bytes = isFar ? getCacheBytes(c.target) / 2 : 20 << 10;
  return std::max<int64_t>(1, bytes / ofUnit);
}

//===----------------------------------------------------------------------===//
// Accumulators
//===----------------------------------------------------------------------===//

/// Whether lanes twice as wide hold `factor` times the whole sum of a pass.
/// Then it is kept as two registers: what the lanes add up to in pairs, as
/// numbers of that width, and the odd ones.
bool CodeLookup::fitsHalves(int64_t factor) const {
  int64_t tables = c.g.kernelHeight * c.g.kernelWidth * tablesOf(c.g.channels);
  return greatestEntry() * tables <
         (int64_t(1) << (2 * layout.laneBits)) / factor;
}

/// The sum of the factors of all passes, the last one's being 1; with negative
/// ones among them a sum may have a sign, which only words can.
int64_t CodeLookup::factorOfPasses() const {
  int64_t sum = 0;
  for (const Pass &pass : allPasses) {
    if (pass.isNegative && allPasses.size() > 1)
      return int64_t(1) << 32;
    sum += int64_t(1) << (pass.power - allPasses.back().power);
  }
  return sum;
}

int64_t CodeLookup::valuesOfRegister() const {
  return 2 * inHalves() + lanes.words() * inWords();
}

SmallVector<Type> CodeLookup::accumulators(TileShape tile) const {
  SmallVector<Type> ofRegister;
  if (inHalves())
    ofRegister.append(2, lanes.typeOf(2 * layout.laneBits));
  if (inWords())
    ofRegister.append(lanes.words(), lanes.typeOf(32));
  SmallVector<Type> types;
  for (int64_t i = 0; i < tile.pixels * lanes.registers(tile); ++i)
    types.append(ofRegister);
  return types;
}

/// Tables whose entries a lane can add.
static int64_t tablesOfLane(int64_t greatest, int64_t laneBits) {
  return ((int64_t(1) << laneBits) - 1) / greatest;
}

NarrowLayout CodeLookup::narrow(TileShape tile) const {
  int64_t channels = std::min(channelsOfUnit(), c.g.channels);
  int64_t units =
      tablesOfLane(greatestEntry(), layout.laneBits) / tablesOf(channels);
  if (units <= 1)
    return {};
  return {SmallVector<Type>(tile.pixels * lanes.registers(tile),
                            lanes.typeOf(layout.laneBits)),
          units};
}

void CodeLookup::addHalves(ImplicitLocOpBuilder &b, const Pass &pass,
                           MutableArrayRef<Value> sums) const {
  VectorType type = lanes.typeOf(2 * layout.laneBits);
  Value even = arith::SubIOp::create(
      b, sums[0],
      arith::ShLIOp::create(b, sums[1], integerOf(b, type, layout.laneBits)));
  for (auto [word, number] : llvm::enumerate(lanes.toWords(b, even, sums[1]))) {
    Value &sum = sums[2 + word];
    sum = pass.isNegative ? Value(arith::SubIOp::create(b, sum, number))
                          : Value(arith::AddIOp::create(b, sum, number));
  }
}

void CodeLookup::widenRegister(ImplicitLocOpBuilder &b, const Pass &pass,
                               Value narrow,
                               MutableArrayRef<Value> sums) const {
  if (inHalves()) {
    VectorType type = lanes.typeOf(2 * layout.laneBits);
    Value pairs = vector::BitCastOp::create(b, type, narrow);
    Value odd =
        arith::ShRUIOp::create(b, pairs, integerOf(b, type, layout.laneBits));
    sums[0] = arith::AddIOp::create(b, sums[0], pairs);
    sums[1] = arith::AddIOp::create(b, sums[1], odd);
    return;
  }
  for (auto [sum, number] : llvm::zip(sums, lanes.toWords(b, narrow)))
    sum = pass.isNegative ? Value(arith::SubIOp::create(b, sum, number))
                          : Value(arith::AddIOp::create(b, sum, number));
}

void CodeLookup::widen(ImplicitLocOpBuilder &b, TileShape tile, int64_t pass,
                       ArrayRef<Value> narrow,
                       MutableArrayRef<Value> sums) const {
  int64_t registers = lanes.registers(tile), values = valuesOfRegister();
  for (int64_t i = tile.first * registers; i < tile.last * registers; ++i)
    widenRegister(b, allPasses[pass], narrow[i],
                  sums.slice(i * values, values));
}

/// The sums so far are multiplied by the quotient of factors, in words unless
/// halves hold all passes.
void CodeLookup::beginPass(ImplicitLocOpBuilder &b, TileShape tile,
                           int64_t pass, MutableArrayRef<Value> sums) const {
  const Pass &last = allPasses[pass - 1];
  int64_t values = valuesOfRegister();
  for (size_t i = 0; i < sums.size(); i += values) {
    MutableArrayRef<Value> ofRegister = sums.slice(i, values);
    if (inHalves() && inWords()) {
      addHalves(b, last, ofRegister);
      ofRegister[0] = ofRegister[1] = zeroOf(b, ofRegister[0].getType());
      ofRegister = ofRegister.drop_front(2);
    }
    for (Value &sum : ofRegister)
      sum = arith::ShLIOp::create(
          b, sum,
          integerOf(b, sum.getType(), last.power - allPasses[pass].power));
  }
}

//===----------------------------------------------------------------------===//
// One unit
//===----------------------------------------------------------------------===//

/// Adds the tables first .. last - 1 of a unit to narrow sums; null ones start
/// with the first.
void CodeLookup::lookUp(ImplicitLocOpBuilder &b, TileShape tile,
                        const UnitReader &reader, int64_t first, int64_t last,
                        MutableArrayRef<Value> sums) const {
  int64_t registers = lanes.registers(tile), ofGroup = layout.indicesOfGroup();
  auto type = VectorType::get({tableLanes()}, prepared().element);
  const Pass &pass = allPasses[reader.pass];
  SmallVector<LookupLanes::Group> groups;
  for (int64_t t = first; t < last; ++t) {
    SmallVector<Value> indices;
    int64_t step =
        (t / ofGroup * layout.planes + pass.plane) * layout.lanesOfGroup();
    if (t == first || t % ofGroup == 0) {
      groups.clear();
      for (int64_t v = 0; v < registers; ++v)
        groups.push_back({tile, reader, v, step});
    }
    for (LookupLanes::Group &group : groups)
      indices.push_back(lanes.indexOf(b, group, t % ofGroup));
    for (int64_t m = tile.first; m < tile.last; ++m) {
      Value table =
          lanes.everywhere(b, reader.prepared(m, placeOf(pass.part, t), type));
      for (int64_t v = 0; v < registers; ++v) {
        Value &sum = sums[m * registers + v];
        Value entries = lanes.lookUp(b, table, indices[v]);
        sum = sum ? arith::AddIOp::create(b, sum, entries) : entries;
      }
    }
  }
}

/// As many tables as lanes can add, of equal numbers.
int64_t CodeLookup::tablesAtOnce(int64_t count) const {
  int64_t most = tablesOfLane(greatestEntry(), layout.laneBits);
  return llvm::divideCeil(count, llvm::divideCeil(count, most));
}

/// Lanes that cannot hold the sums of two units are widened within one.
void CodeLookup::addUnit(ImplicitLocOpBuilder &b, TileShape tile,
                         const UnitReader &reader,
                         MutableArrayRef<Value> sums) const {
  int64_t count = tablesOf(reader.channels);
  if (narrow(tile).units)
    return lookUp(b, tile, reader, 0, count, sums);
  int64_t step = tablesAtOnce(count);
  for (int64_t first = 0; first < count; first += step) {
    SmallVector<Value> counted(tile.pixels * lanes.registers(tile));
    lookUp(b, tile, reader, first, std::min(first + step, count), counted);
    widen(b, tile, reader.pass, counted, sums);
  }
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

int64_t CodeLookup::biasOfTerms() const {
  int64_t biases = 0;
  for (unsigned plane = 0; plane < layout.planes; ++plane)
    for (unsigned part = 0; part < parts(); ++part)
      biases += factorOf(plane) * (bias(part) << shiftOf(part));
  return biases;
}

SmallVector<Type> CodeLookup::pixelTerms(TileShape tile) const {
  if (activationFactor() == 0 && biasOfTerms() == 0)
    return {};
  return SmallVector<Type>(tile.pixels,
                           IntegerType::get(c.target.getContext(), 32));
}

void CodeLookup::addPixelTerms(ImplicitLocOpBuilder &b, TileShape tile,
                               const UnitReader &reader,
                               MutableArrayRef<Value> terms) const {
  int64_t constant = biasOfTerms() * tablesOf(reader.channels);
  for (int64_t m = tile.first; m < tile.last; ++m) {
    Value &term = terms[m];
    if (int32_t factor = activationFactor()) {
      Value sum = arith::MulIOp::create(b, sumOf(b, reader, m),
                                        integerOf(b, term.getType(), factor));
      term = arith::AddIOp::create(b, term, sum);
    }
    if (constant)
      term = arith::AddIOp::create(b, term,
                                   integerOf(b, term.getType(), constant));
  }
}

TileSums CodeLookup::finish(ImplicitLocOpBuilder &b, TileShape tile,
                            ArrayRef<Value> sums,
                            const PixelFacts &facts) const {
  int64_t registers = lanes.registers(tile), values = valuesOfRegister();
  const Pass &last = allPasses.back();
  VectorType type = lanes.typeOf(32);
  TileSums rows;
  for (int64_t m = 0; m < tile.pixels; ++m) {
    SmallVector<SmallVector<Value>> words;
    for (int64_t v = 0; v < registers; ++v) {
      SmallVector<Value> ofRegister(
          sums.slice((m * registers + v) * values, values));
      if (inHalves()) {
        ofRegister.resize(2 + lanes.words(), zeroOf(b, type));
        addHalves(b, last, ofRegister);
        ofRegister.erase(ofRegister.begin(), ofRegister.begin() + 2);
      }
      words.push_back(ofRegister);
    }
    Value base;
    if (bothBipolar())
      base = broadcast(b, type, facts.lengths[m]);
    else if (!facts.terms.empty())
      base = broadcast(
          b, type,
          arith::SubIOp::create(b, zeroOf(b, b.getI32Type()), facts.terms[m]));
    SmallVector<Value> row = lanes.inOrder(b, tile, words);
    for (Value &sum : row) {
      if (last.power)
        sum = arith::ShLIOp::create(b, sum, integerOf(b, type, last.power));
      if (base)
        sum = arith::AddIOp::create(b, base, sum);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}
