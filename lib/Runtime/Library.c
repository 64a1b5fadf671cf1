/*===- Library.c - Loads a compiled model ------------------------*- C -*-===*
 *
 * A model's shared library describes itself through `qnn_get_model`. What is
 * loaded is checked before anybody runs it, so that a library of another kind
 * or version ends in a message.
 *
 *===----------------------------------------------------------------------===*/

#define _POSIX_C_SOURCE 200809L

#include "qnn/Runtime/qnn_runtime.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct qnn_library {
  void *handle;
  const qnn_model *model;
};

static void say(char *message, size_t size, const char *format, ...) {
  va_list arguments;
  if (!message || size == 0)
    return;
  va_start(arguments, format);
  vsnprintf(message, size, format, arguments);
  va_end(arguments);
}

/* A bare file name means a file of this folder, never a search of system
 * folders. */
static void *load(const char *path) {
  void *handle;
  char *local;
  if (strchr(path, '/'))
    return dlopen(path, RTLD_NOW | RTLD_LOCAL);
  local = malloc(strlen(path) + 3);
  if (!local)
    return NULL;
  strcpy(local, "./");
  strcat(local, path);
  handle = dlopen(local, RTLD_NOW | RTLD_LOCAL);
  free(local);
  return handle;
}

static const char *lastError(void) {
  const char *text = dlerror();
  return text ? text : "out of memory";
}

/* dlsym's result as a function pointer; ISO C has no cast for it. */
static const qnn_model *(*findGetModel(void *handle))(void) {
  const qnn_model *(*function)(void) = NULL;
  void *symbol = dlsym(handle, "qnn_get_model");
  memcpy(&function, &symbol, sizeof(function));
  return function;
}

static const qnn_model *checkedModel(const char *path, void *handle,
                                     char *message, size_t size) {
  const qnn_model *model;
  const qnn_model *(*getModel)(void) = findGetModel(handle);
  if (!getModel) {
    say(message, size, "%s: not a compiled model: no symbol qnn_get_model",
        path);
    return NULL;
  }
  model = getModel();
  if (!model) {
    say(message, size, "%s: the library has no model descriptor", path);
    return NULL;
  }
  if (model->abi_version != QNN_ABI_VERSION) {
    say(message, size,
        "%s: made for version %d of the model interface, but this is version "
        "%d",
        path, (int)model->abi_version, QNN_ABI_VERSION);
    return NULL;
  }
  return model;
}

qnn_library *qnn_library_open(const char *path, char *message, size_t size) {
  qnn_library *library;
  const qnn_model *model;
  void *handle = load(path);
  if (!handle) {
    say(message, size, "%s: cannot load the library: %s", path, lastError());
    return NULL;
  }
  model = checkedModel(path, handle, message, size);
  library = model ? malloc(sizeof(*library)) : NULL;
  if (!library) {
    if (model)
      say(message, size, "%s: out of memory", path);
    dlclose(handle);
    return NULL;
  }
  library->handle = handle;
  library->model = model;
  return library;
}

const qnn_model *qnn_library_model(const qnn_library *library) {
  return library->model;
}

void qnn_library_close(qnn_library *library) {
  if (!library)
    return;
  dlclose(library->handle);
  free(library);
}

size_t qnn_type_size(int32_t type) {
  switch (type) {
  case QNN_F32:
  case QNN_I32:
    return 4;
  case QNN_I64:
    return 8;
  case QNN_I8:
  case QNN_U8:
    return 1;
  default:
    return 0;
  }
}

int64_t qnn_tensor_elements(const qnn_tensor *tensor) {
  int64_t elements = 1;
  int32_t i;
  for (i = 0; i < tensor->rank; ++i)
    elements *= tensor->shape[i];
  return elements;
}
