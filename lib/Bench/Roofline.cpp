//===- Roofline.cpp - A picture of rows under their ceilings ----*- C++ -*-===//

#include "qnn/Bench/Roofline.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <cmath>

using namespace qnn;
using llvm::formatv;
using llvm::StringRef;

static constexpr double width = 960, height = 560;
static constexpr double left = 70, right = 190, top = 50, bottom = 55;

/// Eight hues that keep apart for most eyes, on both kinds of paper.
static const char *const colours[] = {"#3b82c4", "#d97706", "#2f9e62",
                                      "#c2418c", "#7c6bd6", "#b45309",
                                      "#0e9aa7", "#d0483e"};

static const char style[] = R"(<style>
  svg { font: 12px system-ui, sans-serif; --ink: #24292f; --dim: #8b949e;
        --line: #d0d7de; --paper: #ffffff }
  @media (prefers-color-scheme: dark) {
    svg { --ink: #e6edf3; --dim: #8b949e; --line: #30363d; --paper: #0d1117 }
  }
  .paper { fill: var(--paper) } text { fill: var(--ink) }
  .grid { stroke: var(--line); stroke-width: 1 } .small { fill: var(--dim) }
  .roof { stroke: var(--dim); stroke-width: 1.5; fill: none }
  .memory { stroke-dasharray: 5 4 } .title { font-size: 16px }
  circle { stroke: var(--paper); stroke-width: 1 }
  circle:hover { stroke: var(--ink); stroke-width: 2 }
</style>
)";

namespace {
/// A logarithmic axis over whole powers of ten.
struct Axis {
  double from, to;   ///< powers of ten
  double begin, end; ///< pixels

  Axis(double least, double greatest, double begin, double end)
      : from(std::floor(std::log10(least))),
        to(std::ceil(std::log10(greatest))), begin(begin), end(end) {
    if (to <= from)
      to = from + 1;
  }
  double operator()(double value) const {
    double share = (std::log10(value) - from) / (to - from);
    return begin + std::clamp(share, 0.0, 1.0) * (end - begin);
  }
};

class Picture {
public:
  Picture(llvm::ArrayRef<RooflinePoint> points, llvm::ArrayRef<Roof> roofs)
      : points(points), roofs(roofs),
        x(least(&RooflinePoint::macsPerByte),
          greatest(&RooflinePoint::macsPerByte), left, width - right),
        y(least(&RooflinePoint::gmacs), greatestHeight(), height - bottom,
          top) {}

  std::string draw(StringRef title);

private:
  double least(double RooflinePoint::*field) const {
    double value = 1;
    for (const RooflinePoint &point : points)
      value = std::min(value, point.*field);
    return value;
  }
  double greatest(double RooflinePoint::*field) const {
    double value = 10;
    for (const RooflinePoint &point : points)
      value = std::max(value, point.*field);
    return value;
  }
  double greatestHeight() const {
    double value = greatest(&RooflinePoint::gmacs);
    for (const Roof &roof : roofs)
      value = std::max(value, roof.gmacs);
    return value;
  }
  void add(const llvm::Twine &line) { out += line.str() + "\n"; }
  void text(double atX, double atY, StringRef words, StringRef attributes = "");
  void drawGrid();
  void drawRoofs();
  void drawPoints();

  llvm::ArrayRef<RooflinePoint> points;
  llvm::ArrayRef<Roof> roofs;
  Axis x, y;
  std::string out;
};
} // namespace

static std::string escape(StringRef text) {
  std::string result;
  llvm::raw_string_ostream os(result);
  llvm::printHTMLEscaped(text, os);
  return result;
}

void Picture::text(double atX, double atY, StringRef words,
                   StringRef attributes) {
  add(formatv("<text x=\"{0:f1}\" y=\"{1:f1}\" {2}>{3}</text>", atX, atY,
              attributes, escape(words)));
}

void Picture::drawGrid() {
  auto label = [](double power) {
    return formatv("{0}", std::pow(10, power)).str();
  };
  auto line = [&](double x1, double y1, double x2, double y2) {
    add(formatv("<line class=\"grid\" x1=\"{0:f1}\" y1=\"{1:f1}\" "
                "x2=\"{2:f1}\" y2=\"{3:f1}\"/>",
                x1, y1, x2, y2));
  };
  for (double power = x.from; power <= x.to; ++power) {
    double at = x(std::pow(10, power));
    line(at, y.begin, at, y.end);
    text(at, y.begin + 18, label(power), "text-anchor=\"middle\"");
  }
  for (double power = y.from; power <= y.to; ++power) {
    double at = y(std::pow(10, power));
    line(x.begin, at, x.end, at);
    text(x.begin - 8, at + 4, label(power), "text-anchor=\"end\"");
  }
  text((x.begin + x.end) / 2, height - 14, "multiply-adds for each byte moved",
       "text-anchor=\"middle\"");
  text(x.begin - 50, y.end - 12, "G multiply-adds a second");
}

/// Instructions: from the left edge to the right; memory: until the highest
/// roof of instructions.
void Picture::drawRoofs() {
  double highest = std::pow(10, y.to);
  for (const Roof &roof : roofs) {
    if (roof.gmacs > 0) {
      add(formatv("<path class=\"roof\" d=\"M{0:f1} {1:f1}H{2:f1}\"/>", x.begin,
                  y(roof.gmacs), x.end));
      text(x.end + 6, y(roof.gmacs) + 4,
           formatv("{0} {1:f0}", roof.name, roof.gmacs).str());
      continue;
    }
    // GMAC/s = GB/s * MAC/byte, cut where it leaves the picture.
    double firstX =
        std::max(std::pow(10, x.from), std::pow(10, y.from) / roof.gigabytes);
    double lastX = std::min(std::pow(10, x.to), highest / roof.gigabytes);
    if (lastX <= firstX)
      continue;
    add(formatv("<path class=\"roof memory\" d=\"M{0:f1} {1:f1}L{2:f1} "
                "{3:f1}\"><title>{4}: {5:f0} GB/s</title></path>",
                x(firstX), y(firstX * roof.gigabytes), x(lastX),
                y(lastX * roof.gigabytes), escape(roof.name), roof.gigabytes));
    text(x(lastX) - 4, y(lastX * roof.gigabytes) + 14, roof.name,
         "class=\"small\" text-anchor=\"end\"");
  }
}

void Picture::drawPoints() {
  llvm::MapVector<StringRef, const char *> groups;
  for (const RooflinePoint &point : points) {
    auto [it, isNew] = groups.try_emplace(point.group, nullptr);
    if (isNew)
      it->second = colours[(groups.size() - 1) % std::size(colours)];
    add(formatv("<circle cx=\"{0:f1}\" cy=\"{1:f1}\" r=\"5\" fill=\"{2}\">"
                "<title>{3}: {4:f1} GMAC/s</title></circle>",
                x(point.macsPerByte), y(point.gmacs), it->second,
                escape(point.name), point.gmacs));
  }
  // The legend, two columns on the top line.
  double at = x.begin;
  for (auto [group, colour] : groups) {
    add(formatv("<circle cx=\"{0:f1}\" cy=\"34\" r=\"5\" fill=\"{1}\"/>",
                at + 130, colour));
    text(at + 140, 38, group);
    at += 30 + 7.5 * group.size();
  }
}

std::string Picture::draw(StringRef title) {
  add(formatv("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} "
              "{1}\" width=\"{0}\" height=\"{1}\">",
              width, height));
  add(style);
  add(formatv("<rect class=\"paper\" width=\"{0}\" height=\"{1}\"/>", width,
              height));
  text(x.begin - 50, 20, title, "class=\"title\"");
  drawGrid();
  drawRoofs();
  drawPoints();
  add("</svg>");
  return out;
}

std::string qnn::drawRoofline(llvm::ArrayRef<RooflinePoint> points,
                              llvm::ArrayRef<Roof> roofs, StringRef title) {
  return Picture(points, roofs).draw(title);
}
