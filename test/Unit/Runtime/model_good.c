/* A model that doubles two floats. */
#include "qnn/Runtime/qnn_runtime.h"

static int32_t run(const void *const *inputs, void *const *outputs, void *arena,
                   int64_t batch) {
  const float *x = inputs[0];
  float *y = outputs[0];
  int64_t i;
  (void)arena;
  for (i = 0; i < 2 * batch; ++i)
    y[i] = 2 * x[i];
  return 0;
}

static const int64_t shape[] = {1, 2};
static const qnn_tensor inputs[] = {{"x", QNN_F32, 2, shape}};
static const qnn_tensor outputs[] = {{"y", QNN_F32, 2, shape}};
static const qnn_model model = {QNN_ABI_VERSION, 1,       1, 0, "good",
                                inputs,          outputs, 0, 0, run};

const qnn_model *qnn_get_model(void);
const qnn_model *qnn_get_model(void) { return &model; }
