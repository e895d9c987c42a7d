// From a repacked block in shared memory to fragments in registers.
#pragma once

#include "element.cuh"
#include "lane.cuh"
#include "layout.cuh"

namespace moe {

constexpr int STEPS = BLOCK_K / 16;

/// Weights of a block on their way into fragments.
template <class Element, int GroupSize, bool Zeros, int Fragments>
struct Decoder {
    static constexpr int GROUPS = groupsPerBlock(GroupSize);
    static constexpr int STEPS_PER_GROUP = GroupSize / 16;
    const Lane& at;
    int firstHalf;
    uint4 words[Fragments][2];
    /// Scales of both halves of a group, rows `lane / 4` and 8 more in the halves of a register; -(zero point) likewise.
    uint2 scales[GROUPS], offsets[GROUPS];

    explicit __device__ __forceinline__ Decoder(const Lane& at) : at(at), firstHalf(Fragments == 2 ? 0 : at.group) {}

    /// Starts to load what `decode` needs of the block at `weights`.
    __device__ __forceinline__ void fetch(u32 weights) {
#pragma unroll
        for (int f = 0; f < Fragments; ++f)
#pragma unroll
            for (int four = 0; four < 2; ++four)
                words[f][four] = loadShared16(weights + wordOffset(firstHalf + f, 4 * four, at.thread()));
        const u32 table = weights + BLOCK_WEIGHT_BYTES + tableOffset(at.warp, at.lane / 4, 0, 0);
#pragma unroll
        for (int group = 0; group < GROUPS; ++group) {
            scales[group] = loadShared8(table + group * GROUP_TABLE_BYTES);
            if (Zeros) offsets[group] = loadShared8(table + (GROUPS + group) * GROUP_TABLE_BYTES);
        }
    }

    /// Entries of a table for fragment `f`.
    __device__ __forceinline__ u32 entries(uint2 pairs, int f) const {
        return (Fragments == 2 ? f : firstHalf) ? pairs.y : pairs.x;
    }

    /// Fragments of one step, 0..7.
    __device__ __forceinline__ void decode(int step, u32 (&fragment)[Fragments][4]) const {
        const int group = step / STEPS_PER_GROUP;
#pragma unroll
        for (int f = 0; f < Fragments; ++f)
            decodeFragment<Element, Zeros>(wordOf(words[f][step / 4], step % 4), entries(offsets[group], f),
                                           entries(scales[group], f), fragment[f]);
    }
};

}  // namespace moe
