/*===- Pool.c - Threads for compiled models ----------------------*- C -*-===*
 *
 * One pool of threads for all models of a program. A model of 0.1 ms has ten
 * parallel regions, so starting one must cost far below a microsecond: threads
 * wait for the next region by spinning, and sleep when none comes for 50 us.
 *
 * The range of a region is cut into one share for each thread, the same shares
 * each time, so that a thread finds in its cache what it wrote in the layer
 * before. Shares are taken in small pieces; who has finished his own takes
 * from the others'. So the caller never waits for a thread that has not woken
 * up, only for pieces that are being computed.
 *
 * Who may touch what: `open` says that a region is on. A thread first counts
 * itself in `active`, then looks at `open`; the caller first closes, then waits
 * until `active` is 0. All of these are sequentially consistent, so the thread
 * sees the region closed or the caller sees the thread. The plain fields of the
 * region are written only while nobody is active and it is closed.
 *
 *===----------------------------------------------------------------------===*/

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* syscall */
#endif

#include "qnn/Runtime/qnn_runtime.h"

#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
  SPIN_NANOSECONDS = 50000,  /* before an idle thread sleeps */
  PAUSES_PER_LOOK = 64,      /* between looks at the clock */
  PAUSES_BEFORE_YIELD = 512, /* of a caller that waits for the last piece */
  PIECES = 8                 /* of one share */
};

/* Iterations next .. end - 1 are free. A cache line of its own. */
typedef struct {
  _Alignas(64) _Atomic int64_t next;
  int64_t end;
} share_t;

static struct {
  /* The region. */
  void (*body)(void *context, int64_t begin, int64_t end, int64_t thread);
  void *context;
  int64_t threads, piece;
  share_t shares[QNN_MAX_THREADS];

  _Alignas(64) atomic_uint generation; /* counts regions; what threads watch */
  atomic_bool stop;
  _Alignas(64) atomic_bool open;
  atomic_int active, sleepers;

  _Alignas(64) atomic_flag busy; /* somebody runs a region */
  int workers;                   /* threads that exist, without callers */
  bool full;                     /* no more threads can be made */
  pid_t owner;                   /* the process that they belong to */
  pthread_t ids[QNN_MAX_THREADS];
} pool = {.busy = ATOMIC_FLAG_INIT};

/* This thread is within a region: one within it runs on this thread alone. */
static _Thread_local bool inside;

static void pause_cpu(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static int64_t nanoseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* Cores that the process may use. By the system call: a model's library names
 * no C library, and sched_getaffinity would be the oldest version of it. */
static int available_cores(void) {
  unsigned long mask[1024 / (8 * sizeof(long))] = {0};
  int cores = 0;
  if (syscall(SYS_sched_getaffinity, 0, sizeof(mask), mask) <= 0)
    return (int)sysconf(_SC_NPROCESSORS_ONLN);
  for (size_t i = 0; i < sizeof(mask) / sizeof(mask[0]); ++i)
    cores += __builtin_popcountl(mask[i]);
  return cores;
}

/* ===---------------------------------------------------------------------===
 * Work
 * ===--------------------------------------------------------------------=== */

static void take_from(share_t *share, int64_t thread) {
  for (;;) {
    int64_t begin = atomic_fetch_add(&share->next, pool.piece);
    int64_t end = begin + pool.piece;
    if (begin >= share->end)
      return;
    pool.body(pool.context, begin, end < share->end ? end : share->end, thread);
  }
}

static void take_all(int64_t thread) {
  for (int64_t i = 0; i < pool.threads; ++i)
    take_from(&pool.shares[(thread + i) % pool.threads], thread);
}

/* Waits until the generation is not `seen`, and returns it. */
static unsigned await(unsigned seen) {
  int64_t start = nanoseconds();
  do {
    for (int i = 0; i < PAUSES_PER_LOOK; ++i) {
      if (atomic_load(&pool.generation) != seen)
        return atomic_load(&pool.generation);
      pause_cpu();
    }
  } while (nanoseconds() - start < SPIN_NANOSECONDS);
  atomic_fetch_add(&pool.sleepers, 1);
  while (atomic_load(&pool.generation) == seen)
    syscall(SYS_futex, &pool.generation, FUTEX_WAIT_PRIVATE, seen, NULL, NULL,
            0);
  atomic_fetch_sub(&pool.sleepers, 1);
  return atomic_load(&pool.generation);
}

/* New generation; wakes who sleeps. */
static void announce(void) {
  atomic_fetch_add(&pool.generation, 1);
  if (atomic_load(&pool.sleepers))
    syscall(SYS_futex, &pool.generation, FUTEX_WAKE_PRIVATE, INT_MAX, NULL,
            NULL, 0);
}

static void *run_worker(void *argument) {
  int64_t thread = (int64_t)(intptr_t)argument;
  unsigned seen = 0;
  inside = true;
  for (;;) {
    seen = await(seen);
    if (atomic_load(&pool.stop))
      return NULL;
    atomic_fetch_add(&pool.active, 1);
    if (atomic_load(&pool.open) && thread < pool.threads)
      take_all(thread);
    atomic_fetch_sub(&pool.active, 1);
  }
}

/* ===---------------------------------------------------------------------===
 * Threads
 * ===--------------------------------------------------------------------=== */

/* Makes threads until there are `wanted`, as far as the machine has cores. They
 * leave signals to the program's own. */
static void grow(int wanted) {
  sigset_t all, old;
  int cores = available_cores();
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  pool.owner = getpid();
  while (pool.workers < wanted && !pool.full) {
    intptr_t thread = pool.workers + 1;
    if (thread >= cores || pthread_create(&pool.ids[pool.workers], NULL,
                                          run_worker, (void *)thread) != 0)
      pool.full = true;
    else
      ++pool.workers;
  }
  pthread_sigmask(SIG_SETMASK, &old, NULL);
}

/* At the end of the program, or where a library that holds a pool is unloaded:
 * its code must not run any longer. A child of fork has no threads. */
__attribute__((destructor)) static void stop_workers(void) {
  if (atomic_flag_test_and_set(&pool.busy) || pool.workers == 0 ||
      pool.owner != getpid())
    return;
  atomic_store(&pool.stop, true);
  announce();
  for (int i = 0; i < pool.workers; ++i)
    pthread_join(pool.ids[i], NULL);
}

/* ===---------------------------------------------------------------------===
 * Regions
 * ===--------------------------------------------------------------------=== */

static void open_region(int64_t count, int64_t threads) {
  int64_t begin = 0;
  pool.threads = threads;
  pool.piece = count / (threads * PIECES) + 1;
  for (int64_t i = 0; i < threads; ++i) {
    share_t *share = &pool.shares[i];
    atomic_store_explicit(&share->next, begin, memory_order_relaxed);
    begin += count / threads + (i < count % threads);
    share->end = begin;
  }
  atomic_store(&pool.open, true);
  announce();
}

static void close_region(void) {
  atomic_store(&pool.open, false);
  for (int i = 0; atomic_load(&pool.active) != 0; ++i) {
    if (i < PAUSES_BEFORE_YIELD)
      pause_cpu();
    else
      sched_yield();
  }
}

void qnn_parallel_for(void (*body)(void *context, int64_t begin, int64_t end,
                                   int64_t thread),
                      void *context, int64_t count, int64_t threads) {
  if (count <= 0)
    return;
  if (threads > QNN_MAX_THREADS)
    threads = QNN_MAX_THREADS;
  if (threads <= 1 || count == 1 || inside ||
      atomic_flag_test_and_set(&pool.busy)) {
    body(context, 0, count, 0);
    return;
  }
  if (pool.workers < threads - 1 && !pool.full)
    grow((int)threads - 1);
  if (threads > pool.workers + 1)
    threads = pool.workers + 1;
  pool.body = body;
  pool.context = context;
  inside = true;
  open_region(count, threads);
  take_all(0);
  close_region();
  inside = false;
  atomic_flag_clear(&pool.busy);
}
