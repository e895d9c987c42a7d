// W4A16 grouped GEMM for sm_80 and later: C[flat] = A[flat / topK] * dequant(W[expert])^T, see docs/kernels-nvidia.md.
#include "multiply_sm80.cuh"
#include "schedule.cuh"

#include <stddef.h>

namespace moe {

template <int GroupSize, bool Zeros>
__device__ __forceinline__ Context makeContext(const MoeGemmArgs& args) {
    using Map = SharedMap<GroupSize, Zeros>;
    extern __shared__ char dynamicShared[];
    const u32 raw = sharedAddress(dynamicShared);
    const u32 base = (raw + 127) & ~127u;
    const u32 barriers = base + Map::BARRIERS;
    Context ctx;
    ctx.stages = base;
    ctx.tiles = reinterpret_cast<Tile*>(dynamicShared + (base - raw) + Map::TILES);
    ctx.tileFull = barriers + offsetof(Barriers, tileFull);
    ctx.tileEmpty = barriers + offsetof(Barriers, tileEmpty);
    ctx.started = barriers + offsetof(Barriers, started);
    ctx.columnBlocks = (args.n + BLOCK_N - 1) / BLOCK_N;
    ctx.kBlocks = (args.k + BLOCK_K - 1) / BLOCK_K;
    ctx.kStages = (args.k + STAGE_K - 1) / STAGE_K;
    return ctx;
}

__device__ __forceinline__ void initBarriers(const Context& ctx) {
    for (int slot = 0; slot < TILE_SLOTS; ++slot) {
        barrierInit(ctx.tileFull + 8 * slot, 32);
        barrierInit(ctx.tileEmpty + 8 * slot, MULTIPLIERS);
    }
    barrierInit(ctx.started, 1);
}

template <class Element, int GroupSize, bool Zeros>
__device__ __forceinline__ void gemm(const MoeGemmArgs& args) {
    const Context ctx = makeContext<GroupSize, Zeros>(args);
    const int warp = __shfl_sync(~0u, static_cast<int>(threadIdx.x) / 32, 0);
    const int lane = threadIdx.x % 32;
    if (threadIdx.x == 0) initBarriers(ctx);
    __syncthreads();
    if (warp == MULTIPLIER_WARPS)
        schedule<false>(args, ctx, lane, [](const Part&) { return false; });
    else
        multiply<Element, GroupSize, Zeros>(args, ctx, Lane{warp / 4, warp % 4, lane});
}

}  // namespace moe

// One kernel a translation unit, so that they compile side by side: MOE_NAME, MOE_ELEMENT (Bf16, F16), MOE_GROUP (32, 64,
// 128) and MOE_ZEROS (true, false) come from the build, which has the table.
extern "C" __global__ void __launch_bounds__(moe::THREADS, 1) MOE_NAME(const __grid_constant__ MoeGemmArgs args) {
    moe::gemm<moe::MOE_ELEMENT, MOE_GROUP, MOE_ZEROS>(args);
}
