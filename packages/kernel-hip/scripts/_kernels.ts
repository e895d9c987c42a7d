// What the HIP kernels are built from, for which processors and how.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { KernelResources } from "./_resources.ts";

/** Root of this package. */
export const PACKAGE: string = join(import.meta.dirname, "..");

/** Names of the `.hip` files, the one that takes longest to compile first. */
export const SOURCES = ["moe_w4a16_gemm", "moe_align", "moe_layer"];

/** The name of the compiler, and of Debian's packages that bring it. */
export const COMPILER: string = process.env.MOE_CLANG ?? "clang-19";
export const PACKAGES = "clang-19 lld-19";

export const FLAGS: string[] = [
  "-x hip",
  "--cuda-device-only",
  "--no-gpu-bundle-output",
  "-nogpuinc",
  "-nogpulib",
  // The compiler's id of a compilation unit is made from its path, and would differ from machine to machine.
  "-fuse-cuid=none",
  "-O3",
  "-std=c++20",
  "-Wall",
  "-Wextra",
  "-Werror",
].flatMap((flag) => flag.split(" "));

/** One code object of `prebuilt/manifest.json`. */
export interface CodeObject {
  arch: string;
  /** Below `prebuilt/`, gzip. */
  file: string;
  /** Of the code object, not of the file. */
  sha256: string;
  bytes: number;
  kernels: KernelResources[];
}

/** `prebuilt/manifest.json`. */
export interface KernelManifest {
  /** First lines of what the compiler and its linker say of their versions. */
  compiler: string;
  linker: string;
  flags: string;
  /** See {@link hashFiles}: of all HIP sources. */
  sources: string;
  objects: CodeObject[];
}

/** Below `prebuilt/`. */
export function fileOf(arch: string, source: string): string {
  return `${arch}/${source}.co.gz`;
}

/** @returns the hash of all HIP sources of a package; those of CUDA are built by others */
export function hashKernelSources(root: string): string {
  const folder = join(root, "kernels");
  const names = [...new Bun.Glob("**/*.{hip,h}").scanSync(folder)];
  const hip = names.filter((name) => !name.startsWith("cuda/"));
  return hashFiles(folder, hip.sort());
}

/** @returns sha256 over names and texts, in the order of the names that are given */
export function hashFiles(folder: string, names: readonly string[]): string {
  const hash = createHash("sha256");
  for (const name of names) hash.update(`${name}\0`).update(readFileSync(join(folder, name)));
  return hash.digest("hex");
}

/** @returns sha256 of bytes */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
