// Compiles the CUDA kernels for this machine's processor into `target/mock`, where the mock driver runs them: each unit as
// C++ by clang-19, with what CUDA and PTX are from `mock/cuda`; a library for each of the kernels, as they share names. What has
// not changed stays; without clang-19 nothing is built.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type CudaTarget,
  type CudaUnit,
  cudaFolder,
  cudaUnits,
  hashCudaSources,
  sharedUnits,
} from "./_cudaKernels.ts";
import { hashFiles, PACKAGE } from "./_kernels.ts";

const RUNTIME = join(PACKAGE, "mock", "cuda");
const FOLDER = join(PACKAGE, "..", "..", "target", "mock");
const KERNELS: CudaTarget["kernel"][] = [80, 90];
/** What the library was built from. */
const STAMP = join(FOLDER, "cuda_host.txt");
const COMPILER = "clang++-19";
// Not -O0: tests run it. Not -O2: a GEMM has 27 instantiations.
const FLAGS = [
  "-std=c++20",
  "-O1",
  "-fPIC",
  "-march=native",
  "-Wall",
  "-Wno-unknown-pragmas",
  "-Werror",
];
const AT_ONCE = 2;

async function main(): Promise<number> {
  if (Bun.which(COMPILER) === null) {
    console.error(`${COMPILER} is not installed: no CUDA kernels for the mock driver`);
    return 0;
  }
  const stamp = [hashCudaSources(PACKAGE), hashRuntime(), ...FLAGS].join("\n");
  const isThere = [STAMP, ...KERNELS.map(libraryOf)].every((file) => existsSync(file));
  if (isThere && readFileSync(STAMP, "utf8") === stamp) return 0;
  rmSync(STAMP, { force: true });
  for (const kernel of KERNELS) {
    const objects = await compileAll(kernel);
    await run([COMPILER, "-shared", "-o", libraryOf(kernel), ...objects]);
  }
  writeFileSync(STAMP, stamp);
  return 0;
}

function libraryOf(kernel: CudaTarget["kernel"]): string {
  return join(FOLDER, `libmoe_cuda_sm${kernel}.so`);
}

function hashRuntime(): string {
  return hashFiles(RUNTIME, [...new Bun.Glob("*.{cpp,h}").scanSync(RUNTIME)].sort());
}

async function compileAll(kernel: CudaTarget["kernel"]): Promise<string[]> {
  const folder = join(FOLDER, `cuda_sm${kernel}`);
  mkdirSync(folder, { recursive: true });
  const runtime = { name: "block", source: join(RUNTIME, "block.cpp"), definitions: [] };
  const arch = "the host";
  const units = [...cudaUnits({ arch, kernel }), ...sharedUnits(arch)];
  const all = units.map((unit) => ({ ...unit, source: sourceOf(unit) }));
  const left = [runtime, ...all].reverse();
  const objects: string[] = [];
  const lane = async (): Promise<void> => {
    for (let unit = left.pop(); unit !== undefined; unit = left.pop()) {
      const object = join(folder, `${unit.name}.o`);
      const files = ["-x", "c++", "-c", unit.source, "-o", object];
      const include = ["-include", "cuda.h", `-I${RUNTIME}`];
      await run([COMPILER, ...FLAGS, ...include, ...unit.definitions, ...files]);
      objects.push(object);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return objects;
}

function sourceOf({ source }: CudaUnit): string {
  return join(cudaFolder(PACKAGE), source);
}

async function run(command: string[]): Promise<void> {
  const child = Bun.spawn(command, { stdout: "ignore", stderr: "pipe" });
  const [errors, code] = await Promise.all([new Response(child.stderr).text(), child.exited]);
  if (code !== 0) throw new Error(`${command.join(" ")}\n${errors}`);
}

process.exitCode = await main();
