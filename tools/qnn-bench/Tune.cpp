//===- Tune.cpp - `qnn-bench ... --tune` ------------------------*- C++ -*-===//

#include "Tune.h"
#include "Output.h"
#include "qnn/Bench/BuildCase.h"
#include "qnn/Bench/Tune.h"
#include "qnn/Driver/Compile.h"
#include "qnn/Support/Files.h"
#include "qnn/Target/Target.h"
#include "llvm/Support/FileSystem.h"

using namespace qnn;

namespace {
/// The table in its file, and the rows that are printed.
class Session {
public:
  static llvm::Expected<Session> open(mlir::MLIRContext *context,
                                      llvm::StringRef path,
                                      const MeasureOptions &options, bool json);

  /// Brings a module to integer form and tunes it; `reached` as of
  /// CompileOptions.
  llvm::Error tune(mlir::ModuleOp module, llvm::StringRef name,
                   std::optional<Level> reached);

private:
  Session(llvm::StringRef path, const MeasureOptions &options, bool json,
          TuningTable table)
      : path(path), options(options), json(json), table(std::move(table)) {}
  void print(const TunedProduct &product);

  std::string path;
  MeasureOptions options;
  bool json, hasHeader = false;
  TuningTable table;
};
} // namespace

llvm::Expected<Session> Session::open(mlir::MLIRContext *context,
                                      llvm::StringRef path,
                                      const MeasureOptions &options,
                                      bool json) {
  if (llvm::Error error = checkWritable(path))
    return std::move(error);
  llvm::Expected<TargetAttr> target = parseTarget(context, options.target);
  if (!target)
    return target.takeError();
  if (llvm::Error error = checkRunnable(*target))
    return std::move(error);
  if (!llvm::sys::fs::exists(path))
    return Session(path, options, json, TuningTable(*target));
  llvm::Expected<TuningTable> table = TuningTable::read(path);
  if (!table)
    return table.takeError();
  if (llvm::Error error = table->checkTarget(*target, path))
    return std::move(error);
  return Session(path, options, json, std::move(*table));
}

llvm::Error Session::tune(mlir::ModuleOp module, llvm::StringRef name,
                          std::optional<Level> reached) {
  CompileOptions compile;
  compile.target = options.target;
  compile.threads = options.threads;
  compile.reached = reached;
  compile.level = Level::Integer;
  if (llvm::Error error = compileModule(module, name, compile))
    return error;
  if (llvm::Error error =
          tuneModule(module, name, options, table,
                     [&](const TunedProduct &product) { print(product); }))
    return error;
  return writeFile(path, table.toJSON());
}

void Session::print(const TunedProduct &product) {
  const auto &[name, estimated, fastest] = product;
  if (json)
    return printLine(
        llvm::json::Object{{"product", name},
                           {"estimated", estimated.kernel},
                           {"estimated_tile", estimated.tile},
                           {"estimated_us", estimated.seconds * 1e6},
                           {"kernel", fastest.kernel},
                           {"tile", fastest.tile},
                           {"us", fastest.seconds * 1e6}});
  static const int widths[] = {-13, -6, 10, -13, -6, 10};
  if (!hasHeader)
    printRow({"estimated", "tile", "us", "fastest", "tile", "us", "product"},
             widths);
  hasHeader = true;
  printRow({estimated.kernel, estimated.tile, number(estimated.seconds * 1e6),
            fastest.kernel, fastest.tile, number(fastest.seconds * 1e6), name},
           widths);
}

llvm::Error qnn::tuneKernels(const KernelsOptions &options,
                             llvm::StringRef path) {
  llvm::Expected<std::vector<BenchCase>> cases = selectCases(options.filter);
  if (!cases)
    return cases.takeError();
  auto context = createContext();
  auto session =
      Session::open(context.get(), path, options.measure, options.json);
  if (!session)
    return session.takeError();
  for (const BenchCase &c : *cases) {
    BuiltCase built = buildCase(c, context.get());
    if (llvm::Error error =
            session->tune(*built.module, c.name(), built.reached))
      return error;
  }
  return flushStandardOutput();
}

llvm::Error qnn::tuneModel(const ModelOptions &options, llvm::StringRef path) {
  auto context = createContext();
  auto session =
      Session::open(context.get(), path, options.measure, options.json);
  if (!session)
    return session.takeError();
  auto module = loadModel(options.path, context.get());
  if (!module)
    return module.takeError();
  if (llvm::Error error = session->tune(**module, options.path, std::nullopt))
    return error;
  return flushStandardOutput();
}
