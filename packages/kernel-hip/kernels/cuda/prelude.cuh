// Integers, and what the kernels need of PTX.
#pragma once

using u16 = unsigned short;
using u32 = unsigned int;
using u64 = unsigned long long;

#ifdef __CUDACC__
#include "ptx.cuh"
#else
// Tests run the kernels on a machine without a GPU.
#include "ptx_host.h"
#endif
