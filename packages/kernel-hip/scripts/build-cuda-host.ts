// Compiles the CUDA kernels for this machine's processor into `target/mock`, where the mock driver runs them: each unit as
// C++ by clang-19, with what CUDA and PTX are from `mock/cuda`. What has not changed stays; without clang-19 nothing is built.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CudaUnit, CUDA_UNITS, cudaFolder, hashCudaSources } from "./_cudaKernels.ts";
import { hashFiles, PACKAGE } from "./_kernels.ts";

const RUNTIME = join(PACKAGE, "mock", "cuda");
const FOLDER = join(PACKAGE, "..", "..", "target", "mock");
const LIBRARY = join(FOLDER, "libmoe_cuda_host.so");
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
  if (existsSync(LIBRARY) && existsSync(STAMP) && readFileSync(STAMP, "utf8") === stamp) return 0;
  rmSync(STAMP, { force: true });
  mkdirSync(join(FOLDER, "cuda"), { recursive: true });
  const objects = await compileAll();
  await run([COMPILER, "-shared", "-o", LIBRARY, ...objects]);
  writeFileSync(STAMP, stamp);
  return 0;
}

function hashRuntime(): string {
  return hashFiles(RUNTIME, [...new Bun.Glob("*.{cpp,h}").scanSync(RUNTIME)].sort());
}

async function compileAll(): Promise<string[]> {
  const runtime = { name: "block", source: join(RUNTIME, "block.cpp"), definitions: [] };
  const units = CUDA_UNITS.map((unit) => ({ ...unit, source: sourceOf(unit) }));
  // What is built for several processors is the same here.
  const byName = new Map([runtime, ...units].map((unit) => [unit.name, unit]));
  const left = [...byName.values()].reverse();
  const objects: string[] = [];
  const lane = async (): Promise<void> => {
    for (let unit = left.pop(); unit !== undefined; unit = left.pop()) {
      const object = join(FOLDER, "cuda", `${unit.name}.o`);
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
