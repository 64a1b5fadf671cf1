//===- Augment.cpp - Random changes of images ---------------------------===//
//
// What comes into view from outside the image is 0.
//
//===----------------------------------------------------------------------===//

#include "qnn/Arith/Philox.h"
#include "qnn/Training/Batches.h"
#include <cmath>

using namespace qnn;
using namespace llvm;

namespace {
/// Draws the numbers of one image one after the other.
class Draws {
public:
  Draws(uint64_t seed, int64_t epoch, int64_t sample)
      : stream{seed, uint64_t(epoch), kAugmentStream},
        next(uint64_t(sample) * perSample) {}
  float symmetric() { return uniform11(stream.word(next++)); }
  /// From -limit to limit.
  int64_t integer(int64_t limit) {
    return int64_t(uint64_t(stream.word(next++)) * (2 * limit + 1) >> 32) -
           limit;
  }

private:
  static constexpr uint64_t perSample = 16;
  RandomStream stream;
  uint64_t next;
};

/// Where the pixel at column x and row y of the result comes from, relative to
/// the middle: a x + b y + c, d x + e y + f.
struct Affine {
  double a = 1, b = 0, c = 0, d = 0, e = 1, f = 0;
};
} // namespace

static Affine drawAffine(const Augmentation &plan, int64_t height,
                         int64_t width, Draws &draws) {
  constexpr double radians = 3.14159265358979323846 / 180;
  double angle = draws.symmetric() * plan.rotate * radians;
  double right = draws.symmetric() * plan.translate * width;
  double down = draws.symmetric() * plan.translate * height;
  double factor = 1 / (1 + draws.symmetric() * plan.zoom);
  double shear = std::tan(draws.symmetric() * plan.shear * radians);
  Affine map;
  map.a = factor * std::cos(angle);
  map.b = factor * (std::sin(angle) - shear * std::cos(angle));
  map.d = -factor * std::sin(angle);
  map.e = factor * (std::cos(angle) + shear * std::sin(angle));
  map.c = -(map.a * right + map.b * down);
  map.f = -(map.d * right + map.e * down);
  return map;
}

/// The value between four pixels.
static float between(const float *plane, int64_t height, int64_t width,
                     double x, double y) {
  int64_t column = std::floor(x), row = std::floor(y);
  double right = x - column, down = y - row;
  auto at = [&](int64_t r, int64_t c) {
    bool inside = r >= 0 && r < height && c >= 0 && c < width;
    return inside ? plane[r * width + c] : 0.0f;
  };
  double upper = at(row, column) * (1 - right) + at(row, column + 1) * right;
  double lower =
      at(row + 1, column) * (1 - right) + at(row + 1, column + 1) * right;
  return upper * (1 - down) + lower * down;
}

static void applyAffine(const Affine &map, int64_t height, int64_t width,
                        const float *from, float *to) {
  double middleX = (width - 1) / 2.0, middleY = (height - 1) / 2.0;
  for (int64_t r = 0; r < height; ++r)
    for (int64_t c = 0; c < width; ++c) {
      double x = c - middleX, y = r - middleY;
      *to++ =
          between(from, height, width, map.a * x + map.b * y + map.c + middleX,
                  map.d * x + map.e * y + map.f + middleY);
    }
}

static void move(int64_t down, int64_t right, bool mirrored, int64_t height,
                 int64_t width, const float *from, float *to) {
  for (int64_t r = 0; r < height; ++r)
    for (int64_t c = 0; c < width; ++c) {
      int64_t row = r - down, column = c - right;
      bool inside = row >= 0 && row < height && column >= 0 && column < width;
      int64_t source = mirrored ? width - 1 - column : column;
      *to++ = inside ? from[row * width + source] : 0.0f;
    }
}

void qnn::augment(const Augmentation &plan, ArrayRef<int64_t> shape,
                  uint64_t seed, int64_t epoch, int64_t sample, float *pixels) {
  if (shape.size() != 3 || !(plan.flip || plan.shift || plan.isAffine()))
    return;
  int64_t height = shape[1], width = shape[2], size = height * width;
  Draws draws(seed, epoch, sample);
  bool mirrored = plan.flip && draws.symmetric() < 0;
  int64_t down = draws.integer(plan.shift), right = draws.integer(plan.shift);
  Affine map = drawAffine(plan, height, width, draws);
  std::vector<float> copy(size);
  for (int64_t channel = 0; channel < shape[0]; ++channel) {
    float *plane = pixels + channel * size;
    std::copy_n(plane, size, copy.data());
    move(down, right, mirrored, height, width, copy.data(), plane);
    if (!plan.isAffine())
      continue;
    std::copy_n(plane, size, copy.data());
    applyAffine(map, height, width, copy.data(), plane);
  }
}
