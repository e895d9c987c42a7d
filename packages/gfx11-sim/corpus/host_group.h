// Runs the threads of a workgroup on the host: each is a fiber, and they go on together at barriers and lane operations.
#pragma once

#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

enum { HOST_LANES = 32, HOST_THREADS = 1024, HOST_STACK_BYTES = 256 << 10, HOST_OPERAND_BYTES = 64, HOST_LDS_BYTES = 64 << 10 };

enum HostState { HOST_RUNS, HOST_AT_BARRIER, HOST_AT_LANES, HOST_ENDED };

struct HostThread {
  ucontext_t context;
  HostState state;
  u32 id[3];
  u32 number; // in the workgroup
  // A lane operation: where in the source, what this lane gives, and what all lanes gave.
  u64 site;
  u32 bytes;
  u32 active;
  alignas(64) unsigned char mine[HOST_OPERAND_BYTES];
  alignas(64) unsigned char all[HOST_LANES * HOST_OPERAND_BYTES];
};

struct HostGroup {
  u32 id[3];
  u32 grid[3];
  u32 block[3];
};

typedef void HostEntry(const unsigned char *arguments);

static HostThread *host_threads;
static HostThread *host_current;
static HostGroup host_group;
static ucontext_t host_scheduler;
static HostEntry *host_entry;
static const unsigned char *host_arguments;
alignas(16) static unsigned char host_dynamic_lds[HOST_LDS_BYTES];

// Gives the turn back until the scheduler lets this thread go on.
static __attribute__((noinline)) void host_wait(HostState state) {
  host_current->state = state;
  swapcontext(&host_current->context, &host_scheduler);
}

static inline void host_barrier() { host_wait(HOST_AT_BARRIER); }

// What all active lanes of the wave gave at the same place of the source, 0 for the others.
template <class T> static inline const T *host_all_lanes(const T &mine, u64 site) {
  static_assert(sizeof(T) <= HOST_OPERAND_BYTES, "raise HOST_OPERAND_BYTES");
  host_current->site = site;
  host_current->bytes = sizeof(T);
  memcpy(host_current->mine, &mine, sizeof(T));
  host_wait(HOST_AT_LANES);
  return (const T *)host_current->all;
}

// Lanes of the last lane operation.
static inline u32 host_active() { return host_current->active; }
static inline u32 host_lane() { return host_current->number % HOST_LANES; }

// The place of a lane operation in the source: earlier lines are smaller.
#define HOST_SITE ((u64)__builtin_LINE() << 16 | __builtin_COLUMN())

static void host_run_thread() {
  host_entry(host_arguments);
  host_current->state = HOST_ENDED;
  swapcontext(&host_current->context, &host_scheduler);
}

static void host_start(u32 number) {
  HostThread *thread = &host_threads[number];
  unsigned char *stack = thread->context.uc_stack.ss_sp ? (unsigned char *)thread->context.uc_stack.ss_sp
                                                        : (unsigned char *)malloc(HOST_STACK_BYTES);
  getcontext(&thread->context);
  thread->context.uc_stack.ss_sp = stack;
  thread->context.uc_stack.ss_size = HOST_STACK_BYTES;
  makecontext(&thread->context, host_run_thread, 0);
  thread->state = HOST_RUNS;
  thread->number = number;
  thread->id[0] = number % host_group.block[0];
  thread->id[1] = number / host_group.block[0] % host_group.block[1];
  thread->id[2] = number / host_group.block[0] / host_group.block[1];
}

// Lanes of a wave that wait at different places diverged: as in hardware, the earliest place goes on first.
static bool host_exchange(HostThread *wave, u32 lanes) {
  u64 site = ~0ull;
  for (u32 lane = 0; lane < lanes; ++lane)
    if (wave[lane].state == HOST_AT_LANES && wave[lane].site < site) site = wave[lane].site;
  u32 active = 0;
  for (u32 lane = 0; lane < lanes; ++lane)
    if (wave[lane].state == HOST_AT_LANES && wave[lane].site == site) active |= 1u << lane;
  for (u32 to = 0; to < lanes; ++to) {
    if (!(active >> to & 1)) continue;
    memset(wave[to].all, 0, sizeof(wave[to].all));
    for (u32 from = 0; from < lanes; ++from)
      if (active >> from & 1) memcpy(wave[to].all + from * wave[from].bytes, wave[from].mine, wave[from].bytes);
    wave[to].active = active;
    wave[to].state = HOST_RUNS;
  }
  return active != 0;
}

// Lets waiting threads go on; false when all have ended.
static bool host_release(u32 threads) {
  bool released = false;
  for (u32 first = 0; first < threads; first += HOST_LANES)
    released |= host_exchange(&host_threads[first], threads - first < HOST_LANES ? threads - first : HOST_LANES);
  if (released) return true;
  for (u32 number = 0; number < threads; ++number)
    if (host_threads[number].state == HOST_AT_BARRIER) {
      host_threads[number].state = HOST_RUNS;
      released = true;
    }
  return released;
}

static void host_run_group(u32 threads) {
  for (u32 number = 0; number < threads; ++number) host_start(number);
  do {
    for (u32 number = 0; number < threads; ++number) {
      host_current = &host_threads[number];
      if (host_current->state == HOST_RUNS) swapcontext(&host_scheduler, &host_current->context);
    }
  } while (host_release(threads));
}

// Runs a kernel over a grid, one workgroup after another. At most 1024 threads a workgroup.
extern "C" void host_launch(HostEntry *entry, const u32 *grid, const u32 *block, const unsigned char *arguments) {
  if (!host_threads) {
    host_threads = (HostThread *)aligned_alloc(64, HOST_THREADS * sizeof(HostThread));
    memset((void *)host_threads, 0, HOST_THREADS * sizeof(HostThread));
  }
  host_entry = entry;
  host_arguments = arguments;
  memcpy(host_group.grid, grid, sizeof(host_group.grid));
  memcpy(host_group.block, block, sizeof(host_group.block));
  for (u32 z = 0; z < grid[2]; ++z)
    for (u32 y = 0; y < grid[1]; ++y)
      for (u32 x = 0; x < grid[0]; ++x) {
        host_group.id[0] = x, host_group.id[1] = y, host_group.id[2] = z;
        host_run_group(block[0] * block[1] * block[2]);
      }
}

template <class T> struct HostArgument {
  T value;
  HostArgument(const unsigned char *arguments, u64 &at) {
    at = (at + alignof(T) - 1) / alignof(T) * alignof(T);
    memcpy(&value, arguments + at, sizeof(T));
    at += sizeof(T);
  }
};

// Calls a kernel with arguments from a kernarg segment: each at the next multiple of its alignment.
template <class... Types> static inline void host_call(void (*kernel)(Types...), const unsigned char *arguments) {
  u64 at = 0;
  // Braces: initializers are evaluated from left to right.
  struct Call {
    Call(void (*kernel)(Types...), HostArgument<Types>... all) { kernel(all.value...); }
  };
  Call{kernel, HostArgument<Types>(arguments, at)...};
}
