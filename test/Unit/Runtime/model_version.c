/* A model of a later version of the interface. */
#include "qnn/Runtime/qnn_runtime.h"

static const qnn_model model = {
    QNN_ABI_VERSION + 1, 0, 0, 0, "later", 0, 0, 0, 0, 0};

const qnn_model *qnn_get_model(void);
const qnn_model *qnn_get_model(void) { return &model; }
