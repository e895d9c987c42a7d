// clang-19 -x hip --cuda-device-only --no-gpu-bundle-output -nogpuinc -nogpulib -O3 --offload-arch=gfx1151 -o scale.gfx1151.co scale.hip
extern "C" __attribute__((global)) void scale(unsigned *out, const unsigned *in, unsigned count, unsigned factor) {
  unsigned i = __builtin_amdgcn_workgroup_id_x() * 64 + __builtin_amdgcn_workitem_id_x();
  if (i < count) out[i] = in[i] * factor;
}
