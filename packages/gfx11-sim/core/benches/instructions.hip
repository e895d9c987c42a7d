// One kernel for each class of instructions: 64 of them in a loop of `n` rounds, and a tiled GEMM.
#include "../../corpus/prelude.h"

#define CLASS(name, setup, body, ...)                                                              \
  extern "C" __global__ __launch_bounds__(1024) void name(u32 *data, u32 n) {                      \
    u32 offset = lane_id() * 16;                                                                   \
    asm volatile(setup ::"v"(offset), "s"(data) : "memory", __VA_ARGS__);                          \
    for (u32 round = 0; round < n; ++round)                                                        \
      asm volatile(body ::"v"(offset), "s"(data) : "memory", __VA_ARGS__);                         \
  }
#define REPEAT(count, text) ".rept " #count "\n" text "\n.endr"
#define VECTORS "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15", "v16", "v17", "v18", "v19", "v20", "v21",      \
  "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31", "v32", "v33", "v34", "v35", "v36", "v37",    \
  "v38", "v39", "vcc_lo", "s20", "s21", "s22", "s23", "scc"
// v8 to v39 are zero.
#define ZERO ".set i, 8\n.rept 32\nv_mov_b32 v[i], 0\n.set i, i+1\n.endr\ns_mov_b32 s20, 3\ns_mov_b32 s21, 5\n"

CLASS(scalar_add, ZERO, REPEAT(64, "s_add_u32 s20, s20, s21"), VECTORS)
CLASS(scalar_branch, ZERO, REPEAT(32, "s_cmp_eq_u32 s21, 5\ns_cbranch_scc0 0"), VECTORS)
CLASS(scalar_load, ZERO, REPEAT(32, "s_load_b64 s[22:23], %1, 0x0\ns_waitcnt lgkmcnt(0)"), VECTORS)
CLASS(int_add, ZERO, REPEAT(64, "v_add_nc_u32 v10, v11, v12"), VECTORS)
CLASS(int_constant, ZERO, REPEAT(64, "v_lshl_add_u32 v10, v11, 3, v12"), VECTORS)
CLASS(int_scalar, ZERO, REPEAT(64, "v_and_b32 v10, s20, v12"), VECTORS)
CLASS(int_compare, ZERO, REPEAT(64, "v_cmp_lt_u32 vcc_lo, v10, v12"), VECTORS)
CLASS(float_fma, ZERO, REPEAT(64, "v_fma_f32 v10, v11, v12, v13"), VECTORS)
CLASS(float_negated, ZERO, REPEAT(64, "v_fma_f32 v10, -v11, v12, v13"), VECTORS)
CLASS(float_fmac, ZERO, REPEAT(64, "v_fmac_f32 v10, v11, v12"), VECTORS)
CLASS(packed_int, ZERO, REPEAT(64, "v_pk_add_u16 v10, v11, v12"), VECTORS)
CLASS(packed_fma, ZERO, REPEAT(64, "v_pk_fma_f16 v10, v11, v12, v13"), VECTORS)
CLASS(dot4, ZERO, REPEAT(64, "v_dot4_i32_iu8 v10, v11, v12, v13 neg_lo:[1,1,0]"), VECTORS)
CLASS(int_multiply, ZERO, REPEAT(64, "v_mul_lo_u32 v10, v11, v12"), VECTORS)
CLASS(int_permute, ZERO, REPEAT(64, "v_perm_b32 v10, v11, v12, v13"), VECTORS)
CLASS(float_exp, ZERO, REPEAT(64, "v_exp_f32 v10, v11"), VECTORS)
CLASS(float_round_f16, ZERO, REPEAT(64, "v_cvt_pk_rtz_f16_f32 v10, v11, v12"), VECTORS)
CLASS(half_fma, ZERO, REPEAT(64, "v_fma_f16 v10, v11, v12, v13"), VECTORS)
CLASS(mixed_fma, ZERO, REPEAT(64, "v_fma_mix_f32 v10, v11, v12, v13 op_sel_hi:[1,1,0]"), VECTORS)
CLASS(dot2, ZERO, REPEAT(64, "v_dot2_f32_f16 v10, v11, v12, v13"), VECTORS)
CLASS(dual_fmac, ZERO, REPEAT(64, "v_dual_fmac_f32 v10, v12, v14 :: v_dual_fmac_f32 v11, v13, v15"), VECTORS)
CLASS(dual_mov, ZERO, REPEAT(64, "v_dual_mov_b32 v10, 0 :: v_dual_add_nc_u32 v11, v13, v15"), VECTORS)
CLASS(dpp_move, ZERO, REPEAT(64, "v_mov_b32_dpp v10, v11 row_ror:4 row_mask:0xf bank_mask:0xf"), VECTORS)
CLASS(permute_rows, ZERO, REPEAT(64, "v_permlanex16_b32 v10, v11, s20, s21"), VECTORS)
CLASS(read_lane, ZERO, REPEAT(64, "v_readlane_b32 s22, v11, 3"), VECTORS)
CLASS(wmma_f32_f16, ZERO, REPEAT(64, "v_wmma_f32_16x16x16_f16 v[24:31], v[8:15], v[16:23], v[24:31]"), VECTORS)
CLASS(wmma_f32_bf16, ZERO, REPEAT(64, "v_wmma_f32_16x16x16_bf16 v[24:31], v[8:15], v[16:23], v[24:31]"), VECTORS)
CLASS(wmma_f16_f16, ZERO, REPEAT(64, "v_wmma_f16_16x16x16_f16 v[24:31], v[8:15], v[16:23], v[24:31]"), VECTORS)
CLASS(wmma_i32_iu8, ZERO, REPEAT(64, "v_wmma_i32_16x16x16_iu8 v[24:31], v[8:11], v[16:19], v[24:31]"), VECTORS)
CLASS(wmma_i32_iu4, ZERO, REPEAT(64, "v_wmma_i32_16x16x16_iu4 v[24:31], v[8:9], v[16:17], v[24:31]"), VECTORS)
CLASS(lds_permute, ZERO,
      REPEAT(16, "ds_bpermute_b32 v8, %0, v9\nds_bpermute_b32 v10, %0, v9\nds_swizzle_b32 v11, v9 offset:0x401f\ns_waitcnt lgkmcnt(0)"),
      VECTORS)
CLASS(lds_load_b32, "v_mov_b32 v8, 0\nds_store_b32 %0, v8\ns_waitcnt lgkmcnt(0)",
      REPEAT(16, "ds_load_b32 v8, %0\nds_load_b32 v9, %0\nds_load_b32 v10, %0\ns_waitcnt lgkmcnt(0)"), VECTORS)
CLASS(lds_load_b128, ZERO "ds_store_b128 %0, v[12:15]\ns_waitcnt lgkmcnt(0)",
      REPEAT(16, "ds_load_b128 v[12:15], %0\nds_load_b128 v[16:19], %0\nds_load_b128 v[20:23], %0\ns_waitcnt lgkmcnt(0)"),
      VECTORS)
CLASS(lds_store_b128, ZERO, REPEAT(64, "ds_store_b128 %0, v[12:15]"), VECTORS)
CLASS(global_load_b32, ZERO,
      REPEAT(16, "global_load_b32 v8, %0, %1\nglobal_load_b32 v9, %0, %1\nglobal_load_b32 v10, %0, %1\ns_waitcnt vmcnt(0)"),
      VECTORS)
CLASS(global_load_b128, ZERO,
      REPEAT(16, "global_load_b128 v[12:15], %0, %1\nglobal_load_b128 v[16:19], %0, %1\nglobal_load_b128 v[20:23], %0, %1\n"
                 "s_waitcnt vmcnt(0)"),
      VECTORS)
CLASS(global_store_b128, ZERO, REPEAT(64, "global_store_b128 %0, v[12:15], %1") "\ns_waitcnt_vscnt null, 0x0", VECTORS)

// C[64 x 64] of each workgroup: A is [m x k], B is [n x k], both f16, C is f32. 4 waves, each 32 x 32. K a multiple of 32.
typedef f16 f16x8 __attribute__((ext_vector_type(8)));
constexpr u32 TILE = 64, STEP = 32, STRIDE = STEP + 8;

extern "C" __global__ __launch_bounds__(128) void gemm(f32 *c, const f16 *a, const f16 *b, u32 n, u32 k) {
  __shared__ f16 tile_a[2][TILE * STRIDE], tile_b[2][TILE * STRIDE];
  u32 thread = thread_id(), lane = thread % 32, wave = thread / 32;
  u32 blocks = n / TILE, row = block_id() / blocks * TILE, column = block_id() % blocks * TILE;
  u32 first_row = wave / 2 * 32, first_column = wave % 2 * 32;
  f32x8 sums[2][2] = {};
  f16x8 next_a[2], next_b[2];
  auto fetch = [&](u32 at) {
    for (u32 i = 0; i < 2; ++i) {
      u32 part = thread + i * 128, line = part / 4, place = part % 4 * 8;
      next_a[i] = *(const f16x8 *)&a[(u64)(row + line) * k + at + place];
      next_b[i] = *(const f16x8 *)&b[(u64)(column + line) * k + at + place];
    }
  };
  auto keep = [&](u32 buffer) {
    for (u32 i = 0; i < 2; ++i) {
      u32 part = thread + i * 128, line = part / 4, place = part % 4 * 8;
      *(f16x8 *)&tile_a[buffer][line * STRIDE + place] = next_a[i];
      *(f16x8 *)&tile_b[buffer][line * STRIDE + place] = next_b[i];
    }
  };
  fetch(0);
  keep(0);
  barrier();
  for (u32 at = 0; at < k; at += STEP) {
    u32 buffer = at / STEP & 1;
    if (at + STEP < k) fetch(at + STEP);
    for (u32 inner = 0; inner < STEP; inner += 16) {
      f16x16 parts_a[2], parts_b[2];
      for (u32 i = 0; i < 2; ++i) {
        parts_a[i] = *(const f16x16 *)&tile_a[buffer][(first_row + i * 16 + lane % 16) * STRIDE + inner];
        parts_b[i] = *(const f16x16 *)&tile_b[buffer][(first_column + i * 16 + lane % 16) * STRIDE + inner];
      }
      for (u32 i = 0; i < 2; ++i)
        for (u32 j = 0; j < 2; ++j)
          sums[i][j] = __builtin_amdgcn_wmma_f32_16x16x16_f16_w32(parts_a[i], parts_b[j], sums[i][j]);
    }
    if (at + STEP < k) keep(buffer ^ 1);
    barrier();
  }
  for (u32 i = 0; i < 2; ++i)
    for (u32 j = 0; j < 2; ++j)
      for (u32 e = 0; e < 8; ++e)
        c[(u64)(row + first_row + i * 16 + 2 * e + lane / 16) * n + column + first_column + j * 16 + lane % 16] =
            sums[i][j][e];
}
