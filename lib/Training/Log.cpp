//===- Log.cpp - What a run says ----------------------------------------===//

#include "qnn/Training/Log.h"
#include "qnn/Support/Files.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include <cmath>

using namespace qnn;
using namespace llvm;

std::string qnn::durationText(double seconds) {
  int64_t s = std::llround(std::max(0.0, seconds));
  if (s >= 3600)
    return formatv("{0}:{1,0+2}:{2,0+2}", s / 3600, s / 60 % 60, s % 60);
  return formatv("{0}:{1,0+2}", s / 60, s % 60);
}

Log::Log(raw_ostream &out, bool json, bool bar, std::string folder,
         bool sequences)
    : out(out), json(json), bar(bar), sequences(sequences),
      folder(std::move(folder)) {}

static std::string inFolder(StringRef folder, StringRef file) {
  SmallString<128> path(folder);
  sys::path::append(path, file);
  return path.str().str();
}

constexpr StringLiteral csvHeader("epoch,step,rate,loss,accuracy,val_loss,"
                                  "val_accuracy,ms_per_step,images_per_s\n");

/// The first `lines` lines.
static StringRef firstLines(StringRef text, int64_t lines) {
  size_t end = 0;
  for (int64_t i = 0; i < lines && end != StringRef::npos; ++i) {
    end = text.find('\n', end);
    end += end != StringRef::npos;
  }
  return text.take_front(end);
}

Error Log::open(int64_t epochs) {
  if (folder.empty())
    return Error::success();
  auto keep = [&](StringRef file, StringRef header) -> Error {
    std::string path = inFolder(folder, file), text = header.str();
    int64_t lines = epochs + !header.empty();
    if (epochs > 0 && sys::fs::exists(path)) {
      Expected<std::string> old = readFile(path);
      if (!old)
        return old.takeError();
      text = firstLines(*old, lines).str();
    }
    return writeFile(path, text);
  };
  if (Error error = keep("log.csv", csvHeader))
    return error;
  return keep("log.jsonl", "");
}

static Error appendLine(const std::string &path, StringRef line) {
  std::error_code code;
  raw_fd_ostream file(path, code, sys::fs::OF_Append);
  if (!code) {
    file << line;
    file.close();
    code = file.error();
    file.clear_error();
  }
  return code ? fileError(path, code.message()) : Error::success();
}

/// With as many digits as tell floats apart.
static std::string numberText(double number) {
  return formatv("{0}", format("%.9g", number));
}

static std::string csvLine(const EpochReport &r) {
  SmallVector<std::string> fields = {std::to_string(r.epoch),
                                     std::to_string(r.step),
                                     numberText(r.rate),
                                     numberText(r.loss),
                                     numberText(r.accuracy),
                                     "",
                                     "",
                                     numberText(r.msPerStep),
                                     numberText(r.samplesPerSecond)};
  if (r.validation) {
    fields[5] = numberText(r.validation->meanLoss());
    fields[6] = numberText(r.validation->accuracy());
  }
  return join(fields, ",") + "\n";
}

static json::Object reportJSON(const EpochReport &r, bool sequences) {
  json::Object object{{"epoch", r.epoch},
                      {"step", r.step},
                      {"loss", r.loss},
                      {"accuracy", r.accuracy},
                      {"learning_rate", r.rate},
                      {"ms_per_step", r.msPerStep},
                      {"images_per_s", r.samplesPerSecond},
                      {"seconds", r.seconds},
                      {"best", r.isBest}};
  if (r.validation) {
    object["val_loss"] = r.validation->meanLoss();
    object["val_accuracy"] = r.validation->accuracy();
  }
  double loss = r.validation ? r.validation->meanLoss() : r.loss;
  if (sequences) {
    object["bits_per_character"] = loss / std::log(2.0);
    object["perplexity"] = std::exp(loss);
  }
  return object;
}

static std::string plainLine(const EpochReport &r, bool sequences) {
  std::string line =
      formatv("epoch {0,3}  step {1,6}  rate {2}  loss {3:f4}  accuracy "
              "{4:f2} %",
              r.epoch, r.step, formatv("{0:e2}", r.rate).str(), r.loss,
              100 * r.accuracy);
  if (r.validation)
    line += formatv("  val loss {0:f4}  val accuracy {1:f2} %",
                    r.validation->meanLoss(), 100 * r.validation->accuracy());
  double loss = r.validation ? r.validation->meanLoss() : r.loss;
  if (sequences)
    line += formatv("  {0:f3} bits per character, perplexity {1:f2}",
                    loss / std::log(2.0), std::exp(loss));
  return line + formatv("  {0:f1} ms a step, {1:f0} samples/s{2}\n",
                        r.msPerStep, r.samplesPerSecond,
                        r.isBest ? "  best" : "")
                    .str();
}

void Log::clearBar() {
  if (shown)
    errs() << "\r\x1b[K";
  shown = false;
}

void Log::onStep(const StepReport &r) {
  auto now = std::chrono::steady_clock::now();
  if (!bar || now - lastBar < std::chrono::milliseconds(100))
    return;
  lastBar = now;
  shown = true;
  int64_t done = 20 * r.batch / r.batches;
  errs() << "\r\x1b[K"
         << formatv("epoch {0} {1}{2} {3}/{4}  loss {5:f4}  accuracy {6:f2} %"
                    "  {7:f0} samples/s  {8} left",
                    r.epoch, std::string(done, '#'),
                    std::string(20 - done, '.'), r.batch, r.batches, r.loss,
                    100 * r.accuracy, r.samplesPerSecond,
                    durationText(r.secondsLeft));
}

Error Log::onEpoch(const EpochReport &report) {
  clearBar();
  std::string line;
  raw_string_ostream(line) << json::Value(reportJSON(report, sequences))
                           << "\n";
  out << (json ? line : plainLine(report, sequences));
  out.flush();
  if (folder.empty())
    return Error::success();
  if (Error error = appendLine(inFolder(folder, "log.csv"), csvLine(report)))
    return error;
  return appendLine(inFolder(folder, "log.jsonl"), line);
}
