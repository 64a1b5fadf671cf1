/*===- Npy.c - NumPy's .npy files of a model's tensors -------------*- C -*-===*
 *
 * The header is a Python literal with three keys. It is scanned for these, not
 * parsed as Python.
 *
 *===----------------------------------------------------------------------===*/

#include "Npy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_DIMENSIONS = 16, MOST_HEADER = 1 << 16 };

typedef struct {
  char descr[8];
  int isFortran, rank;
  int64_t shape[MOST_DIMENSIONS];
} Header;

static const char *descrOf(int32_t type) {
  switch (type) {
  case QNN_F32:
    return "<f4";
  case QNN_I32:
    return "<i4";
  case QNN_I64:
    return "<i8";
  case QNN_I8:
    return "|i1";
  default:
    return "|u1";
  }
}

/*===--- Reading ----------------------------------------------------------===*/

/* The text after `'key':`; NULL without the key. */
static const char *valueOf(const char *text, const char *key) {
  const char *at = strstr(text, key);
  if (!at)
    return NULL;
  at += strlen(key);
  return at + strspn(at, " :");
}

static int parseShape(const char *text, Header *header) {
  if (*text++ != '(')
    return -1;
  for (;;) {
    char *end;
    text += strspn(text, " ,");
    if (*text == ')')
      return 0;
    if (header->rank == MOST_DIMENSIONS)
      return -1;
    errno = 0;
    header->shape[header->rank] = strtoll(text, &end, 10);
    if (end == text || errno || header->shape[header->rank] < 0)
      return -1;
    ++header->rank;
    text = end;
  }
}

static int parseHeader(const char *text, Header *header) {
  const char *descr = valueOf(text, "'descr'");
  const char *order = valueOf(text, "'fortran_order'");
  const char *shape = valueOf(text, "'shape'");
  size_t length;
  if (!descr || !order || !shape || *descr++ != '\'')
    return -1;
  length = strcspn(descr, "'");
  if (length >= sizeof(header->descr))
    return -1;
  memcpy(header->descr, descr, length);
  header->isFortran = strncmp(order, "True", 4) == 0;
  return parseShape(shape, header);
}

/* Leaves the file at the first element. */
static int readHeader(FILE *file, Header *header) {
  unsigned char start[12];
  size_t length, isOld;
  char *text;
  int status;
  if (fread(start, 1, 10, file) != 10 || memcmp(start, "\x93NUMPY", 6) != 0)
    return -1;
  isOld = start[6] == 1;
  if (!isOld && fread(start + 10, 1, 2, file) != 2)
    return -1;
  length = start[8] | (size_t)start[9] << 8;
  if (!isOld)
    length |= (size_t)start[10] << 16 | (size_t)start[11] << 24;
  if (length > MOST_HEADER || !(text = calloc(length + 1, 1)))
    return -1;
  status =
      fread(text, 1, length, file) == length ? parseHeader(text, header) : -1;
  free(text);
  return status;
}

/* Samples in an array of this shape; -1 where it does not fit the tensor. */
static int64_t samplesOf(const Header *header, const qnn_tensor *tensor) {
  int i;
  if (header->rank != tensor->rank)
    return -1;
  for (i = 1; i < tensor->rank; ++i)
    if (header->shape[i] != tensor->shape[i])
      return -1;
  if (tensor->rank == 0)
    return 1;
  if (tensor->shape[0] == 0 || header->shape[0] % tensor->shape[0] != 0)
    return -1;
  return header->shape[0] / tensor->shape[0];
}

static void printShape(FILE *file, int32_t rank, const int64_t *shape) {
  int i;
  for (i = 0; i < rank; ++i)
    fprintf(file, i ? "x%lld" : "%lld", (long long)shape[i]);
}

static void sayUnfit(const char *path, const Header *header,
                     const qnn_tensor *tensor) {
  fprintf(stderr, "%s: input '%s': expected %s of shape ", path, tensor->name,
          descrOf(tensor->type));
  printShape(stderr, tensor->rank, tensor->shape);
  fprintf(stderr,
          " or a multiple of its first dimension, but got %s%s of shape ",
          header->descr, header->isFortran ? " in Fortran's order" : "");
  printShape(stderr, header->rank, header->shape);
  fprintf(stderr, "\n");
}

static void *readElements(FILE *file, const char *path,
                          const qnn_tensor *tensor, int64_t *samples) {
  Header header = {{0}, 0, 0, {0}};
  size_t bytes;
  void *data;
  if (readHeader(file, &header) != 0) {
    fprintf(stderr, "%s: not a .npy file\n", path);
    return NULL;
  }
  *samples = samplesOf(&header, tensor);
  if (*samples < 0 || header.isFortran ||
      strcmp(header.descr, descrOf(tensor->type)) != 0) {
    sayUnfit(path, &header, tensor);
    return NULL;
  }
  bytes = (size_t)(*samples * qnn_tensor_elements(tensor)) *
          qnn_type_size(tensor->type);
  data = aligned_alloc(64, (bytes / 64 + 1) * 64);
  if (!data) {
    fprintf(stderr, "%s: out of memory\n", path);
    return NULL;
  }
  if (fread(data, 1, bytes, file) == bytes)
    return data;
  fprintf(stderr, "%s: the file ends before its last element\n", path);
  free(data);
  return NULL;
}

void *qnn_npy_read(const char *path, const qnn_tensor *tensor,
                   int64_t *samples) {
  void *data;
  FILE *file = fopen(path, "rb");
  if (!file) {
    fprintf(stderr, "%s: %s\n", path, strerror(errno));
    return NULL;
  }
  data = readElements(file, path, tensor, samples);
  fclose(file);
  return data;
}

/*===--- Writing ----------------------------------------------------------===*/

/* `{'descr': ..., }`, filled with spaces so that elements begin at a multiple
 * of 64 bytes. */
static int writeHeader(FILE *file, const qnn_tensor *tensor, int64_t samples) {
  char text[1024];
  unsigned char start[10] = "\x93NUMPY\x01";
  size_t length, total;
  int i;
  length = (size_t)snprintf(
      text, sizeof(text), "{'descr': '%s', 'fortran_order': False, 'shape': (",
      descrOf(tensor->type));
  for (i = 0; i < tensor->rank && length < sizeof(text) - 128; ++i)
    length += (size_t)snprintf(
        text + length, sizeof(text) - length, "%lld, ",
        (long long)(i ? tensor->shape[i] : samples * tensor->shape[i]));
  length += (size_t)snprintf(text + length, sizeof(text) - length, "), }");
  total = (10 + length + 1 + 63) / 64 * 64 - 10;
  start[8] = total & 255;
  start[9] = (unsigned char)(total >> 8);
  return fwrite(start, 1, 10, file) == 10 &&
                 fprintf(file, "%-*s\n", (int)total - 1, text) == (int)total
             ? 0
             : -1;
}

int qnn_npy_write(const char *path, const qnn_tensor *tensor, int64_t samples,
                  const void *data) {
  size_t bytes = (size_t)(samples * qnn_tensor_elements(tensor)) *
                 qnn_type_size(tensor->type);
  FILE *file = fopen(path, "wb");
  int failed = !file || writeHeader(file, tensor, samples) != 0 ||
               fwrite(data, 1, bytes, file) != bytes;
  if (file && fclose(file) != 0)
    failed = 1;
  if (failed)
    fprintf(stderr, "%s: cannot write: %s\n", path, strerror(errno));
  return failed ? -1 : 0;
}
