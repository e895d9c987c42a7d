// A step of 16 by mma.sync: a warp's fragments of weights by the tokens of a tile.
#pragma once

#include "mma.cuh"

namespace moe {

/// One row of the swizzle: 64 of K.
constexpr int ROW_BYTES = 128;

/// Operands of one step of 16.
template <int Rows>
struct Operands {
    u32 weights[2][4];
    u32 tokens[Rows / 8][2];
};

/// Tokens of one step; `rows` is where this lane's row of the first matrices begins, `step` 0.
template <int Rows>
__device__ __forceinline__ void loadTokens(u32 rows, int step, u32 (&tokens)[Rows / 8][2]) {
    // The swizzle is an exclusive or inside of a row.
    const u32 from = rows ^ 32 * step;
#pragma unroll
    for (int eight = 0; eight + 1 < Rows / 8; eight += 2)
        loadMatrices(from + eight * 8 * ROW_BYTES, tokens[eight], tokens[eight + 1]);
    if (Rows / 8 % 2 != 0) loadMatrices(from + (Rows / 8 - 1) * 8 * ROW_BYTES, tokens[Rows / 8 - 1]);
}

template <class Element, int Rows>
__device__ __forceinline__ void multiplyStep(float (&acc)[2][Rows / 2], const Operands<Rows>& operands) {
#pragma unroll
    for (int eight = 0; eight < Rows / 8; ++eight)
#pragma unroll
        for (int f = 0; f < 2; ++f)
            multiplyAdd<Element>(acc[f] + 4 * eight, operands.weights[f], operands.tokens[eight]);
}

}  // namespace moe
