// Decodes weights into fragments, multiplies, stores. One warpgroup owns 128 columns of C (two fragments), or 64 (one)
// where tiles are one block wide.
#pragma once

#include "decoder.cuh"
#include "pipeline.cuh"
#include "store.cuh"
#include "wgmma.cuh"

namespace moe {

/// Tells the compiler that asynchronous work on these registers ended here.
template <int A, int B>
__device__ __forceinline__ void touch(float (&registers)[A][B]) {
#pragma unroll
    for (int i = 0; i < A; ++i)
#pragma unroll
        for (int j = 0; j < B; ++j) keep(registers[i][j]);
}

/// Steps of 16 that are decoded and multiplied as one. A low tile multiplies faster than a step's chain of instructions runs
/// through, so it takes more steps at once; a high tile has no registers for that.
constexpr __device__ int stepsPerUnit(int rows) { return rows <= 32 ? 4 : rows <= 64 ? 2 : 1; }

/// Sums that run side by side, as a low tile's multiplications are short and each waits for the sum of the one before.
constexpr __device__ int chains(int rows, int fragments) { return rows <= 32 ? 4 / fragments : 1; }

/// Multiplies `kBlocks` stages into `acc`; leaves every stage empty behind it. While one unit multiplies, the next is decoded, also
/// across stages. No multiplication is in flight where the loop closes: its fragment would occupy registers everywhere.
template <class Element, int GroupSize, bool Zeros, int Rows, int Fragments>
__device__ __forceinline__ void multiplyK(const Context& ctx, int kBlocks, const Lane& at, Ring& ring,
                                          float (&acc)[Fragments][Rows / 2]) {
    using Map = SharedMap<GroupSize, Zeros>;
    constexpr int STAGES = Map::STAGES;
    constexpr int UNIT = stepsPerUnit(Rows);
    constexpr int UNITS = STEPS / UNIT;
    constexpr int CHAINS = chains(Rows, Fragments);
    // Zeros, not a first step that ignores them: registers read before they are written would be live in every other case.
    float sums[CHAINS][Fragments][Rows / 2];
#pragma unroll
    for (int chain = 0; chain < CHAINS; ++chain)
#pragma unroll
        for (int f = 0; f < Fragments; ++f)
#pragma unroll
            for (int i = 0; i < Rows / 2; ++i) sums[chain][f][i] = 0.0f;
    Decoder<Element, GroupSize, Zeros, Fragments> decoder(at);
    const u32 ownWeights = ctx.weights + (Fragments == 2 ? at.group * Map::WEIGHT_BLOCK : 0);
    const auto fetch = [&](u32 stage) { decoder.fetch(ownWeights + stage * Map::STAGE_WEIGHT_BYTES); };
    u32 fragments[2][UNIT][Fragments][4];
    const auto decodeUnit = [&](int unit) {
#pragma unroll
        for (int step = 0; step < UNIT; ++step) decoder.decode(unit * UNIT + step, fragments[unit % 2][step]);
    };
    u32 stage = ring.slot<STAGES>();
    barrierWait(ctx.full + 8 * stage, ring.parity<STAGES>());
    fetch(stage);
    decodeUnit(0);
    for (int kBlock = 0; kBlock < kBlocks; ++kBlock) {
        const u64 tokens = operandDescriptor(ctx.activations + stage * STAGE_A_BYTES);
        const u32 done = ctx.empty + 8 * stage;
        ++ring.count;
        const bool more = kBlock + 1 < kBlocks;
        bool fetched = true;
        stage = ring.slot<STAGES>();
#pragma unroll
        for (int unit = 0; unit < UNITS; ++unit) {
            // `cp.async` wrote the activations, the tensor cores read them through another proxy.
            if (unit == 0) fenceAsyncProxy();
            multiplyFence();
#pragma unroll
            for (int part = 0; part < UNIT; ++part)
#pragma unroll
                for (int f = 0; f < Fragments; ++f) {
                    const int step = unit * UNIT + part;
                    Multiply<Element, Rows>::run(sums[step % CHAINS][f], fragments[unit % 2][part][f],
                                                 tokens + step / 4 * (SWIZZLE_BYTES >> 4) + step % 4 * 2);
                }
            multiplyCommit();
            multiplyWait<1>();
            if (unit + 1 < UNITS) decodeUnit(unit + 1);
            if (unit + 2 == UNITS && more) {
                // Early if the stage is there, so that the loads' latency passes behind the last multiplication.
                fetched = __all_sync(~0u, barrierTest(ctx.full + 8 * stage, ring.parity<STAGES>()));
                if (fetched) fetch(stage);
            }
            if (unit + 1 == UNITS && more) {
                if (!fetched) {
                    barrierWait(ctx.full + 8 * stage, ring.parity<STAGES>());
                    fetch(stage);
                }
                decodeUnit(0);
            }
        }
        multiplyWait<0>();
        barrierArrive(done);
    }
#pragma unroll
    for (int chain = 0; chain < CHAINS; ++chain) touch(sums[chain]);
#pragma unroll
    for (int f = 0; f < Fragments; ++f)
#pragma unroll
        for (int i = 0; i < Rows / 2; ++i) {
            acc[f][i] = sums[0][f][i];
#pragma unroll
            for (int chain = 1; chain < CHAINS; ++chain) acc[f][i] += sums[chain][f][i];
        }
}

/// What a tile is to a multiplier.
struct Job {
    int rows;
    int blocks;
    /// First block of columns.
    int column;
    int kBlocks;
};

template <class Element, int GroupSize, bool Zeros, int Rows, int Fragments>
__device__ __forceinline__ void computeTile(const MoeGemmArgs& args, const Context& ctx, const Job& job, const Tile& tile,
                                            Lane at, Ring& ring) {
    // Opaque, or addresses of every case are computed before the switch and take the registers of this one.
    keep(at.lane);
    keep(at.warp);
    float acc[Fragments][Rows / 2];
    multiplyK<Element, GroupSize, Zeros, Rows, Fragments>(ctx, job.kBlocks, at, ring, acc);
    const int block = job.column + (Fragments == 2 ? at.group : 0);
    const int half = Fragments == 2 ? 0 : at.group;
    const int column = block * BLOCK_N + 32 * at.warp + 8 * (at.lane % 4) + 4 * half;
    storeTile<Element, Rows, Fragments>(args, column, at, acc, [&](int eight) { return tile.target[8 * eight + at.lane / 4]; });
}

/// Finds the tile's height by bisection, in units of `heightUnit`.
template <class Element, int GroupSize, bool Zeros, int Fragments, int First, int Last>
__device__ __forceinline__ void chooseRows(const MoeGemmArgs& args, const Context& ctx, const Job& job, const Tile& tile,
                                           const Lane& at, Ring& ring) {
    constexpr int UNIT = heightUnit(Fragments);
    if constexpr (First == Last) {
        computeTile<Element, GroupSize, Zeros, First * UNIT, Fragments>(args, ctx, job, tile, at, ring);
    } else {
        constexpr int MIDDLE = (First + Last) / 2;
        if (job.rows <= MIDDLE * UNIT)
            chooseRows<Element, GroupSize, Zeros, Fragments, First, MIDDLE>(args, ctx, job, tile, at, ring);
        else
            chooseRows<Element, GroupSize, Zeros, Fragments, MIDDLE + 1, Last>(args, ctx, job, tile, at, ring);
    }
}

/// A job that reads a stage of chance and stores nothing: it brings the instructions of a usual tile into the caches while
/// the others find out what the first tile is.
template <int Stages>
struct Rehearsal {
    static __device__ __forceinline__ Job job(const Context& ctx) { return Job{0, 2, ctx.columnBlocks, 1}; }

    /// The last stage, in a round that was over before the first.
    static __device__ __forceinline__ Ring ring() { return Ring{2 * Stages - 1}; }

    /// Gives away the other stages.
    static __device__ __forceinline__ void release(const Context& ctx) {
        for (int stage = 0; stage + 1 < Stages; ++stage) barrierArrive(ctx.empty + 8 * stage);
    }
};

/// A multiplier's whole life; one warpgroup.
template <class Element, int GroupSize, bool Zeros>
__device__ __forceinline__ void multiply(const MoeGemmArgs& args, const Context& ctx, const Lane& at) {
    using First = Rehearsal<SharedMap<GroupSize, Zeros>::STAGES>;
    First::release(ctx);
    Ring tiles, ring = First::ring();
    Job job = First::job(ctx);
    for (int rehearses = 1;; rehearses = 0) {
        // Opaque, or the first round becomes code of its own.
        keep(rehearses);
        const u32 slot = tiles.slot<TILE_SLOTS>();
        const Tile& tile = ctx.tiles[slot];
        if (!rehearses) {
            barrierWait(ctx.tileFull + 8 * slot, tiles.parity<TILE_SLOTS>());
            job = Job{tile.rows, tile.blocks, tile.column, ctx.kBlocks};
            if (job.rows == 0) return;
        }
        if (job.blocks == 2)
            chooseRows<Element, GroupSize, Zeros, 2, 1, TILE_ROWS / heightUnit(2)>(args, ctx, job, tile, at, ring);
        else
            chooseRows<Element, GroupSize, Zeros, 1, 1, TILE_ROWS / heightUnit(1)>(args, ctx, job, tile, at, ring);
        if (rehearses) {
            ring = Ring{};
        } else {
            barrierArrive(ctx.tileEmpty + 8 * slot);
            ++tiles.count;
        }
    }
}

}  // namespace moe
