/** What one kernel takes of a compute unit, as the compiler says it. */
export interface KernelResources {
  name: string;
  vgprs: number;
  sgprs: number;
  ldsBytes: number;
  scratchBytes: number;
  vgprSpills: number;
  sgprSpills: number;
  /** Waves that registers and LDS let a SIMD hold. */
  wavesPerSimd: number;
}

const FIELDS: Record<string, keyof KernelResources> = {
  VGPRs: "vgprs",
  SGPRs: "sgprs",
  "LDS Size [bytes/block]": "ldsBytes",
  "ScratchSize [bytes/lane]": "scratchBytes",
  "VGPRs Spill": "vgprSpills",
  "SGPRs Spill": "sgprSpills",
  "Occupancy [waves/SIMD]": "wavesPerSimd",
};

/**
 * Reads the remarks of clang's `-Rpass-analysis=kernel-resource-usage`.
 *
 * @param remarks - what clang wrote to standard error
 * @returns every kernel, in the order of the source
 * @throws Error where no kernel is in the remarks, or one lacks a number
 */
export function parseResources(remarks: string): KernelResources[] {
  const kernels: Partial<KernelResources>[] = [];
  for (const [, label, value] of remarks.matchAll(
    /remark:\s+([^:\n]+): (\S+) \[-Rpass-analysis/g,
  )) {
    if (label === "Function Name") kernels.push({ name: value });
    const field = FIELDS[label];
    if (field !== undefined) Object.assign(kernels.at(-1) ?? {}, { [field]: Number(value) });
  }
  const complete = kernels.filter(isComplete);
  if (complete.length === 0 || complete.length < kernels.length) {
    throw new Error(`clang's remarks on kernel resources are not as expected:\n${remarks}`);
  }
  return complete;
}

function isComplete(kernel: Partial<KernelResources>): kernel is KernelResources {
  return Object.values(FIELDS).every((field) => Number.isInteger(kernel[field]));
}
