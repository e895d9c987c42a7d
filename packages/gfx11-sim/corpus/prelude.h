// The part of HIP that the corpus uses, without ROCm: attributes, ids, barriers, and vector types.
#pragma once

#ifdef __HIP__
#define __global__ __attribute__((global))
#define __device__ __attribute__((device))
#define __shared__ __attribute__((shared))
#define __launch_bounds__(threads) __attribute__((amdgpu_flat_work_group_size(1, threads)))
#else
#define __global__
#define __device__
#endif

typedef unsigned char u8;
typedef signed char i8;
typedef unsigned short u16;
typedef short i16;
typedef unsigned int u32;
typedef int i32;
typedef unsigned long long u64;
typedef long long i64;
typedef float f32;
typedef double f64;
typedef _Float16 f16;
typedef __bf16 bf16;

typedef u32 u32x2 __attribute__((ext_vector_type(2)));
typedef u32 u32x3 __attribute__((ext_vector_type(3)));
typedef u32 u32x4 __attribute__((ext_vector_type(4)));
typedef i16 i16x2 __attribute__((ext_vector_type(2)));
typedef u16 u16x2 __attribute__((ext_vector_type(2)));
typedef i16 i16x16 __attribute__((ext_vector_type(16)));
typedef f16 f16x2 __attribute__((ext_vector_type(2)));
typedef f16 f16x16 __attribute__((ext_vector_type(16)));
typedef f32 f32x8 __attribute__((ext_vector_type(8)));
typedef i32 i32x2 __attribute__((ext_vector_type(2)));
typedef i32 i32x4 __attribute__((ext_vector_type(4)));
typedef i32 i32x8 __attribute__((ext_vector_type(8)));

#ifdef __HIP__
static inline __device__ u32 lane_id() { return __builtin_amdgcn_mbcnt_lo(~0u, 0u); }
static inline __device__ u32 thread_id() { return __builtin_amdgcn_workitem_id_x(); }
static inline __device__ u32 block_id() { return __builtin_amdgcn_workgroup_id_x(); }
static inline __device__ u32 block_size() { return __builtin_amdgcn_workgroup_size_x(); }
static inline __device__ u32 global_id() { return block_id() * block_size() + thread_id(); }

static inline __device__ void barrier() {
  __builtin_amdgcn_fence(__ATOMIC_RELEASE, "workgroup");
  __builtin_amdgcn_s_barrier();
  __builtin_amdgcn_fence(__ATOMIC_ACQUIRE, "workgroup");
}

#else
// On the host a loop over threads calls the kernel, after setting the thread's number.
extern "C" u32 corpus_global_id;
u32 corpus_global_id;
static inline u32 global_id() { return corpus_global_id; }
#include "host_builtins.h"
#endif

// One kernel of one element per thread: `out[i] = expression` over inputs a[i], b[i], c[i].
#define MAP(name, R, T, expression)                                                                \
  extern "C" __global__ void name(R *out, const T *pa, const T *pb, const T *pc, u32 n) {          \
    u32 i = global_id();                                                                           \
    if (i >= n) return;                                                                            \
    T a = pa[i], b = pb[i], c = pc[i];                                                             \
    out[i] = expression;                                                                           \
  }
