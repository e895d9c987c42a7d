// W4A16 grouped GEMM for Hopper: C[flat] = A[flat / topK] * dequant(W[expert])^T, see docs/kernels-nvidia.md.
#include "gather.cuh"
#include "multiply.cuh"
#include "schedule.cuh"

#include <stddef.h>

namespace moe {

constexpr u32 PRODUCER_REGISTERS = 88;
constexpr u32 MULTIPLIER_REGISTERS = 208;

template <int GroupSize, bool Zeros>
__device__ __forceinline__ Context makeContext(const MoeGemmArgs& args) {
    using Map = SharedMap<GroupSize, Zeros>;
    extern __shared__ char dynamicShared[];
    const u32 raw = sharedAddress(dynamicShared);
    const u32 base = (raw + 1023) & ~1023u;
    const u32 barriers = base + Map::BARRIERS;
    Context ctx;
    ctx.activations = base;
    ctx.weights = base + Map::WEIGHTS;
    ctx.tiles = reinterpret_cast<Tile*>(dynamicShared + (base - raw) + Map::TILES);
    ctx.full = barriers + offsetof(Barriers, full);
    ctx.empty = barriers + offsetof(Barriers, empty);
    ctx.tileFull = barriers + offsetof(Barriers, tileFull);
    ctx.tileEmpty = barriers + offsetof(Barriers, tileEmpty);
    ctx.started = barriers + offsetof(Barriers, started);
    ctx.columnBlocks = (args.n + BLOCK_N - 1) / BLOCK_N;
    ctx.kBlocks = (args.k + BLOCK_K - 1) / BLOCK_K;
    return ctx;
}

__device__ __forceinline__ void initBarriers(const Context& ctx) {
    for (int stage = 0; stage < MOST_STAGES; ++stage) {
        // Every gatherer's copies, and the announcement of the weights' bytes.
        barrierInit(ctx.full + 8 * stage, GATHER_WARPS * 32 + 1);
        barrierInit(ctx.empty + 8 * stage, MULTIPLIER_WARPS * 32);
    }
    for (int slot = 0; slot < TILE_SLOTS; ++slot) {
        barrierInit(ctx.tileFull + 8 * slot, 32);
        barrierInit(ctx.tileEmpty + 8 * slot, (MULTIPLIER_WARPS + GATHER_WARPS) * 32);
    }
    barrierInit(ctx.started, 1);
    fenceBarrierInit();
}

/// Brings route ids and activations to L2, a line of each for every multiplier of the grid: all where there are so few that
/// their latency counts. The kernel before this one may still write them: L2 is where its writes arrive.
__device__ __forceinline__ void prefetchInputs(const MoeGemmArgs& args) {
    constexpr u32 LINE_BYTES = 128;
    const u64 offset = LINE_BYTES * (blockIdx.x + static_cast<u64>(gridDim.x) * threadIdx.x);
    if (offset < 4ull * args.numSlots) prefetchL2(reinterpret_cast<const char*>(args.sortedTokenIds) + offset);
    // Behind the last row may be nothing.
    const u64 end = args.numValid == 0 ? 0 : (args.numValid - 1) / args.topK * args.lda + args.k;
    if (offset < 2 * end) prefetchL2(static_cast<const char*>(args.a) + offset);
}

/// Scheduler and gatherers: `warp` 0 is the former.
template <int GroupSize, bool Zeros>
__device__ __forceinline__ void produce(const MoeGemmArgs& args, const Context& ctx, int warp, int lane) {
    registersLower<PRODUCER_REGISTERS>();
    if (warp > 0) return gather<GroupSize, Zeros>(args, ctx, warp - 1, lane);
    schedule<true>(args, ctx, lane, [&](const Part& part) {
        if (lane == 0) loadEarly<GroupSize, Zeros>(args, ctx, part.expert(), part.column, part.blocks);
        return true;
    });
}

template <class Element, int GroupSize, bool Zeros>
__device__ __forceinline__ void gemm(const MoeGemmArgs& args) {
    const Context ctx = makeContext<GroupSize, Zeros>(args);
    const int warp = __shfl_sync(~0u, static_cast<int>(threadIdx.x) / 32, 0);
    const int lane = threadIdx.x % 32;
    if (threadIdx.x == 0) initBarriers(ctx);
    __syncthreads();
    if (warp >= MULTIPLIER_WARPS) return produce<GroupSize, Zeros>(args, ctx, warp - MULTIPLIER_WARPS, lane);
    registersRaise<MULTIPLIER_REGISTERS>();
    prefetchInputs(args);
    multiply<Element, GroupSize, Zeros>(args, ctx, Lane{warp / 4, warp % 4, lane});
}

}  // namespace moe

// One kernel a translation unit, so that they compile side by side: MOE_NAME, MOE_ELEMENT (Bf16, F16), MOE_GROUP (32, 64,
// 128) and MOE_ZEROS (true, false) come from the build, which has the table.
extern "C" __global__ void __launch_bounds__(moe::THREADS, 1) MOE_NAME(const __grid_constant__ MoeGemmArgs args) {
    moe::gemm<moe::MOE_ELEMENT, MOE_GROUP, MOE_ZEROS>(args);
}
