// wgmma with the weights' fragment in registers and the activations in shared memory: D[64, N] += A[64, 16] * B[16, N].
// N is the number of tokens, so a tile is as high as its expert has rows.
#pragma once

#include "element.cuh"

namespace moe {

/// Descriptor of a K-major operand in the 128-byte swizzle: eight rows of 128 bytes are 1024 bytes apart from the next eight.
/// 32 bytes further along K is the descriptor plus 2.
__device__ __forceinline__ u64 operandDescriptor(u32 address) {
    return static_cast<u64>((address & 0x3FFFF) >> 4) | (1ull << 16) | (64ull << 32) | (1ull << 62);
}

}  // namespace moe

#ifdef __CUDACC__
#include "wgmma_ptx.cuh"
#else
#include "wgmma_host.h"
#endif
