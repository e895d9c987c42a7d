// What the kernels of both vendors need of CUDA (sm_80 and later), under the names of gfx11.h, which says what they mean.
#pragma once
#include "prelude.cuh"

#define GLOBAL
#define SHARED
#define MEMBER __device__ __forceinline__
#define DEVICE static MEMBER

#define KERNEL(threads, waves) extern "C" __global__ void __launch_bounds__(threads)
#define ON_TARGET(call) call

#define LDS(name, bytes) alignas(16) __shared__ u8 name[bytes]

typedef unsigned char u8;
typedef int i32;
typedef float f32;

struct alignas(16) u32x4 {
  u32 at[4];
  MEMBER u32 &operator[](u32 i) { return at[i]; }
  MEMBER u32 operator[](u32 i) const { return at[i]; }
};

typedef const u8 *Bytes;

constexpr u32 WAVE = 32;

DEVICE u32 thread_id() { return threadIdx.x; }
DEVICE u32 lane_id() { return thread_id() % WAVE; }
DEVICE u32 wave_id() { return thread_id() / WAVE; }
DEVICE u32 group_x() { return blockIdx.x; }
DEVICE u32 group_y() { return blockIdx.y; }

DEVICE u32 vote(bool condition) { return __ballot_sync(~0u, condition); }
DEVICE u32 from_lane(u32 value, u32 lane) { return __shfl_sync(~0u, value, lane); }
DEVICE void meet(u32 lanes) { __syncwarp(lanes); }
DEVICE u32 count_bits(u32 bits) { return __popc(bits); }

DEVICE u32x4 load16(Bytes at) {
  const uint4 words = *(const uint4 *)at;
  return {{words.x, words.y, words.z, words.w}};
}
DEVICE void store16(void *at, const u32x4 &words) { *(uint4 *)at = uint4{words[0], words[1], words[2], words[3]}; }

DEVICE void add_one(u32 *counter) { atomicAdd(counter, 1u); }
DEVICE void lds_barrier(void *) { __syncthreads(); }
DEVICE void group_barrier() { __syncthreads(); }

DEVICE f32 multiply_add(f32 a, f32 b, f32 c) { return __fmaf_rn(a, b, c); }
DEVICE f32 fast_exp2(f32 x) { return moe::exp2Fast(x); }
DEVICE f32 fast_reciprocal(f32 x) { return moe::reciprocalFast(x); }

DEVICE f32 widen_bf16(u16 bits) { return __uint_as_float(u32(bits) << 16); }
DEVICE f32 widen_f16(u16 bits) { return moe::f16ToFloat(bits); }

// Not gfx11's integer code: arithmetic gives the NaN 0x7fffffff here, which that would carry into the sign, to -0.
DEVICE u16 round_bf16(f32 value) { return u16(moe::packBf16x2(value, 0)); }
DEVICE u16 round_f16(f32 value) { return u16(moe::packF16x2(value, 0)); }
