//===- TableLoops.cpp - Ceilings of tables in memory ------------*- C++ -*-===//
//
// Words name rows of the tables of 32 channels, in the tiles that the kernel
// has: a field of each word is an index, and the row's registers are added.
// Several words at once, where a row has few registers, hide the latency of an
// addition, as the kernel's output channels do.
//
//===----------------------------------------------------------------------===//

#include "CeilingLoops.h"

#include "qnn/Arith/Packing.h"
#include "qnn/Target/CostModel.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace qnn;
using llvm::formatv;
using llvm::StringRef;

namespace {
/// Writes the loop of tables of one form.
class TableWriter {
public:
  TableWriter(StringRef element, SumTables form, TargetAttr target)
      : element(element), form(form), isFloat(element == "f32"),
        lanes(target.getVectorBits() / 32),
        vectors(form.pixels / (isFloat ? lanes : 2 * lanes)),
        words(std::max<int64_t>(1, 8 / vectors)), row(vectors * lanes),
        entries(int64_t(1) << form.indexBits),
        tables(wordBits / form.indexBits) {}
  CeilingLoop write();

private:
  std::string list(StringRef text) const;
  void addConstants();
  void addWord(int64_t m);
  void addTable(int64_t m, int64_t t);
  void addResults();
  std::string vector() const {
    return formatv("vector<{0}x{1}>", isFloat ? lanes : 2 * lanes, element);
  }
  /// What lies in memory.
  std::string stored() const { return isFloat ? "f32" : "i32"; }
  std::string storedVector() const {
    return formatv("vector<{0}x{1}>", lanes, stored());
  }
  std::string tableType() const {
    return formatv("tensor<{0}x{1}>", tables * entries * row, stored());
  }
  std::string wordType() const {
    return formatv("tensor<{0}xi32>", (steps + 1) * words);
  }
  std::string resultType() const {
    return formatv("tensor<{0}x{1}x{2}>", words * vectors, lanes, stored());
  }

  static constexpr int64_t steps = 32, repetitions = 50;

  StringRef element;
  SumTables form;
  bool isFloat;
  /// Of a register of 32 bits; registers of a row; words at once; elements of a
  /// row as stored; rows of a table; tables of a word.
  int64_t lanes, vectors, words, row, entries, tables;
  std::string out;
};
} // namespace

/// `text` for each accumulator, `@` its number, joined by commas.
std::string TableWriter::list(StringRef text) const {
  std::vector<std::string> all;
  for (int64_t i = 0; i < words * vectors; ++i)
    all.push_back(llvm::join(llvm::split(text, '@'), std::to_string(i)));
  return llvm::join(all, ", ");
}

void TableWriter::addConstants() {
  out += formatv("%zero = arith.constant dense<{0}> : {1}\n"
                 "%pad = arith.constant {0} : {2}\n"
                 "%mask = arith.constant {3} : i32\n"
                 "%c0 = arith.constant 0 : index\n"
                 "%c1 = arith.constant 1 : index\n"
                 "%row = arith.constant {4} : index\n"
                 "%words = arith.constant {5} : index\n"
                 "%steps = arith.constant {6} : index\n"
                 "%reps = arith.constant {7} : index\n"
                 "%empty = tensor.empty() : {8}\n",
                 isFloat ? "0.0" : "0", vector(), stored(), entries - 1, row,
                 words, steps, repetitions, resultType());
}

/// Table `t` of word `m`: accumulators %km_t_v become those of t + 1.
void TableWriter::addTable(int64_t m, int64_t t) {
  std::string name = formatv("{0}_{1}", m, t);
  out += formatv("%s{0} = arith.constant {1} : i32\n"
                 "%f{0} = arith.shrui %w{2}, %s{0} : i32\n"
                 "%g{0} = arith.andi %f{0}, %mask : i32\n"
                 "%e{0} = arith.index_castui %g{0} : i32 to index\n"
                 "%p{0} = arith.muli %e{0}, %row : index\n",
                 name, t * form.indexBits, m);
  for (int64_t v = 0; v < vectors; ++v) {
    std::string lane = formatv("{0}_{1}", name, v);
    out += formatv("%o{0} = arith.constant {1} : index\n"
                   "%q{0} = arith.addi %p{2}, %o{0} : index\n"
                   "%l{0} = vector.transfer_read %t[%q{0}], %pad {{in_bounds = "
                   "[true]} : {3}, {4}\n",
                   lane, t * entries * row + v * lanes, name, tableType(),
                   storedVector());
    std::string loaded = "%l" + lane;
    if (!isFloat) {
      out += formatv("%v{0} = vector.bitcast %l{0} : {1} to {2}\n", lane,
                     storedVector(), vector());
      loaded = "%v" + lane;
    }
    std::string before = t ? formatv("%k{0}_{1}_{2}", m, t, v).str()
                           : formatv("%i{0}", m * vectors + v).str();
    out += formatv("%k{0}_{1}_{2} = arith.{3} {4}, {5} : {6}\n", m, t + 1, v,
                   isFloat ? "addf" : "addi", before, loaded, vector());
  }
}

void TableWriter::addWord(int64_t m) {
  out += formatv("%o{0} = arith.constant {0} : index\n"
                 "%a{0} = arith.addi %first, %o{0} : index\n"
                 "%w{0} = tensor.extract %w[%a{0}] : {1}\n",
                 m, wordType());
  for (int64_t t = 0; t < tables; ++t)
    addTable(m, t);
}

/// The accumulators as a tensor, so that nothing is dead code.
void TableWriter::addResults() {
  std::string tensor = "%empty";
  for (int64_t i = 0; i < words * vectors; ++i) {
    std::string sum = formatv("%z#{0}", i);
    if (!isFloat) {
      out += formatv("%b{0} = vector.bitcast {1} : {2} to {3}\n", i, sum,
                     vector(), storedVector());
      sum = formatv("%b{0}", i);
    }
    out += formatv("%n{0} = arith.constant {0} : index\n"
                   "%out{0} = vector.transfer_write {1}, {2}[%n{0}, %c0] "
                   "{{in_bounds = [true]} : {3}, {4}\n",
                   i, sum, tensor, storedVector(), resultType());
    tensor = formatv("%out{0}", i);
  }
  out += formatv("return {0} : {1}\n}\n", tensor, resultType());
}

CeilingLoop TableWriter::write() {
  out = formatv("func.func @ceiling(%w: {0}, %t: {1}) -> {2} {{\n", wordType(),
                tableType(), resultType());
  addConstants();
  std::string types = list(vector());
  int64_t count = words * vectors;
  // Every other time from one step further, so that no repetition is like the
  // one before.
  out += formatv("%z:{0} = scf.for %rep = %c0 to %reps step %c1 iter_args({1}) "
                 "-> ({2}) {{\n%odd = arith.andi %rep, %c1 : index\n"
                 "%x:{0} = scf.for %k = %c0 to %steps step %c1 iter_args({3}) "
                 "-> ({2}) {{\n%step = arith.addi %k, %odd : index\n"
                 "%first = arith.muli %step, %words : index\n",
                 count, list("%r@ = %zero"), types, list("%i@ = %r@"));
  for (int64_t m = 0; m < words; ++m)
    addWord(m);
  std::vector<std::string> last;
  for (int64_t i = 0; i < count; ++i)
    last.push_back(formatv("%k{0}_{1}_{2}", i / vectors, tables, i % vectors));
  out += formatv("scf.yield {0} : {1}\n}\nscf.yield {2} : {1}\n}\n",
                 llvm::join(last, ", "), types, list("%x#@"));
  addResults();
  return {out, double(steps * repetitions * words) * wordBits * form.pixels};
}

std::vector<CeilingLoop> qnn::tableLoops(bool ofFloats, TargetAttr target) {
  std::vector<CeilingLoop> loops;
  llvm::ArrayRef<SumTables> forms = llvm::ArrayRef(kCodeTables);
  if (ofFloats)
    forms = llvm::ArrayRef(kFloatTables);
  int64_t lanes = target.getVectorBits() / (ofFloats ? 32 : 16);
  for (SumTables form : forms)
    if (form.pixels % lanes == 0)
      loops.push_back(
          TableWriter(ofFloats ? "f32" : "i16", form, target).write());
  return loops;
}
