// Whether compiling gives, byte for byte, what is committed below `prebuilt/`.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { type Built, compileKernels, toolchain } from "./_compileKernels.ts";
import { COMPILER, type KernelManifest, PACKAGE, PACKAGES } from "./_kernels.ts";
import { prebuiltProblems } from "./_prebuiltFiles.ts";

const PREBUILT = join(PACKAGE, "prebuilt");

/** What is wrong, as sentences, and why there was no comparison of bytes, where there was none. */
export interface Comparison {
  problems: string[];
  notRun?: string;
}

/**
 * Compares hashes and, where they agree, compiles everything and compares bytes. Another compiler than the manifest's
 * gives other bytes, which is no comparison.
 */
export async function comparePrebuilt(): Promise<Comparison> {
  const problems = prebuiltProblems(PACKAGE);
  if (problems.length > 0) return { problems, notRun: "the hashes differ already" };
  const notRun = whyNotComparable();
  if (notRun !== undefined) return { problems, notRun };
  const { manifest, built } = await compileKernels();
  const differing = built.filter(isDifferent).map(({ object }) => object.file);
  if (manifestText(manifest) !== readText("manifest.json")) differing.push("manifest.json");
  return {
    problems: differing.map((file) => `prebuilt/${file} is not what the sources compile to`),
  };
}

function whyNotComparable(): string | undefined {
  const tools = toolchain();
  if (tools === undefined) {
    return `${COMPILER} or its ld.lld not found; install Debian's ${PACKAGES}`;
  }
  const committed = JSON.parse(readText("manifest.json")) as KernelManifest;
  const other = (["compiler", "linker"] as const).find((tool) => tools[tool] !== committed[tool]);
  if (other === undefined) return undefined;
  return `the ${other} here is "${tools[other]}", the objects are of "${committed[other]}"`;
}

/** As it is committed. */
export function manifestText(manifest: KernelManifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** Compares decompressed: what gzip writes differs between versions of zlib. */
export function isDifferent({ object, code }: Built): boolean {
  try {
    return !code.equals(gunzipSync(readFileSync(join(PREBUILT, object.file))));
  } catch {
    return true;
  }
}

function readText(file: string): string {
  return readFileSync(join(PREBUILT, file), "utf8");
}
