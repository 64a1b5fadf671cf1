/*===- Npy.h - NumPy's .npy files of a model's tensors -------------*- C
 * -*-===*/

#ifndef QNN_LIB_RUNTIME_NPY_H
#define QNN_LIB_RUNTIME_NPY_H

#include "qnn/Runtime/qnn_runtime.h"

/* Reads `path` into memory of its own, aligned to 64 bytes: elements as the
 * tensor has them, of shape `[samples * shape[0], ...]`. NULL with a message on
 * standard error where the file is not that. */
void *qnn_npy_read(const char *path, const qnn_tensor *tensor,
                   int64_t *samples);

/* Writes `samples` samples; 0, or -1 with a message on standard error. */
int qnn_npy_write(const char *path, const qnn_tensor *tensor, int64_t samples,
                  const void *data);

#endif /* QNN_LIB_RUNTIME_NPY_H */
