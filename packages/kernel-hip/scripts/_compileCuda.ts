// Runs nvcc over every unit.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import {
  type CudaUnit,
  cubinFile,
  cudaFolder,
  hashCudaSources,
  NVCC_FLAGS,
  NVCC_PACKAGES,
  targetFlag,
} from "./_cudaKernels.ts";
import { PACKAGE, sha256 } from "./_kernels.ts";
import { nvcc } from "./_nvcc.ts";
import { type CudaKernelResources, parsePtxas, ptxasComplaints } from "./_ptxas.ts";

/** One cubin of `prebuilt/cuda/manifest.json`. */
export interface CubinObject {
  arch: string;
  /** Below `prebuilt/cuda/`, gzip. */
  file: string;
  /** Of the cubin, not of the file. */
  sha256: string;
  bytes: number;
  kernels: CudaKernelResources[];
}

/** `prebuilt/cuda/manifest.json`. */
export interface CudaManifest {
  /** Packages of PyPI that nvcc is made of. */
  compiler: Readonly<Record<string, string>>;
  flags: string;
  /** See {@link hashCudaSources}. */
  sources: string;
  objects: CubinObject[];
}

/** A cubin and what the manifest says of it. */
export interface BuiltCubin {
  object: CubinObject;
  code: Buffer;
}

/** Compiles units, as many at a time as there are cores; throws where one spills or serializes. */
export async function compileCuda(
  units: readonly CudaUnit[],
): Promise<{ manifest: CudaManifest; built: BuiltCubin[] }> {
  const compiler = nvcc();
  const built: BuiltCubin[] = [];
  const left = units.entries();
  const worker = async (): Promise<void> => {
    for (const [index, unit] of left) built[index] = await compile(compiler, unit);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  const manifest = {
    compiler: NVCC_PACKAGES,
    flags: NVCC_FLAGS.join(" "),
    sources: hashCudaSources(PACKAGE),
    objects: built.map(({ object }) => object),
  };
  return { manifest, built };
}

async function compile(compiler: string, unit: CudaUnit): Promise<BuiltCubin> {
  const folder = mkdtempSync(join(tmpdir(), "moe-cuda-"));
  try {
    const out = join(folder, `${unit.name}.cubin`);
    // Run beside the sources, so that no cubin holds a path of this machine.
    const flags = [targetFlag(unit), ...NVCC_FLAGS, ...unit.definitions];
    const log = await run([compiler, ...flags, "-o", out, unit.source]);
    const complaints = ptxasComplaints(log, unit.isStackAllowed);
    if (complaints.length > 0) throw new Error(`${unit.name}:\n${complaints.join("\n")}`);
    const code = readFileSync(out);
    const file = cubinFile(unit);
    const kernels = parsePtxas(log);
    return {
      object: { arch: unit.arch, file, sha256: sha256(code), bytes: code.length, kernels },
      code,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a command wrote. */
async function run(command: string[]): Promise<string> {
  const cwd = cudaFolder(PACKAGE);
  const child = Bun.spawn(command, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const output = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  if ((await child.exited) !== 0) throw new Error(`${command.join(" ")}\n${output.join("")}`);
  return output.join("");
}
