// What the kernels need of HIP and of gfx11, so that they build with a bare clang: no ROCm headers, no device library.
#pragma once

#define GLOBAL __attribute__((address_space(1)))
#define SHARED __attribute__((address_space(3)))
#define MEMBER __attribute__((device, always_inline))
#define DEVICE static inline MEMBER

// A kernel of `threads` per workgroup; `waves` have to fit on one SIMD, which bounds the VGPRs of a wave.
#define KERNEL(threads, waves)                                                                                         \
  extern "C" __attribute__((global, amdgpu_flat_work_group_size(threads, threads), amdgpu_waves_per_eu(waves))) void

// What a kernel does; elsewhere it is a stub, so that builds for several processors link.
#ifdef __GFX11__
#define ON_TARGET(call) call
#else
#define ON_TARGET(call) __builtin_trap()
#endif

#define LDS(name, bytes) __attribute__((shared, aligned(16))) static u8 name[bytes]

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef int i32;
typedef unsigned long long u64;
typedef float f32;

typedef u32 u32x4 __attribute__((ext_vector_type(4)));
typedef u32 u32x8 __attribute__((ext_vector_type(8)));
typedef f32 f32x8 __attribute__((ext_vector_type(8)));
typedef short bf16x2 __attribute__((ext_vector_type(2)));
typedef short bf16x16 __attribute__((ext_vector_type(16)));
typedef _Float16 f16x2 __attribute__((ext_vector_type(2)));
typedef _Float16 f16x16 __attribute__((ext_vector_type(16)));

typedef const GLOBAL u8 *Bytes;

constexpr u32 WAVE = 32; // lanes

DEVICE u32 thread_id() { return __builtin_amdgcn_workitem_id_x(); }
DEVICE u32 lane_id() { return thread_id() % WAVE; }
DEVICE u32 wave_id() { return __builtin_amdgcn_readfirstlane(thread_id() / WAVE); }
DEVICE u32 group_x() { return __builtin_amdgcn_workgroup_id_x(); }
DEVICE u32 group_y() { return __builtin_amdgcn_workgroup_id_y(); }

// Lanes whose condition holds, one bit each.
DEVICE u32 vote(bool condition) { return __builtin_amdgcn_ballot_w32(condition); }

// What a lane of the wave has; all lanes take part.
DEVICE u32 from_lane(u32 value, u32 lane) { return __builtin_amdgcn_ds_bpermute(lane * 4, value); }

// These lanes of a wave, which all call it with the same set of them, wait for each other and see what each wrote. They go
// in step here, and accesses to LDS that are volatile stay in their order.
DEVICE void meet(u32) {}

DEVICE u32 count_bits(u32 bits) { return __builtin_popcount(bits); }

template <class To, class From> DEVICE To bits_as(From value) { return __builtin_bit_cast(To, value); }

// 16 bytes, aligned to as many.
DEVICE u32x4 load16(Bytes at) { return *(const GLOBAL u32x4 *)at; }
DEVICE void store16(void *at, u32x4 words) { *(GLOBAL u32x4 *)at = words; }

// At once for all threads of the workgroup.
DEVICE void add_one(SHARED u32 *counter) {
  __hip_atomic_fetch_add(counter, 1u, __ATOMIC_RELAXED, __HIP_MEMORY_SCOPE_WORKGROUP);
}

// The waves of a workgroup wait for each other and for their own accesses to LDS, of which `lds` is any address: given
// away, no access is moved across. A fence would also wait for every global load, even one of "local" memory only in
// clang 19, and those are prefetches here.
DEVICE void lds_barrier(void *lds) {
  asm volatile("s_waitcnt lgkmcnt(0)\n\ts_barrier" ::"s"((SHARED u8 *)lds) : "memory");
}

// The waves of a workgroup wait for each other and see what each wrote to any memory.
DEVICE void group_barrier() {
  __builtin_amdgcn_fence(__ATOMIC_RELEASE, "workgroup");
  __builtin_amdgcn_s_barrier();
  __builtin_amdgcn_fence(__ATOMIC_ACQUIRE, "workgroup");
}

DEVICE f32 multiply_add(f32 a, f32 b, f32 c) { return __builtin_fmaf(a, b, c); }

// Within a few units of the last place; tiny results are zeros.
DEVICE f32 fast_exp2(f32 x) { return __builtin_amdgcn_exp2f(x); }
DEVICE f32 fast_reciprocal(f32 x) { return __builtin_amdgcn_rcpf(x); }

DEVICE f32 widen_bf16(u16 bits) { return bits_as<f32>(u32(bits) << 16); }
DEVICE f32 widen_f16(u16 bits) { return f32(bits_as<_Float16>(bits)); }

// To nearest, ties to even, as bits. A NaN stays one: those that arise here have no payload in the lower half.
DEVICE u16 round_bf16(f32 value) {
  const u32 bits = bits_as<u32>(value);
  return u16((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}
DEVICE u16 round_f16(f32 value) { return bits_as<u16>(_Float16(value)); }

// Nothing is scheduled across it; it costs nothing at run time.
DEVICE void schedule_fence() { __builtin_amdgcn_sched_barrier(0); }

// Hides how a value came about. A uniform base and a lane's 32-bit offset are the two operands of a global load; seen
// through, the compiler hoists their sum out of the loop and advances it with 64-bit vector additions. And it keeps a
// uniform condition in a vector register and compares that again, where the scalar comparison would be free.
template <class Uniform> DEVICE Uniform opaque(Uniform value) {
  asm("" : "+s"(value));
  return value;
}
DEVICE u32 opaque_lane(u32 value) {
  asm("" : "+v"(value));
  return value;
}

// Moves a value to registers of our choice, which costs nothing as the compiler then computes it there; and keeps the
// computation here, which it otherwise moves down to the first use, past barriers. Left alone, the compiler picks
// registers without regard for banks (register number mod 4), on which the speed of some instructions depends.
#define KEEP_IN(registers, value) asm volatile("" : "={" registers "}"(value) : "0"(value))
