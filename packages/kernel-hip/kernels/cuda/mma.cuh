// mma.sync and what feeds it, on sm_80 and later: D[16 of N, 8 tokens] += W[16, 16] * A[16, 8].
#pragma once

#include "element.cuh"

#ifdef __CUDACC__
#include "mma_ptx.cuh"
#else
#include "mma_host.h"
#endif
