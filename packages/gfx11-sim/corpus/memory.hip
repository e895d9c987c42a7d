// Loads and stores of every width, LDS, atomics and scratch.
#include "prelude.h"

MAP(copy_u8, u8, u8, a)
MAP(copy_i8_to_i32, i32, i8, a)
MAP(copy_u16, u16, u16, a)
MAP(copy_i16_to_i32, i32, i16, a)
MAP(copy_u32x2, u32x2, u32x2, a + b)
struct Three {
  u32 x, y, z;
};
MAP(copy_three, Three, Three, (Three{a.x + b.x, a.y + c.y, b.z + c.z}))
MAP(copy_u32x4, u32x4, u32x4, a + b)

extern "C" __global__ void uniform_loads(u32 *out, const u32 *table, u64 offset) {
  u32 sum = 0;
  for (u32 i = 0; i < 16; ++i) sum += table[offset + i];
  out[global_id()] = sum + table[block_id()];
}

extern "C" __global__ void high_halves(u16 *out, const u16 *in) {
  u32 i = global_id();
  u32 packed = in[i] | (u32)in[i + 1] << 16;
  packed ^= 0x00ff00ff;
  out[i] = (u16)(packed >> 16);
  out[i + 4096] = (u16)packed;
}

extern "C" __global__ void reverse_in_lds(u32 *out, const u32 *in) {
  __shared__ u32 tile[256];
  u32 t = thread_id();
  tile[t] = in[global_id()];
  barrier();
  out[global_id()] = tile[255 - t];
}

extern "C" __global__ void transpose_in_lds(u32x4 *out, const u32x4 *in) {
  __shared__ u32x4 tile[32][9];
  u32 t = thread_id();
  tile[t & 31][t >> 5] = in[global_id()];
  barrier();
  out[global_id()] = tile[(t >> 3) & 31][t & 7];
}

extern "C" __global__ void bytes_in_lds(u8 *out, const u8 *in) {
  __shared__ u8 bytes[512];
  __shared__ u16 halves[512];
  __shared__ u64 longs[256];
  u32 t = thread_id();
  bytes[t] = in[global_id()];
  halves[t] = (u16)(in[global_id()] * 3);
  longs[t] = (u64)in[global_id()] << 33;
  barrier();
  u32 other = t ^ 1;
  out[global_id()] = (u8)(bytes[other] + halves[other] + (u8)(longs[other] >> 33) + (i8)bytes[t]);
}

extern "C" __global__ void dynamic_lds(u32 *out, const u32 *in) {
  DYNAMIC_SHARED(u32, dynamic);
  u32 t = thread_id();
  dynamic[t] = in[global_id()];
  barrier();
  out[global_id()] = dynamic[(t + 1) & 63];
}

extern "C" __global__ void sum_in_lds(f32 *out, const f32 *in) {
  __shared__ f32 part[256];
  u32 t = thread_id();
  part[t] = in[global_id()];
  for (u32 step = 128; step > 0; step >>= 1) {
    barrier();
    if (t < step) part[t] += part[t + step];
  }
  if (t == 0) out[block_id()] = part[0];
}

#define ATOMIC(name, T, operation)                                                                 \
  extern "C" __global__ void name(T *out, const T *in) {                                           \
    __shared__ T cell;                                                                             \
    T *where = &cell;                                                                              \
    if (thread_id() == 0) cell = 0;                                                                \
    barrier();                                                                                     \
    operation;                                                                                     \
    barrier();                                                                                     \
    where = out;                                                                                   \
    operation;                                                                                     \
    if (thread_id() == 0) out[1 + block_id()] = cell;                                              \
  }

ATOMIC(atomic_add_u32, u32, __atomic_fetch_add(where, in[thread_id()], __ATOMIC_RELAXED))
ATOMIC(atomic_sub_u32, u32, __atomic_fetch_sub(where, in[thread_id()], __ATOMIC_RELAXED))
ATOMIC(atomic_and_u32, u32, __atomic_fetch_and(where, in[thread_id()], __ATOMIC_RELAXED))
ATOMIC(atomic_or_u32, u32, __atomic_fetch_or(where, in[thread_id()], __ATOMIC_RELAXED))
ATOMIC(atomic_xor_u32, u32, __atomic_fetch_xor(where, in[thread_id()], __ATOMIC_RELAXED))
ATOMIC(atomic_max_u32, u32, __atomic_fetch_max(where, in[thread_id()], __ATOMIC_RELAXED))
ATOMIC(atomic_min_i32, i32, __atomic_fetch_min(where, in[thread_id()], __ATOMIC_RELAXED))
ATOMIC(atomic_add_u64, u64, __atomic_fetch_add(where, in[thread_id()], __ATOMIC_RELAXED))
ATOMIC(atomic_max_i64, i64, __atomic_fetch_max(where, in[thread_id()], __ATOMIC_RELAXED))
ATOMIC(atomic_exchange, u32, __atomic_exchange_n(where, in[thread_id()], __ATOMIC_RELAXED))

extern "C" __global__ void atomic_compare_exchange(u32 *out, const u32 *in) {
  u32 expected = *out;
  while (!__atomic_compare_exchange_n(out, &expected, expected + (in[thread_id()] | 1), false, __ATOMIC_RELAXED,
                                      __ATOMIC_RELAXED)) {
  }
}

extern "C" __global__ void atomic_returned(u32 *out, const u32 *in) {
  out[1 + global_id()] = __atomic_fetch_add(out, in[thread_id()], __ATOMIC_SEQ_CST);
}

extern "C" __global__ void scratch_array(u32 *out, const u32 *in, u32 n) {
  u32 stack[24];
  for (u32 i = 0; i < 24; ++i) stack[i] = in[i] * i;
  u32 sum = 0;
  for (u32 i = 0; i < n; ++i) {
    u32 at = (in[i] ^ thread_id()) % 24;
    stack[at] += i;
    sum += stack[(at * 7) % 24];
  }
  out[global_id()] = sum;
}

extern "C" __global__ void flat_choice(u32 *out, const u32 *in, u32 choose) {
  __shared__ u32 tile[64];
  u32 t = thread_id();
  tile[t & 63] = in[t];
  barrier();
  const u32 *from = choose & (1u << (t & 31)) ? &tile[(t + 5) & 63] : &in[t];
  out[global_id()] = *from;
}
