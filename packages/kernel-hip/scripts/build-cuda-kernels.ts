// Compiles the CUDA kernels ahead of time into `prebuilt/cuda/`, with nvcc from PyPI. Files whose code is the same already
// stay as they are. With `--check` writes nothing there, and fails where a byte differs; with `--out` writes to another
// folder, all cubins or those with that part in their name, for experiments.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { type BuiltCubin, compileCuda, type CudaManifest } from "./_compileCuda.ts";
import { CUDA_UNITS } from "./_cudaKernels.ts";
import { PACKAGE } from "./_kernels.ts";

const FOLDER = join(PACKAGE, "prebuilt", "cuda");
const MANIFEST = join(FOLDER, "manifest.json");

type Compiled = Awaited<ReturnType<typeof compileCuda>>;

const USAGE = "usage: build-cuda-kernels.ts [--check | --out FOLDER [PART_OF_A_NAME]]";

async function main([mode, folder, part = "", ...more]: string[]): Promise<number> {
  if (mode === undefined) return publish(await compileCuda(CUDA_UNITS));
  if (mode === "--check" && folder === undefined) return compare(await compileCuda(CUDA_UNITS));
  if (mode !== "--out" || folder === undefined || more.length > 0) {
    console.error(USAGE);
    return 2;
  }
  mkdirSync(folder, { recursive: true });
  const { built } = await compileCuda(CUDA_UNITS.filter(({ name }) => name.includes(part)));
  for (const { object, code } of built) writeGzip(join(folder, basename(object.file)), code);
  return 0;
}

function compare({ manifest, built }: Compiled): number {
  const stale = built.filter(isDifferent).map(({ object }) => object.file);
  if (readFileSync(MANIFEST, "utf8") !== textOf(manifest)) stale.push("manifest.json");
  for (const file of stale) {
    console.error(`prebuilt/cuda/${file} differs from what the sources give`);
  }
  return stale.length === 0 ? 0 : 1;
}

function publish({ manifest, built }: Compiled): number {
  const files = built.map(({ object }) => object.file);
  mkdirSync(FOLDER, { recursive: true });
  for (const file of new Bun.Glob("sm_*/**").scanSync(FOLDER)) {
    if (!files.includes(file)) rmSync(join(FOLDER, file));
  }
  for (const { object, code } of built.filter(isDifferent)) {
    const path = join(FOLDER, object.file);
    mkdirSync(dirname(path), { recursive: true });
    writeGzip(path, code);
  }
  writeFileSync(MANIFEST, textOf(manifest));
  return 0;
}

function writeGzip(path: string, code: Buffer): void {
  writeFileSync(path, gzipSync(code, { level: 9 }));
}

function textOf(manifest: CudaManifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** Compares decompressed: what gzip writes differs between versions of zlib. */
function isDifferent({ object, code }: BuiltCubin): boolean {
  try {
    return !code.equals(gunzipSync(readFileSync(join(FOLDER, object.file))));
  } catch {
    return true;
  }
}

process.exitCode = await main(process.argv.slice(2));
