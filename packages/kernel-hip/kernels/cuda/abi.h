// What a launcher passes. Plain C: the same bytes from C, C++ and Rust (repr(C)). Every kernel takes one of these structs
// by value as its only parameter. Pointers are device addresses, 16-byte aligned unless said otherwise.
#pragma once

#include <stdint.h>

/// Header of the plan workspace. The plan kernel writes it, GEMM kernels read it and leave `claimed` and `finished` at 0,
/// so one plan serves both GEMMs of a layer. One workspace per stream.
/// Workspace bytes: 32 + 8 * numBlocks; needs no initialisation.
struct MoePlanHeader {
    /// Entries of the chunk list.
    uint32_t numChunks;
    /// Blocks that GEMMs finished so far (thread blocks of the running grid).
    uint32_t finished;
    /// Tiles handed out: low half from the front of the list, high half from its end.
    uint64_t claimed;
    uint64_t reserved[2];
};

/// One entry of the chunk list: consecutive rows of one expert, up to 144 on sm_90, up to 64 or one block on others.
struct MoeChunk {
    /// First block of the chunk.
    uint32_t firstBlock;
    /// Blocks of the chunk in the low 8 bits, expert above them.
    uint32_t blocksAndExpert;
};

/// `moe_plan`: grid 1, block 512, dynamic shared memory 8 * numBlocks + 4 bytes, numBlocks <= 28,000 on sm_90 and 12,600 on
/// others; needs the opt-in attribute above 48 KiB. Its plan is for the GEMM of the same folder of cubins.
struct MoePlanArgs {
    /// [numBlocks]; an id outside 0..numExperts-1 marks a block to skip.
    const int32_t* expertIds;
    /// Plan workspace.
    void* plan;
    uint32_t numBlocks;
    /// 16, 32, 64 or 128.
    uint32_t blockM;
    uint32_t numExperts;
    uint32_t reserved;
};

/// Grid = multiprocessors (any value >= 1 is right); the shared memory needs the opt-in attribute above 48 KiB.
/// `moe_w4a16_sm90_*`: block 384, dynamic shared memory `moeSm90SharedBytes(G, zeros)`.
/// `moe_w4a16_sm80_*`: block 288, dynamic shared memory `moeSm80SharedBytes(G, zeros)`.
struct MoeGemmArgs {
    /// Activations [rows, lda] of bf16 or f16.
    const void* a;
    /// Repacked weights.
    const void* weights;
    /// Output [n, ldc] of the activations' type; only rows of valid routes are written.
    void* c;
    const int32_t* sortedTokenIds;
    /// Plan workspace that `moe_plan` filled from the expert ids of the same alignment.
    void* plan;
    /// Elements from row to row; multiples of 8, lda >= K, ldc >= N. A and C span less than 64 GiB each.
    uint64_t lda;
    uint64_t ldc;
    /// Length of sortedTokenIds.
    uint32_t numSlots;
    /// Flat indices below this are routes.
    uint32_t numValid;
    /// Row of A = flat / topK.
    uint32_t topK;
    uint32_t blockM;
    /// Multiples of 8, at least 8; K a multiple of G.
    uint32_t k;
    uint32_t n;
};

/// `moe_w4a16_sm90_low_*`: grid (ceil(N / 128), numBlocks, ceil(blockM / 32)), block 128, dynamic shared memory
/// `moeLowSharedBytes(G, zeros)`.
struct MoeLowGemmArgs {
    /// Its plan is not read.
    struct MoeGemmArgs gemm;
    /// [numBlocks]; an id outside 0..numExperts-1 marks a block to skip.
    const int32_t* expertIds;
    uint32_t numExperts;
    uint32_t reserved;
};

/// `moe_repack_*` and `moe_unpack_*`: grid (ceil(K / 128), ceil(N / 128), E), block 256, no dynamic shared memory.
struct MoeRepackArgs {
    /// ExLlama words [E, N, rowWords]; read by repack, written by unpack.
    uint32_t* words;
    /// Scales [E, N, K / G], 16 bits each.
    uint16_t* scales;
    /// Zero points [E, N, K / G], one byte each, 0..16; null where there are none.
    uint8_t* zeros;
    /// Repacked weights, `moeRepackedBytes(E, K, N, G, zeros)`; written by repack, read by unpack.
    void* repacked;
    uint64_t rowWords;
    uint32_t k;
    uint32_t n;
};

/// Bytes of one block of 128 rows of N and 128 of K; `groupSize` 32, 64 or 128, `zeros` 0 or 1.
static inline uint32_t moeBlockBytes(uint32_t groupSize, uint32_t zeros) { return 8192 + 128 / groupSize * 256 * (1 + zeros); }

/// Bytes of the repacked weights of all experts.
static inline uint64_t moeRepackedBytes(uint64_t experts, uint64_t k, uint64_t n, uint32_t groupSize, uint32_t zeros) {
    return experts * ((n + 127) / 128) * ((k + 127) / 128) * moeBlockBytes(groupSize, zeros);
}

/// Dynamic shared memory of `moe_w4a16_sm90_*`: four stages where they fit into 227 KiB, else three (G 32 with zero points).
static inline uint32_t moeSm90SharedBytes(uint32_t groupSize, uint32_t zeros) {
    const uint32_t stage = 2 * 144 * 128 + 2 * moeBlockBytes(groupSize, zeros);
    const uint32_t fixed = 4 * (16 + 2 * 4 * 144) + 8 * (2 * 4 + 2 * 4 + 1) + 1024;
    return fixed + (fixed + 4 * stage <= 232448 ? 4 : 3) * stage;
}

/// Dynamic shared memory of `moe_w4a16_sm80_*`: five stages of 64 of K, at most 95 KiB.
static inline uint32_t moeSm80SharedBytes(uint32_t groupSize, uint32_t zeros) {
    const uint32_t tables = (groupSize < 64 ? 64 / groupSize : 1) * 256 * (1 + zeros);
    const uint32_t stage = 64 * 128 + 2 * (4096 + tables);
    return 5 * stage + 8 * (16 + 2 * 4 * 64) + 8 * (2 * 8 + 1) + 128;
}

/// Dynamic shared memory of `moe_w4a16_sm90_low_*`: four stages of 16 rows and 128 of K, in which three of 32
/// rows have room, at most 56.1 KiB.
static inline uint32_t moeLowSharedBytes(uint32_t groupSize, uint32_t zeros) {
    return 4 * (16 * 256 + moeBlockBytes(groupSize, zeros)) + 128;
}
