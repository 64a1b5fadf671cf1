/* Recognizes one handwritten digit with the compiled network. */
#include "digits.h"

#include <stdio.h>

/* 8 x 8 pixels, 0 (paper) to 16 (ink). */
static const float image[DIGITS_INPUT0_SIZE] = {
    0, 1, 12, 15, 5,  0,  0, 0, /*   *#:   */
    0, 4, 15, 8,  15, 3,  0, 0, /*  :#=#.  */
    0, 0, 3,  1,  14, 4,  0, 0, /*   . #:  */
    0, 0, 4,  14, 16, 1,  0, 0, /*   :#@   */
    0, 0, 1,  10, 14, 15, 4, 0, /*    +##: */
    0, 0, 0,  0,  0,  12, 8, 0, /*      *= */
    0, 4, 8,  4,  10, 16, 4, 0, /*  :=:+@: */
    0, 2, 12, 16, 13, 6,  0, 0, /*  .*@*-  */
};

static _Alignas(64) char arena[DIGITS_ARENA_BYTES];

int main(void) {
  float logits[DIGITS_OUTPUT0_SIZE];
  int best = 0;
  digits_run(image, logits, arena);
  for (int i = 1; i < DIGITS_OUTPUT0_SIZE; ++i)
    if (logits[i] > logits[best])
      best = i;
  printf("%d\n", best);
  return 0;
}
