//===- Kernels.cpp - `qnn-bench kernels` ------------------------*- C++ -*-===//

#include "Kernels.h"
#include "Output.h"
#include "qnn/Bench/Roofline.h"
#include "qnn/Driver/Compile.h"
#include "qnn/Support/Files.h"
#include "qnn/Target/Target.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Regex.h"
#include "llvm/Support/raw_ostream.h"

using namespace qnn;
using llvm::formatv;

llvm::Expected<std::vector<BenchCase>>
qnn::selectCases(const std::string &filter) {
  llvm::Regex regex(filter.empty() ? "." : filter);
  std::string reason;
  if (!regex.isValid(reason))
    return makeError("--filter: '" + filter +
                     "' is no regular expression: " + reason);
  std::vector<BenchCase> selected;
  for (BenchCase &c : allCases()) {
    if (filter.empty() ? !c.standard : !regex.match(c.name()))
      continue;
    // Half a minute in some types: only where the filter means it.
    if (!c.isHuge() || llvm::StringRef(filter).contains("8192"))
      selected.push_back(std::move(c));
  }
  if (selected.empty())
    return makeError("--filter: nothing matches '" + filter +
                     "'; --list --filter . prints all names");
  return selected;
}

//===----------------------------------------------------------------------===//
// Output
//===----------------------------------------------------------------------===//

static const int widths[] = {-6, -7, -6, -22, -13, -6, 9, 9, 9, 6, 8};

static void printHeader() {
  printRow({"op", "types", "io", "shape", "kernel", "tile", "ms", "GMAC/s",
            "ceiling", "ratio", "GB/s", "ceiling is"},
           widths);
}

static void printTable(const Measurement &m) {
  const BenchCase &c = m.product;
  printRow({c.opName(), c.types(), c.ioName(), c.shape(), m.kernel, m.tile,
            number(m.seconds * 1e3), number(m.gmacs()), number(m.ceiling.gmacs),
            formatv("{0:f2}", m.ratio()).str(), number(m.gigabytes()),
            m.ceiling.name},
           widths);
}

static void printJSON(const Measurement &m, const MeasureOptions &options) {
  const BenchCase &c = m.product;
  printLine(llvm::json::Object{{"op", c.opName()},
                               {"types", c.types()},
                               {"io", c.ioName()},
                               {"shape", c.shape()},
                               {"kernel", m.kernel},
                               {"target", options.target},
                               {"threads", options.threads},
                               {"ms", m.seconds * 1e3},
                               {"gmacs", m.gmacs()},
                               {"ceiling_gmacs", m.ceiling.gmacs},
                               {"ratio", m.ratio()},
                               {"bytes", m.bytes}});
}

//===----------------------------------------------------------------------===//
// Measuring
//===----------------------------------------------------------------------===//

/// Fails before anything is measured where no case could be.
static llvm::Error checkTarget(mlir::MLIRContext *context,
                               const MeasureOptions &options) {
  llvm::Expected<TargetAttr> target = parseTarget(context, options.target);
  if (!target)
    return target.takeError();
  return checkRunnable(*target);
}

static llvm::Error writePicture(llvm::ArrayRef<Measurement> rows,
                                Ceilings &ceilings,
                                const KernelsOptions &options) {
  std::vector<RooflinePoint> points;
  for (const Measurement &m : rows)
    points.push_back({m.product.name() + ", " + m.kernel, m.product.types(),
                      double(m.product.multiplyAdds()) / m.bytes, m.gmacs()});
  std::vector<Roof> roofs;
  for (auto [kind, gmacs] : ceilings.measuredRates())
    if (gmacs > 0)
      roofs.push_back({stringifyCeiling(kind).str(), gmacs});
  const std::pair<const char *, int64_t> buffers[] = {
      {"reading 16 KB", int64_t(16) << 10},
      {"reading 256 KB", int64_t(256) << 10},
      {"reading 128 MB", int64_t(128) << 20}};
  for (auto [name, bytes] : buffers) {
    llvm::Expected<double> bandwidth = ceilings.readBandwidth(bytes);
    if (!bandwidth)
      return bandwidth.takeError();
    roofs.push_back({name, 0, *bandwidth});
  }
  std::string title =
      formatv("Products on {0}, {1} {2}", options.measure.target,
              options.measure.threads,
              options.measure.threads == 1 ? "thread" : "threads");
  return writeFile(options.svg, drawRoofline(points, roofs, title));
}

static llvm::Error measureAll(llvm::ArrayRef<BenchCase> cases,
                              const KernelsOptions &options) {
  auto context = createContext();
  if (!options.svg.empty())
    if (llvm::Error error = checkWritable(options.svg))
      return error;
  if (llvm::Error error = checkTarget(context.get(), options.measure))
    return error;
  Ceilings ceilings(context.get(), options.measure.target,
                    options.measure.threads,
                    /*isRough=*/options.measure.seconds == 0);
  Progress progress(cases.size());
  std::vector<Measurement> rows;
  llvm::Error last = llvm::Error::success();
  for (const BenchCase &c : cases) {
    progress.show(c.name());
    auto result = measureCase(c, context.get(), options.measure, ceilings);
    progress.clear();
    if (!result) {
      // With --kernel it is no mistake that some cases do not fit.
      if (last)
        options.measure.kernel ? consumeError(std::move(last))
                               : printError(std::move(last));
      last = result.takeError();
      continue;
    }
    if (!options.json && rows.empty())
      printHeader();
    options.json ? printJSON(*result, options.measure) : printTable(*result);
    rows.push_back(std::move(*result));
  }
  if (!rows.empty() && options.measure.kernel)
    llvm::consumeError(std::move(last));
  else if (last)
    return last;
  if (!options.svg.empty())
    if (llvm::Error error = writePicture(rows, ceilings, options))
      return error;
  return flushStandardOutput();
}

llvm::Error qnn::benchKernels(const KernelsOptions &options) {
  llvm::Expected<std::vector<BenchCase>> cases = selectCases(options.filter);
  if (!cases)
    return cases.takeError();
  if (!options.list)
    return measureAll(*cases, options);
  for (const BenchCase &c : *cases)
    llvm::outs() << c.name() << "\n";
  return flushStandardOutput();
}
