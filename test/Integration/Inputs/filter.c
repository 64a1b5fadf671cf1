/* Runs a model compiled with --name=net on every sample of standard input. */
#include "net.h"

#include <stdio.h>

static float x[NET_INPUT0_SIZE], y[NET_OUTPUT0_SIZE];
static _Alignas(64) char arena[NET_ARENA_BYTES];

int main(void) {
  while (fread(x, sizeof x, 1, stdin) == 1) {
    net_run(x, y, arena);
    fwrite(y, sizeof y, 1, stdout);
  }
  return 0;
}
