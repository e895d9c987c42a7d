// Compiles the CUDA kernels ahead of time into `prebuilt/cuda/`, with nvcc from PyPI. Files whose code is the same already
// stay as they are. With `--check` writes nothing there, and fails where a byte differs; with `--out` writes to another
// folder, all cubins or those with that part in their name, for experiments. `--arch sm_90` then compiles the kernel for sm_80
// and later for that processor.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
import { type BuiltCubin, compileCuda, type CudaManifest } from "./_compileCuda.ts";
import { CUDA_UNITS, cudaUnits } from "./_cudaKernels.ts";
import { PACKAGE } from "./_kernels.ts";

const FOLDER = join(PACKAGE, "prebuilt", "cuda");
const MANIFEST = join(FOLDER, "manifest.json");

type Compiled = Awaited<ReturnType<typeof compileCuda>>;

const USAGE =
  "usage: build-cuda-kernels.ts [--check | --out FOLDER [--arch ARCH] [PART_OF_A_NAME]]";

async function main(args: string[]): Promise<number> {
  const given = readArguments(args);
  if (given === undefined) {
    console.error(USAGE);
    return 2;
  }
  const { out, arch, check, part } = given;
  if (out === undefined) {
    const compiled = await compileCuda(CUDA_UNITS);
    return check === true ? compare(compiled) : publish(compiled);
  }
  const units = arch === undefined ? CUDA_UNITS : cudaUnits({ arch, kernel: 80 });
  const { built } = await compileCuda(units.filter(({ name }) => name.includes(part)));
  for (const cubin of built) write(out, cubin);
  return 0;
}

/** Undefined for what the usage does not have. */
function readArguments(args: string[]) {
  const options = {
    check: { type: "boolean" },
    out: { type: "string" },
    arch: { type: "string" },
  } as const;
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const [part = "", ...more] = positionals;
    const { check, out, arch } = values;
    const onlyOut = arch !== undefined || part !== "";
    if (more.length > 0 || (out === undefined ? onlyOut : check === true)) return undefined;
    return { check, out, arch, part };
  } catch {
    return undefined;
  }
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
  for (const cubin of built.filter(isDifferent)) write(FOLDER, cubin);
  writeFileSync(MANIFEST, textOf(manifest));
  return 0;
}

function write(folder: string, { object, code }: BuiltCubin): void {
  const path = join(folder, object.file);
  mkdirSync(dirname(path), { recursive: true });
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
