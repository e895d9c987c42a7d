// What kernels use of the CUDA language, for a C++ compiler; included before everything else.
#pragma once

#include "block.h"

#define __device__
#define __host__
#define __forceinline__ inline
#define __noinline__ __attribute__((noinline))
#define __grid_constant__
#define __launch_bounds__(...)
#define __shared__ thread_local

// Structs by value are passed by pointer in this convention, as a launcher that does not know their sizes needs it. Others
// than x86-64 do so anyway.
#ifdef __x86_64__
#define MOE_HOST_ABI __attribute__((ms_abi))
#else
#define MOE_HOST_ABI
#endif
#define __global__ MOE_HOST_ABI

#define threadIdx (moe_host::thread_index)
#define blockIdx (moe_host::block_index)
#define blockDim (moe_host::block_size)
#define gridDim (moe_host::grid_size)

struct uint2 {
    unsigned x, y;
};
struct uint4 {
    unsigned x, y, z, w;
};

template <class T>
constexpr T min(T a, T b) {
    return a < b ? a : b;
}

inline int __clz(unsigned value) { return value == 0 ? 32 : __builtin_clz(value); }
inline int __popc(unsigned value) { return __builtin_popcount(value); }
inline float __uint_as_float(unsigned bits) { return __builtin_bit_cast(float, bits); }
inline float __fmaf_rn(float a, float b, float c) { return __builtin_fmaf(a, b, c); }

inline unsigned __byte_perm(unsigned low, unsigned high, unsigned selector) {
    const uint64_t bytes = uint64_t(high) << 32 | low;
    unsigned result = 0;
    for (int i = 0; i < 4; ++i) result |= unsigned(bytes >> 8 * (selector >> 4 * i & 7) & 0xFF) << 8 * i;
    return result;
}

inline size_t __cvta_generic_to_shared(const void* pointer) { return moe_host::shared_address(pointer); }

// Thread blocks run one after the other.
template <class T>
T atomicAdd(T* counter, T value) {
    const T before = *counter;
    *counter += value;
    return before;
}
inline void __threadfence() {}

inline void __syncthreads() { moe_host::sync_block(); }

inline void check_mask(unsigned mask) {
    if (mask != ~0u) moe_host::fail("a mask that is not the whole warp");
}
inline void __syncwarp(unsigned lanes = ~0u) { moe_host::sync_lanes(lanes); }

template <class T>
T __shfl_sync(unsigned mask, T value, unsigned from) {
    check_mask(mask);
    return moe_host::exchange(value).at[from % moe_host::WARP];
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned distance) {
    check_mask(mask);
    const auto all = moe_host::exchange(value);
    return moe_host::lane() < distance ? value : all.at[moe_host::lane() - distance];
}
inline unsigned __ballot_sync(unsigned mask, bool holds) {
    check_mask(mask);
    const auto all = moe_host::exchange(holds);
    unsigned lanes = 0;
    for (unsigned i = 0; i < moe_host::WARP; ++i) lanes |= unsigned(all.at[i]) << i;
    return lanes;
}
inline bool __any_sync(unsigned mask, bool holds) { return __ballot_sync(mask, holds) != 0; }
inline bool __all_sync(unsigned mask, bool holds) { return __ballot_sync(mask, holds) == ~0u; }
