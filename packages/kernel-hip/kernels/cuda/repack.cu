// Rearranges weights from the ExLlama layout into fragment order (layout.cuh) and back, bit for bit.
#include "abi.h"
#include "element.cuh"
#include "layout.cuh"

namespace moe {

constexpr int REPACK_THREADS = 256;
constexpr int WORDS_PER_BLOCK = BLOCK_WEIGHT_BYTES / 4;

/// Where one thread block of the grid works.
struct Place {
    u64 expert;
    int row0;
    int k0;
    char* block;

    __device__ __forceinline__ Place(const MoeRepackArgs& args, int bytes)
        : expert(blockIdx.z), row0(blockIdx.y * BLOCK_N), k0(blockIdx.x * BLOCK_K) {
        const u64 index = (expert * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
        block = static_cast<char*>(args.repacked) + index * bytes;
    }
};

/// One word of a fragment: thread (warp, quad, column) of `half`, k step `step`.
struct Word {
    int half, step, thread, warp, quad, column;

    __device__ __forceinline__ explicit Word(int index)
        : half(index / 1024), step(index / 128 % 8), thread(index % 128), warp(thread / 32), quad(thread % 32 / 4),
          column(thread % 4) {}
    /// Row of the block and ExLlama word of the row that hold pair `pair` (two nibbles, at `4 * column` and 16 above).
    __device__ __forceinline__ int row(int pair) const { return rowOfFragment(warp, half, quad + pair % 2 * 8); }
    __device__ __forceinline__ int sourceWord(int pair) const { return step * 2 + pair / 2; }
};

constexpr u32 PAIR_MASK = 0x000F000F;
/// Zero points are 0..16: GPTQ stores them less one.
constexpr u32 ZERO_MASK = 31;

__device__ __forceinline__ void repackWords(const MoeRepackArgs& args, const Place& place) {
    for (int index = threadIdx.x; index < WORDS_PER_BLOCK; index += REPACK_THREADS) {
        const Word word(index);
        u32 packed = 0;
        for (int pair = 0; pair < 4; ++pair) {
            const u32 row = place.row0 + word.row(pair);
            const u32 source = place.k0 / 8 + word.sourceWord(pair);
            if (row >= args.n || source >= args.k / 8) continue;
            const u32 bits = args.words[(place.expert * args.n + row) * args.rowWords + source];
            packed |= (bits >> 4 * word.column & PAIR_MASK) << 4 * pair;
        }
        *reinterpret_cast<u32*>(place.block + wordOffset(word.half, word.step, word.thread)) = packed;
    }
}

/// One thread collects the word of (row, word of the row) from the four fragments that hold its pairs.
__device__ __forceinline__ void unpackWords(const MoeRepackArgs& args, const Place& place) {
    for (int index = threadIdx.x; index < WORDS_PER_BLOCK; index += REPACK_THREADS) {
        const Word word(index);
        // The same numbering, read as (row of fragment, column) -> word `half16 = column / 2` of one row.
        const int fragmentRow = word.quad + word.column % 2 * 8;
        const int upperK = word.column / 2;
        const u32 row = place.row0 + rowOfFragment(word.warp, word.half, fragmentRow);
        const u32 target = place.k0 / 8 + word.step * 2 + upperK;
        if (row >= args.n || target >= args.k / 8) continue;
        const int pair = upperK * 2 + fragmentRow / 8;
        u32 bits = 0;
        for (int column = 0; column < 4; ++column) {
            const int thread = word.warp * 32 + word.quad * 4 + column;
            const u32 packed = *reinterpret_cast<const u32*>(place.block + wordOffset(word.half, word.step, thread));
            bits |= (packed >> 4 * pair & PAIR_MASK) << 4 * column;
        }
        args.words[(place.expert * args.n + row) * args.rowWords + target] = bits;
    }
}

/// Calls `visit(table entry offset, index into [E, N, K / G], inside)` for every scale of the block.
template <int GroupSize, class Visit>
__device__ __forceinline__ void forTables(const MoeRepackArgs& args, const Place& place, Visit visit) {
    for (int index = threadIdx.x; index < groupsPerBlock(GroupSize) * BLOCK_N; index += REPACK_THREADS) {
        const int group = index / BLOCK_N;
        const int warp = index / 32 % 4, quad = index / 4 % 8, half = index / 2 % 2, upper = index % 2;
        const u32 row = place.row0 + rowOfFragment(warp, half, quad + 8 * upper);
        const u32 k = place.k0 + group * GroupSize;
        const int offset = BLOCK_WEIGHT_BYTES + group * GROUP_TABLE_BYTES + tableOffset(warp, quad, half, upper);
        const u64 groups = args.k / GroupSize;
        visit(offset, (place.expert * args.n + row) * groups + k / GroupSize, row < args.n && k < args.k);
    }
}

template <class Element, int GroupSize, bool Zeros>
__device__ __forceinline__ void repack(const MoeRepackArgs& args) {
    const Place place(args, blockBytes(GroupSize, Zeros));
    repackWords(args, place);
    forTables<GroupSize>(args, place, [&](int offset, u64 source, bool inside) {
        *reinterpret_cast<u16*>(place.block + offset) = inside ? args.scales[source] : 0;
        if (!Zeros) return;
        const u32 zero = inside ? args.zeros[source] & ZERO_MASK : 0;
        const int table = groupsPerBlock(GroupSize) * GROUP_TABLE_BYTES;
        *reinterpret_cast<u16*>(place.block + table + offset) = static_cast<u16>(Element::OFFSET | zero);
    });
}

template <int GroupSize, bool Zeros>
__device__ __forceinline__ void unpack(const MoeRepackArgs& args) {
    const Place place(args, blockBytes(GroupSize, Zeros));
    unpackWords(args, place);
    forTables<GroupSize>(args, place, [&](int offset, u64 target, bool inside) {
        if (!inside) return;
        args.scales[target] = *reinterpret_cast<const u16*>(place.block + offset);
        if (!Zeros) return;
        const int table = groupsPerBlock(GroupSize) * GROUP_TABLE_BYTES;
        args.zeros[target] = *reinterpret_cast<const u16*>(place.block + table + offset) & ZERO_MASK;
    });
}

}  // namespace moe

#define MOE_REPACK(SUFFIX, ELEMENT, GROUP, ZEROS)                                                                             \
    extern "C" __global__ void __launch_bounds__(moe::REPACK_THREADS)                                                         \
        moe_repack_##SUFFIX(const __grid_constant__ MoeRepackArgs args) {                                                     \
        moe::repack<moe::ELEMENT, GROUP, ZEROS>(args);                                                                        \
    }                                                                                                                         \
    extern "C" __global__ void __launch_bounds__(moe::REPACK_THREADS)                                                         \
        moe_unpack_##SUFFIX(const __grid_constant__ MoeRepackArgs args) {                                                     \
        moe::unpack<GROUP, ZEROS>(args);                                                                                      \
    }

// Without zero points the layout does not depend on the type.
MOE_REPACK(g128, Bf16, 128, false)
MOE_REPACK(g64, Bf16, 64, false)
MOE_REPACK(g32, Bf16, 32, false)
MOE_REPACK(bf16_g128_zeros, Bf16, 128, true)
MOE_REPACK(bf16_g64_zeros, Bf16, 64, true)
MOE_REPACK(bf16_g32_zeros, Bf16, 32, true)
MOE_REPACK(f16_g128_zeros, F16, 128, true)
MOE_REPACK(f16_g64_zeros, F16, 64, true)
MOE_REPACK(f16_g32_zeros, F16, 32, true)
