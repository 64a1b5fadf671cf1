/*===- Program.c - A compiled model as a program -------------------*- C -*-===*
 *
 * What qnn-compile --emit=exe links with a model: reads inputs from .npy files,
 * runs the model, writes outputs.
 *
 *===----------------------------------------------------------------------===*/

#include "Npy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const qnn_model *qnn_get_model(void);

typedef struct {
  const char *program;
  const qnn_model *model;
  const char **inputFiles, **outputFiles; /* one for each tensor, or NULL */
  void **inputs, **outputs;
  int64_t samples;
} Session;

/*===--- Options ----------------------------------------------------------===*/

static void printTensor(FILE *file, const char *kind,
                        const qnn_tensor *tensor) {
  static const char *const types[] = {"f32", "i32", "i64", "i8", "u8"};
  int i;
  fprintf(file, "  %s %s: %s[", kind, tensor->name, types[tensor->type]);
  for (i = 0; i < tensor->rank; ++i)
    fprintf(file, i ? ", %lld" : "%lld", (long long)tensor->shape[i]);
  fprintf(file, "]\n");
}

static void printHelp(const Session *session) {
  const qnn_model *model = session->model;
  int i;
  printf("usage: %s --input [NAME=]X.npy... --output [NAME=]Y.npy...\n",
         session->program);
  printf(
      "Runs the network %s on NumPy's files. Arrays may hold several samples "
      "in their\nfirst dimension.\n",
      model->name);
  for (i = 0; i < model->num_inputs; ++i)
    printTensor(stdout, "input ", &model->inputs[i]);
  for (i = 0; i < model->num_outputs; ++i)
    printTensor(stdout, "output", &model->outputs[i]);
}

/* Puts `argument`, [NAME=]FILE, into the place of its tensor: by its name, or
 * the first that has no file. */
static int place(const Session *session, const char *kind, const char *argument,
                 const qnn_tensor *tensors, int32_t count, const char **files) {
  int i;
  for (i = 0; i < count; ++i) {
    size_t length = strlen(tensors[i].name);
    if (strncmp(argument, tensors[i].name, length) == 0 &&
        argument[length] == '=') {
      files[i] = argument + length + 1;
      return 0;
    }
  }
  for (i = 0; i < count; ++i)
    if (!files[i]) {
      files[i] = argument;
      return 0;
    }
  fprintf(stderr, "%s: --%s %s: the network has %d %ss\n", session->program,
          kind, argument, count, kind);
  return -1;
}

/* 0: run; 1: done already; -1: wrong. */
static int parseOptions(Session *session, int argc, char **argv) {
  const qnn_model *model = session->model;
  int i;
  for (i = 1; i < argc; i += 2) {
    const char *value = i + 1 < argc ? argv[i + 1] : NULL;
    int status = -1;
    if (strcmp(argv[i], "--help") == 0) {
      printHelp(session);
      return 1;
    }
    if (value && strcmp(argv[i], "--input") == 0)
      status = place(session, "input", value, model->inputs, model->num_inputs,
                     session->inputFiles);
    else if (value && strcmp(argv[i], "--output") == 0)
      status = place(session, "output", value, model->outputs,
                     model->num_outputs, session->outputFiles);
    else
      fprintf(stderr,
              "%s: expected --input FILE or --output FILE, but got '%s'; "
              "--help says more\n",
              session->program, argv[i]);
    if (status != 0)
      return -1;
  }
  return 0;
}

/*===--- Running ----------------------------------------------------------===*/

static int readInputs(Session *session) {
  const qnn_model *model = session->model;
  int i;
  for (i = 0; i < model->num_inputs; ++i) {
    int64_t samples;
    const qnn_tensor *tensor = &model->inputs[i];
    if (!session->inputFiles[i]) {
      fprintf(stderr, "%s: no --input for '%s'; --help says more\n",
              session->program, tensor->name);
      return -1;
    }
    session->inputs[i] = qnn_npy_read(session->inputFiles[i], tensor, &samples);
    if (!session->inputs[i])
      return -1;
    if (i > 0 && samples != session->samples) {
      fprintf(stderr, "%s: input '%s': expected %lld samples, but got %lld\n",
              session->inputFiles[i], tensor->name, (long long)session->samples,
              (long long)samples);
      return -1;
    }
    session->samples = samples;
  }
  return 0;
}

static size_t bytesOf(const qnn_tensor *tensor) {
  return (size_t)qnn_tensor_elements(tensor) * qnn_type_size(tensor->type);
}

/* Moves pointers to tensors `samples` samples further. */
static void advance(void **pointers, const qnn_tensor *tensors, int32_t count,
                    int64_t samples) {
  int i;
  for (i = 0; i < count; ++i)
    pointers[i] = (char *)pointers[i] + samples * (int64_t)bytesOf(&tensors[i]);
}

static int allocate(Session *session, void **arena) {
  const qnn_model *model = session->model;
  int i;
  *arena = aligned_alloc(64, ((size_t)model->arena_bytes / 64 + 1) * 64);
  for (i = 0; i < model->num_outputs; ++i) {
    size_t bytes = (size_t)session->samples * bytesOf(&model->outputs[i]);
    session->outputs[i] = aligned_alloc(64, (bytes / 64 + 1) * 64);
    if (!session->outputs[i])
      return -1;
  }
  return *arena ? 0 : -1;
}

/* One call where the batch is an argument, else one for each batch. The
 * pointers move along, and back at the end. */
static int runAll(const Session *session, void *arena) {
  const qnn_model *model = session->model;
  int64_t done, step = model->batch == 0 ? session->samples : 1;
  int failed = 0;
  for (done = 0; done < session->samples && !failed; done += step) {
    failed = model->run((const void *const *)session->inputs, session->outputs,
                        arena, step) != 0;
    advance(session->inputs, model->inputs, model->num_inputs, step);
    advance(session->outputs, model->outputs, model->num_outputs, step);
  }
  advance(session->inputs, model->inputs, model->num_inputs, -done);
  advance(session->outputs, model->outputs, model->num_outputs, -done);
  return failed ? -1 : 0;
}

static int writeOutputs(const Session *session) {
  const qnn_model *model = session->model;
  int i;
  for (i = 0; i < model->num_outputs; ++i)
    if (session->outputFiles[i] &&
        qnn_npy_write(session->outputFiles[i], &model->outputs[i],
                      session->samples, session->outputs[i]) != 0)
      return -1;
  return 0;
}

static int run(Session *session) {
  void *arena;
  if (readInputs(session) != 0)
    return -1;
  if (allocate(session, &arena) != 0) {
    fprintf(stderr, "%s: out of memory\n", session->program);
    return -1;
  }
  if (runAll(session, arena) != 0) {
    fprintf(stderr, "%s: the model failed\n", session->program);
    return -1;
  }
  return writeOutputs(session);
}

/* Memory is given back by the end of the program. */
int main(int argc, char **argv) {
  Session session = {argv[0], qnn_get_model(), NULL, NULL, NULL, NULL, 1};
  size_t inputs = (size_t)session.model->num_inputs + 1;
  size_t outputs = (size_t)session.model->num_outputs + 1;
  int status;
  session.inputFiles = calloc(inputs, sizeof(char *));
  session.outputFiles = calloc(outputs, sizeof(char *));
  session.inputs = calloc(inputs, sizeof(void *));
  session.outputs = calloc(outputs, sizeof(void *));
  if (!session.inputFiles || !session.outputFiles || !session.inputs ||
      !session.outputs) {
    fprintf(stderr, "%s: out of memory\n", session.program);
    return 1;
  }
  status = parseOptions(&session, argc, argv);
  if (status == 0)
    status = run(&session);
  return status < 0 ? 1 : 0;
}
