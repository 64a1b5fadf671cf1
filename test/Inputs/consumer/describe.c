/* Prints what a compiled model says of itself. */
#include "qnn/Runtime/qnn_runtime.h"

#include <stdio.h>

int main(int argc, char **argv) {
  char message[256];
  qnn_library *library =
      qnn_library_open(argc > 1 ? argv[1] : "", message, sizeof message);
  if (!library) {
    fprintf(stderr, "%s\n", message);
    return 1;
  }
  const qnn_model *model = qnn_library_model(library);
  printf("%s: %lld floats in, %lld out\n", model->name,
         (long long)qnn_tensor_elements(&model->inputs[0]),
         (long long)qnn_tensor_elements(&model->outputs[0]));
  qnn_library_close(library);
  return 0;
}
