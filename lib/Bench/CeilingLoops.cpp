//===- CeilingLoops.cpp - Loops that do nothing but one thing ---*- C++ -*-===//
//
// All have one shape: M values are broadcast, V vectors are loaded, and each
// pair goes into an accumulator of its own; a form says how. Like a kernel, but
// for borders, epilogues and everything beyond the first-level cache.
//
//===----------------------------------------------------------------------===//

#include "CeilingLoops.h"

#include "qnn/Target/Target.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include <map>

using namespace qnn;
using llvm::formatv;
using llvm::StringRef;

//===----------------------------------------------------------------------===//
// Forms
//===----------------------------------------------------------------------===//

namespace {
/// How a value, a vector and an accumulator become the next accumulator. In
/// `step`, $a is the value in all lanes (or a table), $w the vector, $c the
/// accumulator, $r its next value, $f and $g are the instructions, $A, $W and
/// $S the types of $a, $w and of accumulators, $1, $2, ... names of its own.
struct Form {
  CeilingKind kind;
  std::vector<Instruction> needs;
  StringRef value, vector, sum; ///< elements of $A, $W and $S
  StringRef step;
  int steps = 31; ///< of the inner loop; afterwards, where sums are narrow,
  StringRef widen = ""; ///< what empties one, $x, onto $c, into $q
  bool isTable = false; ///< $a is a vector of its own, indexed by $w
};
} // namespace

/// What a table has at the index.
static constexpr llvm::StringLiteral addLooked =
    "$1 = llvm.call_intrinsic \"$f\"($a, $w) : ($A, $W) -> $S\n"
    "$r = arith.addi $c, $1 : $S\n";

/// Two halves of 16 bits, sign-extended and added.
static constexpr llvm::StringLiteral widenBytes =
    "$1 = vector.bitcast $x : $S to $H\n"
    "$2 = arith.constant dense<8> : $H\n"
    "$3 = arith.shli $1, $2 : $H\n"
    "$4 = arith.shrsi $3, $2 : $H\n"
    "$5 = arith.shrsi $1, $2 : $H\n"
    "$6 = vector.bitcast $c : $S to $H\n"
    "$7 = arith.addi $6, $4 : $H\n"
    "$8 = arith.xori $7, $5 : $H\n"
    "$q = vector.bitcast $8 : $H to $S\n";

static const Form forms[] = {
    // 32 products in each i32, whatever the lanes that count.
    {CeilingKind::Popcount,
     {},
     "i32",
     "i32",
     "i32",
     "$1 = arith.xori $a, $w : $W\n"
     "$2 = math.ctpop $1 : $W\n"
     "$r = arith.addi $c, $2 : $S\n"},
    {CeilingKind::Popcount,
     {},
     "i64",
     "i64",
     "i64",
     "$1 = arith.xori $a, $w : $W\n"
     "$2 = math.ctpop $1 : $W\n"
     "$r = arith.addi $c, $2 : $S\n"},
    // Bytes last for 31 steps; then as much work as widening pairs to i16.
    {CeilingKind::Popcount,
     {},
     "i8",
     "i8",
     "i8",
     "$1 = arith.xori $a, $w : $W\n"
     "$2 = math.ctpop $1 : $W\n"
     "$r = arith.addi $c, $2 : $S\n",
     31,
     "$1 = arith.constant dense<85> : $S\n"
     "$2 = arith.constant dense<51> : $S\n"
     "$3 = arith.andi $x, $1 : $S\n"
     "$4 = arith.ori $x, $2 : $S\n"
     "$5 = arith.addi $3, $4 : $S\n"
     "$q = arith.addi $5, $c : $S\n"},
    {CeilingKind::Int8Dot,
     {Instruction::DotBytes},
     "i8",
     "i8",
     "i32",
     "$r = llvm.call_intrinsic \"$f\"($c, $a, $w) : ($S, $A, $W) -> $S\n"},
    {CeilingKind::Int8Dot,
     {Instruction::DotSignedBytes},
     "i8",
     "i8",
     "i32",
     "$r = llvm.call_intrinsic \"$f\"($c, $a, $w) : ($S, $A, $W) -> $S\n"},
    {CeilingKind::Int8Dot,
     {Instruction::MultiplyAddShorts},
     "i16",
     "i16",
     "i32",
     "$1 = llvm.call_intrinsic \"$f\"($a, $w) : ($A, $W) -> $S\n"
     "$r = arith.addi $c, $1 : $S\n"},
    // Without any of those: products in i16, halves of each i32 added.
    {CeilingKind::Int8Dot,
     {},
     "i16",
     "i16",
     "i32",
     "$1 = arith.muli $a, $w : $W\n"
     "$2 = vector.bitcast $1 : $W to $S\n"
     "$r = arith.addi $c, $2 : $S\n"},
    // Pairs of products in i16: exact while weights have at most 7 bits.
    {CeilingKind::Int8Narrow,
     {Instruction::MultiplyAddBytes, Instruction::MultiplyAddShorts},
     "i8",
     "i8",
     "i32",
     "$1 = llvm.call_intrinsic \"$f\"($a, $w) : ($A, $W) -> $H\n"
     "$2 = arith.constant dense<1> : $H\n"
     "$3 = llvm.call_intrinsic \"$g\"($1, $2) : ($H, $H) -> $S\n"
     "$r = arith.addi $c, $3 : $S\n"},
    {CeilingKind::Int8Pairs,
     {Instruction::MultiplyAddBytes},
     "i8",
     "i8",
     "i16",
     "$1 = llvm.call_intrinsic \"$f\"($a, $w) : ($A, $W) -> $S\n"
     "$r = arith.addi $c, $1 : $S\n"},
    // The intrinsic, for vector.fma and math.fma become two operations.
    {CeilingKind::F32Fma,
     {},
     "f32",
     "f32",
     "f32",
     "$r = llvm.intr.fma($a, $w, $c) : ($A, $W, $S) -> $S\n"},
    {CeilingKind::LookupFloats,
     {Instruction::PermuteFloats},
     "f32",
     "i32",
     "f32",
     "$1 = llvm.call_intrinsic \"$f\"($a, $w) : ($A, $W) -> $S\n"
     "$r = arith.addf $c, $1 : $S\n",
     31,
     "",
     true},
    {CeilingKind::LookupShorts,
     {Instruction::PermuteShorts},
     "i16",
     "i16",
     "i16",
     addLooked,
     31,
     "",
     true},
    // Six numbers of two bits, or four, fit a byte ten times; then two halves
    // are sign-extended and added.
    {CeilingKind::LookupBytes,
     {Instruction::PermuteBytes},
     "i8",
     "i8",
     "i8",
     addLooked,
     10,
     widenBytes,
     true},
    {CeilingKind::LookupBytes,
     {Instruction::ShuffleBytes},
     "i8",
     "i8",
     "i8",
     addLooked,
     10,
     widenBytes,
     true},
};

//===----------------------------------------------------------------------===//
// Work
//===----------------------------------------------------------------------===//

static unsigned bitsOf(StringRef element) {
  unsigned bits = 0;
  element.drop_front().getAsInteger(10, bits);
  return bits;
}

/// Multiply-adds of one step of one accumulator.
static double workOf(const Form &form, unsigned bits) {
  unsigned lanes = bits / bitsOf(form.vector);
  switch (form.kind) {
  case CeilingKind::Popcount:
    return bits;
  case CeilingKind::LookupFloats:
  case CeilingKind::LookupShorts:
    // A table of n entries holds the signed sums of log2(n) numbers.
    return lanes * llvm::Log2_32(lanes);
  case CeilingKind::LookupBytes:
    return lanes * (form.needs[0] == Instruction::PermuteBytes ? 6 : 4);
  default:
    return lanes;
  }
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

/// Steps of a call: some 0.1 ms.
static constexpr int totalSteps = 6200;

static std::string vectorType(unsigned bits, StringRef element) {
  return formatv("vector<{0}x{1}>", bits / bitsOf(element), element);
}

/// What lies in memory: floats are floats, for denormal ones are slow.
static std::string storedElement(StringRef element) {
  return element == "f32" ? "f32" : "i32";
}

using Names = std::map<std::string, std::string>;

/// `text` with each `$name` and `$(name)` replaced.
static std::string substitute(StringRef text, const Names &names) {
  std::string result;
  while (!text.empty()) {
    auto [before, rest] = text.split('$');
    result += before;
    bool inBrackets = rest.consume_front("(");
    StringRef name = rest.take_while(llvm::isAlnum);
    if (!name.empty())
      result += names.at(name.str());
    text = rest.drop_front(name.size() + inBrackets);
  }
  return result;
}

namespace {
/// Writes the loop of one form, M values by V vectors.
class LoopWriter {
public:
  LoopWriter(const Form &form, TargetAttr target, int tileM, int tileV);
  CeilingLoop write();

private:
  void add(StringRef text, Names more = {}) {
    more.insert(names.begin(), names.end());
    out += substitute(text, more);
  }
  /// `text` for each accumulator, `@` its number, joined by commas.
  std::string list(StringRef text) const;
  std::string addLoad(char array, int index, StringRef stored,
                      StringRef wanted);
  std::string addValue(int index);
  void addConstants();
  void addStep();
  void addWidening();
  void addResults();

  const Form &form;
  int tileM, tileV;
  unsigned bits;
  Names names;
  std::string out;
};
} // namespace

LoopWriter::LoopWriter(const Form &form, TargetAttr target, int tileM,
                       int tileV)
    : form(form), tileM(tileM), tileV(tileV), bits(target.getVectorBits()) {
  int lanes = bits / 32, count = tileM * tileV;
  int values = form.isTable ? tileM * lanes : tileM;
  int rows = form.steps + 1;
  std::string a = storedElement(form.value), w = storedElement(form.vector),
              result = storedElement(form.sum);
  names = {{"A", vectorType(bits, form.value)},
           {"W", vectorType(bits, form.vector)},
           {"S", vectorType(bits, form.sum)},
           {"H", vectorType(bits, "i16")},
           {"storedA", vectorType(bits, a)},
           {"storedW", vectorType(bits, w)},
           {"a", a},
           {"w", w},
           {"strideA", std::to_string(values)},
           {"strideW", std::to_string(tileV * lanes)},
           {"sizeA", formatv("tensor<{0}x{1}>", rows * values, a)},
           {"sizeW", formatv("tensor<{0}x{1}>", rows * tileV * lanes, w)},
           {"stored", vectorType(bits, result)},
           {"result", formatv("tensor<{0}x{1}x{2}>", count, lanes, result)},
           {"steps", std::to_string(form.steps)},
           {"reps", std::to_string(totalSteps / form.steps)},
           {"count", std::to_string(count)},
           {"zeroA", a == "f32" ? "0.0" : "0"},
           {"zeroW", w == "f32" ? "0.0" : "0"},
           {"zeroS", form.sum == "f32" ? "0.0" : "0"}};
  const char *instructions[] = {"f", "g"};
  for (auto [i, instruction] : llvm::enumerate(form.needs))
    names[instructions[i]] = findInstruction(target, instruction)->str();
  names["types"] = list(names["S"]);
}

std::string LoopWriter::list(StringRef text) const {
  std::string all;
  for (int i = 0; i < tileM * tileV; ++i)
    all +=
        (i ? ", " : "") + llvm::join(llvm::split(text, '@'), std::to_string(i));
  return all;
}

/// Vector `index` of this step from %a or %w, as type `wanted`.
std::string LoopWriter::addLoad(char array, int index, StringRef stored,
                                StringRef wanted) {
  Names more = {{"x", std::string(1, array)},
                {"i", std::to_string(index)},
                {"offset", std::to_string(index * (bits / 32))},
                {"size", names[array == 'a' ? "sizeA" : "sizeW"]},
                {"stored", stored.str()},
                {"wanted", wanted.str()}};
  add("%o$x$i = arith.constant $offset : index\n"
      "%p$x$i = arith.addi %i$x, %o$x$i : index\n"
      "%l$x$i = vector.transfer_read %$x[%p$x$i], %pad$x {in_bounds = [true]} "
      ": $size, $stored\n",
      more);
  if (stored == wanted)
    return substitute("%l$x$i", more);
  add("%v$x$i = vector.bitcast %l$x$i : $stored to $wanted\n", more);
  return substitute("%v$x$i", more);
}

/// Value `index` of this step, in all lanes.
std::string LoopWriter::addValue(int index) {
  Names more = {{"i", std::to_string(index)}};
  add("%oa$i = arith.constant $i : index\n"
      "%pa$i = arith.addi %ia, %oa$i : index\n"
      "%s$i = tensor.extract %a[%pa$i] : $sizeA\n"
      "%b$i = vector.broadcast %s$i : $a to $storedA\n",
      more);
  if (names["storedA"] == names["A"])
    return substitute("%b$i", more);
  add("%va$i = vector.bitcast %b$i : $storedA to $A\n", more);
  return substitute("%va$i", more);
}

/// Accumulators %k0, ... become %n0, ...
void LoopWriter::addStep() {
  // Every other time from one step further: nothing is the same in all
  // repetitions, and can be moved out of their loop.
  add("%odd = arith.andi %rep, %one : index\n"
      "%row = arith.addi %k, %odd : index\n"
      "%iw = arith.muli %row, %strideW : index\n"
      "%ia = arith.muli %row, %strideA : index\n");
  std::vector<std::string> vectors;
  for (int v = 0; v < tileV; ++v)
    vectors.push_back(addLoad('w', v, names["storedW"], names["W"]));
  for (int m = 0; m < tileM; ++m) {
    std::string value = form.isTable
                            ? addLoad('a', m, names["storedA"], names["A"])
                            : addValue(m);
    for (int v = 0; v < tileV; ++v) {
      std::string i = std::to_string(m * tileV + v);
      Names more = {
          {"a", value}, {"w", vectors[v]}, {"c", "%k" + i}, {"r", "%n" + i}};
      for (const char *n : {"1", "2", "3"})
        more[n] = "%t" + i + "_" + n;
      add(form.step, more);
    }
  }
}

/// Accumulators %x#0, ... on top of %r0, ... become %q0, ...
void LoopWriter::addWidening() {
  for (int i = 0; i < tileM * tileV; ++i) {
    std::string number = std::to_string(i);
    Names more = {
        {"x", "%x#" + number}, {"c", "%r" + number}, {"q", "%q" + number}};
    for (const char *n : {"1", "2", "3", "4", "5", "6", "7", "8"})
      more[n] = "%u" + number + "_" + n;
    add(form.widen, more);
  }
}

/// The accumulators as a tensor, so that nothing is dead code.
void LoopWriter::addResults() {
  std::string tensor = "%empty";
  for (int i = 0; i < tileM * tileV; ++i) {
    std::string next = "%out" + std::to_string(i);
    Names more = {{"i", std::to_string(i)},
                  {"tensor", tensor},
                  {"next", next},
                  {"sum", "%z#" + std::to_string(i)}};
    if (names["S"] != names["stored"]) {
      add("%sum$i = vector.bitcast $sum : $S to $stored\n", more);
      more["sum"] = "%sum" + std::to_string(i);
    }
    add("$next = vector.transfer_write $sum, $tensor[%c$i, %c0] {in_bounds = "
        "[true]} : $stored, $result\n",
        more);
    tensor = next;
  }
  add("return $tensor : $result\n}\n", {{"tensor", tensor}});
}

void LoopWriter::addConstants() {
  add("%zero = arith.constant dense<$zeroS> : $S\n"
      "%pada = arith.constant $zeroA : $a\n"
      "%padw = arith.constant $zeroW : $w\n"
      "%one = arith.constant 1 : index\n"
      "%strideA = arith.constant $strideA : index\n"
      "%strideW = arith.constant $strideW : index\n"
      "%steps = arith.constant $steps : index\n"
      "%reps = arith.constant $reps : index\n"
      "%empty = tensor.empty() : $result\n");
  for (int i = 0; i < tileM * tileV; ++i)
    add("%c$i = arith.constant $i : index\n", {{"i", std::to_string(i)}});
}

CeilingLoop LoopWriter::write() {
  bool widens = !form.widen.empty();
  add("func.func @ceiling(%a: $sizeA, %w: $sizeW) -> $result {\n");
  addConstants();
  add("%z:$count = scf.for %rep = %c0 to %reps step %one iter_args($from) -> "
      "($types) {\n",
      {{"from", list("%r@ = %zero")}});
  add("%x:$count = scf.for %k = %c0 to %steps step %one iter_args($from) -> "
      "($types) {\n",
      {{"from", list("%k@ = %r@")}});
  addStep();
  add("scf.yield $next : $types\n}\n", {{"next", list("%n@")}});
  addWidening();
  add("scf.yield $last : $types\n}\n",
      {{"last", list(widens ? "%q@" : "%x#@")}});
  addResults();
  int steps = totalSteps / form.steps * form.steps;
  return {out, workOf(form, bits) * tileM * tileV * steps};
}

/// Tiles to try. The first suits forms that need registers for constants, too.
static std::vector<std::pair<int, int>> tilesFor(const Form &form,
                                                 unsigned registers) {
  if (form.isTable)
    return registers >= 32
               ? std::vector<std::pair<int, int>>{{4, 4}, {6, 3}, {4, 2}}
               : std::vector<std::pair<int, int>>{{3, 3}, {2, 4}, {4, 2}};
  if (registers >= 32)
    return {{8, 2}, {14, 2}, {6, 2}};
  return {{4, 2}, {6, 2}, {2, 2}};
}

std::vector<std::vector<CeilingLoop>> qnn::ceilingLoops(CeilingKind kind,
                                                        TargetAttr target) {
  std::vector<std::vector<CeilingLoop>> loops;
  if (kind == CeilingKind::TableFloats || kind == CeilingKind::TableShorts)
    for (CeilingLoop &loop :
         tableLoops(kind == CeilingKind::TableFloats, target))
      loops.push_back({loop});
  for (const Form &form : forms) {
    if (form.kind != kind ||
        !llvm::all_of(form.needs, [&](Instruction instruction) {
          return findInstruction(target, instruction).has_value();
        }))
      continue;
    loops.emplace_back();
    for (auto [m, v] : tilesFor(form, target.getRegisters()))
      loops.back().push_back(LoopWriter(form, target, m, v).write());
  }
  return loops;
}

CeilingLoop qnn::readLoop(int64_t bytes, TargetAttr target) {
  // Eight loads under way at a time, from four places: memory delivers several
  // streams faster than one.
  int64_t lanes = target.getVectorBits() / 32, step = 2 * lanes;
  int64_t quarter = llvm::divideCeil(bytes, step * 16) * step;
  int64_t count = 4 * quarter;
  std::string text, yields, types, carried, reduce = "%z#0";
  std::string vector = formatv("vector<{0}xi32>", lanes);
  for (int i = 0; i < 8; ++i) {
    text += formatv("%o{0} = arith.constant {1} : index\n"
                    "%p{0} = arith.addi %k, %o{0} : index\n"
                    "%v{0} = vector.transfer_read %a[%p{0}], %pad {{in_bounds "
                    "= [true]} : tensor<{2}xi32>, {3}\n"
                    "%n{0} = arith.ori %k{0}, %v{0} : {3}\n",
                    i, i / 2 * quarter + i % 2 * lanes, count, vector);
    yields += formatv("{0}%n{1}", i ? ", " : "", i);
    types += formatv("{0}{1}", i ? ", " : "", vector);
    carried += formatv("{0}%k{1} = %zero", i ? ", " : "", i);
  }
  std::string sums;
  for (int i = 1; i < 8; ++i) {
    sums += formatv("%s{0} = arith.ori {1}, %z#{0} : {2}\n", i, reduce, vector);
    reduce = formatv("%s{0}", i);
  }
  return {formatv("func.func @ceiling(%a: tensor<{0}xi32>) -> tensor<{1}xi32> "
                  "{{\n"
                  "%pad = arith.constant 0 : i32\n"
                  "%zero = arith.constant dense<0> : {2}\n"
                  "%c0 = arith.constant 0 : index\n"
                  "%count = arith.constant {10} : index\n"
                  "%step = arith.constant {3} : index\n"
                  "%empty = tensor.empty() : tensor<{1}xi32>\n"
                  "%z:8 = scf.for %k = %c0 to %count step %step "
                  "iter_args({4}) -> ({5}) {{\n{6}scf.yield {7} : {5}\n}\n{8}"
                  "%out = vector.transfer_write {9}, %empty[%c0] {{in_bounds = "
                  "[true]} : {2}, tensor<{1}xi32>\n"
                  "return %out : tensor<{1}xi32>\n}\n",
                  count, lanes, vector, step, carried, types, text, yields,
                  sums, reduce, quarter),
          double(count) * 4};
}
