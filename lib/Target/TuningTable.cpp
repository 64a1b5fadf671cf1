//===- TuningTable.cpp - Kernels that were measured -------------*- C++ -*-===//

#include "qnn/Target/TuningTable.h"
#include "qnn/Arith/Packing.h"
#include "qnn/Support/Files.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace qnn;
namespace json = llvm::json;

TuningTable::Key TuningTable::keyOf(const ProductFacts &product) {
  return {product.opName(), ProductFacts::typeName(product.weights),
          ProductFacts::typeName(product.activations), product.shape()};
}

const TunedKernel *TuningTable::find(const ProductFacts &product) const {
  auto it = products.find(keyOf(product));
  return it == products.end() ? nullptr : &it->second;
}

void TuningTable::set(const ProductFacts &product, const TunedKernel &kernel) {
  products.insert_or_assign(keyOf(product), kernel);
}

llvm::Error TuningTable::checkTarget(TargetAttr target, StringRef path) const {
  if (triple != target.getTriple() || cpu != target.getCpu())
    return fileError(path, "measured on " + triple + "," + cpu +
                               ", but the target is " + target.getTriple() +
                               "," + target.getCpu());
  if (features != target.getFeatures())
    return fileError(path, "measured on a " + cpu +
                               " with other features than the target's");
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

/// No tile has more pixels.
static constexpr int64_t mostPixels = 128;

/// A tile, which only a lookup's has an index in.
static bool parseTile(const json::Value &value, TunedKernel &tuned,
                      json::Path path) {
  std::vector<int64_t> tile;
  if (!json::fromJSON(value, tile, path))
    return false;
  tuned.tile.assign(tile.begin(), tile.end());
  bool hasIndex = tile.size() == 3 && tuned.kernel == KernelKind::Lookup &&
                  (tile[2] == 4 || tile[2] == 8);
  if ((tile.size() == 2 || hasIndex) && tile[0] >= 1 && tile[0] <= mostPixels &&
      tile[1] == wordBits)
    return true;
  path.report("expected a tile [M, 32] with M from 1 to 128, or of a lookup "
              "[M, 32, 4] or [M, 32, 8]");
  return false;
}

bool TuningTable::parseProduct(const json::Value &value, json::Path path) {
  json::ObjectMapper mapper(value, path);
  Key key;
  std::string kernel;
  TunedKernel tuned{};
  if (!mapper || !mapper.map("op", key.op) ||
      !mapper.map("weights", key.weights) ||
      !mapper.map("activations", key.activations) ||
      !mapper.map("shape", key.shape) || !mapper.map("kernel", kernel) ||
      !mapper.mapOptional("us", tuned.microseconds))
    return false;
  std::optional<KernelKind> kind = symbolizeKernelKind(kernel);
  if (!kind) {
    path.field("kernel").report("unknown kernel");
    return false;
  }
  tuned.kernel = *kind;
  const json::Value *tile = value.getAsObject()->get("tile");
  if (!tile) {
    path.field("tile").report("missing value");
    return false;
  }
  if (!parseTile(*tile, tuned, path.field("tile")))
    return false;
  products.insert_or_assign(key, tuned);
  return true;
}

bool TuningTable::parse(const json::Value &value, json::Path path) {
  const json::Object *table = value.getAsObject();
  const json::Value *target = table ? table->get("target") : nullptr;
  const json::Value *list = table ? table->get("products") : nullptr;
  if (!target || !list || !list->getAsArray()) {
    path.report("expected an object with target and products");
    return false;
  }
  json::ObjectMapper mapper(*target, path.field("target"));
  if (!mapper || !mapper.map("triple", triple) || !mapper.map("cpu", cpu) ||
      !mapper.map("features", features))
    return false;
  for (const auto &[i, product] : llvm::enumerate(*list->getAsArray()))
    if (!parseProduct(product, path.field("products").index(i)))
      return false;
  return true;
}

llvm::Expected<TuningTable> TuningTable::read(StringRef path) {
  llvm::Expected<std::string> text = readFile(path);
  if (!text)
    return text.takeError();
  llvm::Expected<json::Value> value = json::parse(*text);
  if (!value)
    return fileError(path, "no JSON: " + llvm::toString(value.takeError()));
  TuningTable table;
  json::Path::Root root("the tuning table");
  if (!table.parse(*value, root))
    return fileError(path, llvm::toString(root.getError()));
  return table;
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

std::string TuningTable::toJSON() const {
  json::Array list;
  for (const auto &[key, tuned] : products)
    list.push_back(json::Object{{"op", key.op},
                                {"weights", key.weights},
                                {"activations", key.activations},
                                {"shape", key.shape},
                                {"kernel", stringifyKernelKind(tuned.kernel)},
                                {"tile", json::Array(tuned.tile)},
                                {"us", tuned.microseconds}});
  json::Value table = json::Object{
      {"target",
       json::Object{{"triple", triple}, {"cpu", cpu}, {"features", features}}},
      {"products", std::move(list)}};
  return llvm::formatv("{0:2}\n", table).str();
}
