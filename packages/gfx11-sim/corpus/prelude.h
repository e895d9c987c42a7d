// The part of HIP that the corpus uses, without ROCm: attributes, ids, barriers, and vector types.
#pragma once

// The host and the simulated processor have to round at the same places.
#pragma clang fp contract(off)

#ifdef __HIP__
#define __global__ __attribute__((global))
#define __device__ __attribute__((device))
#define __shared__ __attribute__((shared))
#define __launch_bounds__(threads) __attribute__((amdgpu_flat_work_group_size(1, threads)))
#else
#define __global__
#define __device__
#define __shared__ static
#define __launch_bounds__(threads)
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
typedef u16 u16x8 __attribute__((ext_vector_type(8)));
typedef u16 u16x16 __attribute__((ext_vector_type(16)));
typedef i32 i32x2 __attribute__((ext_vector_type(2)));
typedef i32 i32x4 __attribute__((ext_vector_type(4)));
typedef i32 i32x8 __attribute__((ext_vector_type(8)));

#ifdef __HIP__
// Memory of a workgroup whose size the launch gives.
#define DYNAMIC_SHARED(T, name) extern __shared__ T name[]
#else
#define DYNAMIC_SHARED(T, name) T *name = (T *)host_dynamic_lds
#include "host_group.h"
// These two use what the first defines.
#include "host_builtins.h"
#include "host_lanes.h"
#include "host_matrix.h"
#endif

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

// Every NaN as the same one: which payload survives differs between processors.
#define SAME_NAN(T)                                                                                \
  static inline __device__ T same_nan(T x) { return x == x ? x : (T)__builtin_nanf(""); }
SAME_NAN(f16)
SAME_NAN(bf16)
SAME_NAN(f32)
SAME_NAN(f64)
static inline __device__ f16x2 same_nan(f16x2 x) { return (f16x2){same_nan(x.x), same_nan(x.y)}; }
template <class T> static inline __device__ T same_nan(T x) { return x; }

#ifdef __HIP__
// Out of range the device's conversions give the nearest integer; on the host that takes more than a cast.
#define SATURATING(T) template <class F> static inline __device__ T saturating_##T(F x) { return (T)x; }
SATURATING(i16)
SATURATING(u16)
SATURATING(i32)
SATURATING(u32)
#define elementwise_min __builtin_elementwise_min
#define elementwise_max __builtin_elementwise_max
#endif

// One kernel of one element per thread: `out[i] = expression` over inputs a[i], b[i], c[i].
#define MAP(name, R, T, expression)                                                                \
  extern "C" __global__ void name(R *out, const T *pa, const T *pb, const T *pc, u32 n) {          \
    u32 i = global_id();                                                                           \
    if (i >= n) return;                                                                            \
    T a = pa[i], b = pb[i], c = pc[i];                                                             \
    R result = expression;                                                                         \
    out[i] = same_nan(result);                                                                     \
  }
