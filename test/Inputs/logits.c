/* Reads inputs of the compiled model "model" from standard input, writes its
 * outputs to standard output. */
#include "model.h"

#include <stdio.h>

static _Alignas(64) char arena[MODEL_ARENA_BYTES];
static float input[MODEL_INPUT0_SIZE], output[MODEL_OUTPUT0_SIZE];

int main(void) {
  while (fread(input, sizeof input, 1, stdin) == 1) {
    model_run(input, output, arena);
    fwrite(output, sizeof output, 1, stdout);
  }
  return 0;
}
