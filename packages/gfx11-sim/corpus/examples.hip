// Kernels of the guide, and one for each mistake that the checks find. Prebuilt for the tests that have no compiler.
#include "prelude.h"

extern "C" __global__ void saxpy(f32 *y, const f32 *x, f32 alpha, u32 n) {
  u32 i = global_id();
  if (i < n) y[i] += alpha * x[i];
}

// One word for each block: the sum of its elements. Wants a word of dynamic LDS for each thread.
extern "C" __global__ void block_sum(u32 *out, const u32 *in) {
  extern __shared__ u32 tile[];
  u32 t = thread_id();
  tile[t] = in[global_id()];
  for (u32 half = block_size() / 2; half > 0; half /= 2) {
    barrier();
    if (t < half) tile[t] += tile[t + half];
  }
  if (t == 0) out[block_id()] = tile[0];
}

struct Pair {
  u32 first, second;
};

extern "C" __global__ void every_size(u64 *out, u8 a, i16 b, i32 c, u64 d, f32 e, f64 f, Pair pair) {
  if (global_id() != 0) return;
  out[0] = a;
  out[1] = (u64)(i64)b;
  out[2] = (u64)(i64)c;
  out[3] = d;
  out[4] = __builtin_bit_cast(u32, e);
  out[5] = __builtin_bit_cast(u64, f);
  out[6] = pair.first;
  out[7] = pair.second;
}

// Copies without looking at the size.
extern "C" __global__ void copy_unchecked(u32 *out, const u32 *in) { out[global_id()] = in[global_id()]; }

extern "C" __global__ void missing_barrier(u32 *out) {
  extern __shared__ volatile u32 numbers[];
  numbers[thread_id()] = global_id();
  barrier();
  u32 next = numbers[(thread_id() + 32) % block_size()];
  numbers[thread_id()] = next;
  out[global_id()] = numbers[thread_id()];
}

extern "C" __global__ void misaligned_atomic(u8 *out) {
  __atomic_fetch_add((u32 *)(out + 2), 1, __ATOMIC_RELAXED);
}

extern "C" __global__ void divergent_barrier(u32 *out) {
  if (thread_id() < 32) barrier();
  out[global_id()] = 1;
}

// Counts to 2^32 - 1, a step at a time.
extern "C" __global__ void count_for_ever(volatile u32 *out) {
  for (u32 i = 0; i != ~0u; ++i) out[global_id()] = i;
}

extern "C" __global__ void missing_wait(u32 *out, const u32 *in) {
#ifdef __HIP__
  u32 loaded;
  asm volatile("global_load_b32 %0, %1, off\n\tv_add_nc_u32 %0, 1, %0\n\ts_waitcnt vmcnt(0)" : "=&v"(loaded) : "v"(in + global_id()));
  out[global_id()] = loaded;
#endif
}
