/** What one kernel takes of a multiprocessor, as ptxas says it. */
export interface CudaKernelResources {
  name: string;
  registers: number;
  /** Static; a launcher adds the dynamic one. */
  sharedBytes: number;
  stackBytes: number;
  spillStoreBytes: number;
  spillLoadBytes: number;
}

/**
 * Reads what `ptxas -v` writes.
 *
 * @param log - what nvcc wrote
 * @returns every kernel, in the order of their names; functions that kernels call are left out
 * @throws Error where no kernel is in the log, or one lacks a number
 */
export function parsePtxas(log: string): CudaKernelResources[] {
  const sections = log.split(/^ptxas info\s*: Compiling entry function '/m).slice(1);
  const kernels = sections.map(parseKernel);
  if (kernels.length === 0) throw new Error(`ptxas told of no kernel:\n${log}`);
  return kernels.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function parseKernel(section: string): CudaKernelResources {
  const name = section.slice(0, section.indexOf("'"));
  // The kernel's own properties stand before those of functions that it calls.
  const number = (pattern: RegExp): number => Number(pattern.exec(section)?.[1] ?? Number.NaN);
  const kernel = {
    name,
    registers: number(/Used (\d+) registers/),
    sharedBytes: /Used \d+ registers[^\n]* \d+ bytes smem/.test(section)
      ? number(/, (\d+) bytes smem/)
      : 0,
    stackBytes: number(/(\d+) bytes stack frame/),
    spillStoreBytes: number(/(\d+) bytes spill stores/),
    spillLoadBytes: number(/(\d+) bytes spill loads/),
  };
  if (Object.values(kernel).some(Number.isNaN)) {
    throw new Error(`ptxas did not say all of ${name}:\n${section}`);
  }
  return kernel;
}

/**
 * What must not be in a build: spills of any function, a stack frame where there may be none, and multiplications that
 * ptxas runs one after the other (C75xx).
 *
 * @param log - what nvcc wrote
 * @param isStackAllowed - whether stack frames are
 * @returns the lines that say so
 */
export function ptxasComplaints(log: string, isStackAllowed: boolean): string[] {
  const isBad = (line: string): boolean =>
    /\(C75\d\d\)|[1-9]\d* bytes spill/.test(line) ||
    (!isStackAllowed && /[1-9]\d* bytes stack frame/.test(line));
  return log.split("\n").filter(isBad);
}
