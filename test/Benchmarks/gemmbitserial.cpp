//===- gemmbitserial.cpp - Times gemmbitserial's matmul ---------*- C++ -*-===//
//
// Built by peers.py against the sources that QNN_GEMMBITSERIAL names. Both
// operands are packed before the clock starts, as in our packed rows.
//
//===----------------------------------------------------------------------===//

#include "gemmbitserial.hpp"
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

static std::vector<uint8_t> randomCodes(size_t count, int bits) {
  std::vector<uint8_t> codes(count);
  for (uint8_t &code : codes)
    code = rand() % (1 << bits);
  return codes;
}

/// M K N, bits of both operands, seconds; prints the seconds of the fastest
/// product.
int main(int argc, char **argv) {
  if (argc != 6)
    return 1;
  int m = atoi(argv[1]), k = atoi(argv[2]), n = atoi(argv[3]);
  int bits = atoi(argv[4]);
  double seconds = atof(argv[5]), best = 1e9, total = 0;
  // With one bit, 0 stands for -1.
  gemmbitserial::GEMMContext context = gemmbitserial::allocGEMMContext(
      m, k, n, bits, bits, /*lhsSigned=*/bits == 1, /*rhsSigned=*/true);
  context.lhs.importRegular(randomCodes(size_t(m) * k, bits).data());
  context.rhs.importRegular(randomCodes(size_t(k) * n, bits).data());
  while (total < seconds) {
    auto start = std::chrono::steady_clock::now();
    gemmbitserial::gemmBitSerial(context);
    std::chrono::duration<double> time =
        std::chrono::steady_clock::now() - start;
    best = time.count() < best ? time.count() : best;
    total += time.count();
  }
  std::printf("%.9f\n", best);
  return 0;
}
