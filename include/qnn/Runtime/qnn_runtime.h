/*===- qnn_runtime.h - The C interface of compiled models ---------*- C -*-===*
 *
 * A compiled model is plain code and read-only data: no global state, no
 * allocation while it runs. It describes itself by one constant descriptor, the
 * symbol `qnn_model_NAME` (in a shared library also the function
 * `qnn_get_model`). The small library libqnn_runtime loads such a library, and
 * holds the threads of models that were compiled with --threads.
 *
 *===----------------------------------------------------------------------===*/

#ifndef QNN_RUNTIME_QNN_RUNTIME_H
#define QNN_RUNTIME_QNN_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define QNN_ABI_VERSION 1

typedef enum {
  QNN_F32 = 0,
  QNN_I32 = 1,
  QNN_I64 = 2,
  QNN_I8 = 3,
  QNN_U8 = 4
} qnn_type;

typedef struct {
  const char *name; /* as in the ONNX file */
  int32_t type;     /* qnn_type */
  int32_t rank;
  const int64_t
      *shape; /* rank sizes; of one sample where the batch is an argument */
} qnn_tensor;

typedef struct {
  int32_t abi_version; /* QNN_ABI_VERSION */
  int32_t num_inputs, num_outputs;
  int32_t reserved;
  const char *name;
  const qnn_tensor *inputs, *outputs;
  int64_t arena_bytes; /* scratch memory that run needs, aligned to 64 bytes */
  int64_t batch;       /* samples of one run, 0: as many as its argument says */
  /* Runs the model on contiguous row-major tensors. `batch` is read only where
   * the descriptor's batch is 0. Inputs, outputs and arena must not overlap.
   * Returns 0. */
  int32_t (*run)(const void *const *inputs, void *const *outputs, void *arena,
                 int64_t batch);
} qnn_model;

/* A shared library made by qnn-compile --emit=lib, loaded. On failure returns
 * NULL and puts a message of at most `size` bytes into `message`. */
typedef struct qnn_library qnn_library;
qnn_library *qnn_library_open(const char *path, char *message, size_t size);
const qnn_model *qnn_library_model(const qnn_library *library);
void qnn_library_close(qnn_library *library);

/* Calls body(context, begin, end, thread) for parts of 0 .. count - 1 that
 * cover it once, on at most `threads` threads of a pool; returns when all are
 * done. `thread` is below `threads`, and no two calls at a time have the same.
 * Compiled models call it; a program may, too.
 *
 * The pool starts at the first call, never has more threads than the process
 * may use cores, and is shared by all models that are linked with it; the end
 * of the program or of its library ends it. Where it is in use already, by
 * another thread or by the caller itself, all is done by the caller; so it is
 * in a child of fork. Idle threads spin for 50 us, then sleep. */
enum { QNN_MAX_THREADS = 64 };
void qnn_parallel_for(void (*body)(void *context, int64_t begin, int64_t end,
                                   int64_t thread),
                      void *context, int64_t count, int64_t threads);

/* Bytes of one element, elements of one tensor. */
size_t qnn_type_size(int32_t type);
int64_t qnn_tensor_elements(const qnn_tensor *tensor);

#ifdef __cplusplus
}
#endif

#endif /* QNN_RUNTIME_QNN_RUNTIME_H */
