// The W4A16 kernels: one table of instantiations, from which the build, the dispatch and the tests are made.
#include "gemm/gemm.h"
#include "gemm/row_sums.h"

//   name               type  group zeros
#define INSTANTIATIONS(X)                                                                                              \
  X(bf16_g32,           Bf16, 32,  false)                                                                              \
  X(bf16_g64,           Bf16, 64,  false)                                                                              \
  X(bf16_g128,          Bf16, 128, false)                                                                              \
  X(bf16_g32_zeros,     Bf16, 32,  true)                                                                               \
  X(bf16_g64_zeros,     Bf16, 64,  true)                                                                               \
  X(bf16_g128_zeros,    Bf16, 128, true)                                                                               \
  X(f16_g32,            F16,  32,  false)                                                                              \
  X(f16_g64,            F16,  64,  false)                                                                              \
  X(f16_g128,           F16,  128, false)                                                                              \
  X(f16_g32_zeros,      F16,  32,  true)                                                                               \
  X(f16_g64_zeros,      F16,  64,  true)                                                                               \
  X(f16_g128_zeros,     F16,  128, true)

// Grid of 256 threads: (32, ceil(cols / 256), ceil(num_blocks / 32)).
#define DEFINE(name, type, group, zeros)                                                                               \
  KERNEL(GEMM_THREADS, GEMM_WAVES_PER_SIMD(group, zeros)) moe_w4a16_gemm_##name(GemmArgs args) {                       \
    LDS(lds, GEMM_LDS(zeros));                                                                                         \
    ON_TARGET((gemm<type, group, zeros>(args, lds)));                                                                   \
  }
INSTANTIATIONS(DEFINE)

// What has to run before a bf16 GEMM. Grid of 256 threads: rows over eight times the rows of a wave, see row_sums.h.
#define DEFINE_SUMS(name, group, zeros)                                                                                \
  KERNEL(ROW_SUM_THREADS, 8) moe_row_sums_##name(RowSumArgs args) { ON_TARGET((row_sums<group, zeros>(args))); }
DEFINE_SUMS(bf16_g32, 32, false)
DEFINE_SUMS(bf16_g64, 64, false)
DEFINE_SUMS(bf16_g128, 128, false)
DEFINE_SUMS(bf16_g32_zeros, 32, true)
DEFINE_SUMS(bf16_g64_zeros, 64, true)
DEFINE_SUMS(bf16_g128_zeros, 128, true)
