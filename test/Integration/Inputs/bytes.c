/* Runs bytes.mlir on pseudo-random bytes and prints a hash of the sums. */
#include "bytes.h"
#include <stdint.h>
#include <stdio.h>

static _Alignas(64) int8_t input[4 * 5 * 16];
static _Alignas(64) int32_t output[4 * 5 * 5];
static _Alignas(64) char arena[1 << 16];

int main(void) {
  uint32_t state = 1, hash = 0;
  for (unsigned i = 0; i < sizeof input; ++i) {
    state = state * 1664525u + 1013904223u;
    input[i] = (int8_t)(state >> 24);
  }
  bytes_run(input, output, arena);
  for (unsigned i = 0; i < sizeof output / sizeof *output; ++i)
    hash = hash * 31 + (uint32_t)output[i];
  printf("%u\n", (unsigned)hash);
  return 0;
}
