// What the kernels of both vendors need of a GPU, under the same names: compilers for AMD get gfx11.h, others cuda/device.h.
#pragma once
#ifdef __HIP__
#include "gfx11.h"
#else
#include "../cuda/device.h"
#endif
