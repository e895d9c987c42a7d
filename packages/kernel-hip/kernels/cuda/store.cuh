// From sums to rows of C.
#pragma once

#include "abi.h"
#include "element.cuh"
#include "lane.cuh"
#include "tile.cuh"

namespace moe {

/// Stores the rows of a tile: eight tokens and 32 columns of a warp at a time, 64 bytes a token. `targetOf` gives the
/// place in C, in units of 16 bytes, of this lane's row of such eight, or NO_TARGET.
template <class Element, int Rows, int Fragments, class TargetOf>
__device__ __forceinline__ void storeTile(const MoeGemmArgs& args, int column, const Lane& at,
                                          const float (&acc)[Fragments][Rows / 2], TargetOf targetOf) {
    char* const c = static_cast<char*>(args.c) + 2 * column;
    const bool inside = column < static_cast<int>(args.n);
#pragma unroll
    for (int eight = 0; eight < Rows / 8; ++eight) {
        const u32 target = inside ? targetOf(eight) : NO_TARGET;
        u32 out[2 * Fragments];
#pragma unroll
        for (int f = 0; f < Fragments; ++f)
#pragma unroll
            for (int upper = 0; upper < 2; ++upper)
                out[2 * f + upper] =
                    transpose8x8(Element::pack(acc[f][4 * eight + 2 * upper], acc[f][4 * eight + 2 * upper + 1]));
        storeWordsIf(target != NO_TARGET, c + 16ull * target, out);
    }
}

}  // namespace moe
