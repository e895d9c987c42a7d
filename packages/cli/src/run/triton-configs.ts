import { CUDA_KERNEL_ARCHES, KERNEL_ARCHES, tritonConfigurations } from "@moe/kernel-hip";

/**
 * Names of the Triton reference's configurations, of all processors together; of a pair like `original_gemm1` and
 * `original_gemm2` also `original`, which takes for each GEMM its own.
 */
export function tritonConfigNames(): string[] {
  const arches = [...KERNEL_ARCHES, ...CUDA_KERNEL_ARCHES];
  const all = arches.flatMap((arch) => tritonConfigurations(arch));
  const names = all.map(({ name }) => name);
  const pairs = names.flatMap((name) => /^(.+)_gemm[12]$/.exec(name)?.[1] ?? []);
  return [...new Set([...names, ...pairs])];
}
