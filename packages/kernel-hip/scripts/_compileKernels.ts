// Runs the compiler over every kernel source for every processor.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { KERNEL_ARCHES } from "../src/moeKernelCode.ts";
import {
  type CodeObject,
  COMPILER,
  fileOf,
  FLAGS,
  hashKernelSources,
  type KernelManifest,
  PACKAGE,
  PACKAGES,
  sha256,
  SOURCES,
} from "./_kernels.ts";
import { type KernelResources, parseResources } from "./_resources.ts";

/** A compiled code object and what the manifest says of it. */
export interface Built {
  object: CodeObject;
  code: Buffer;
}

/** The compiler and its linker, as the manifest names them; undefined where one is not installed. */
export function toolchain(): { compiler: string; linker: string } | undefined {
  const compiler = firstLine([COMPILER, "--version"]);
  const linker = firstLine([COMPILER, "-print-prog-name=ld.lld"]);
  const version = linker === undefined ? undefined : firstLine([linker, "--version"]);
  return compiler === undefined || version === undefined
    ? undefined
    : { compiler, linker: version };
}

function firstLine(command: string[]): string | undefined {
  if (Bun.which(command[0]) === null) return undefined;
  const { stdout, exitCode } = Bun.spawnSync(command, { stderr: "ignore" });
  return exitCode === 0 ? stdout.toString().split("\n")[0].trim() : undefined;
}

/** Compiles everything, on all cores. */
export async function compileKernels(): Promise<{ manifest: KernelManifest; built: Built[] }> {
  const tools = toolchain();
  if (tools === undefined) {
    throw new Error(
      `${COMPILER} or its ld.lld is not installed: apt install ${PACKAGES}, or set MOE_CLANG to another clang`,
    );
  }
  const sources = hashKernelSources(PACKAGE);
  const jobs = KERNEL_ARCHES.flatMap((arch) => SOURCES.map((source) => ({ arch, source })));
  const built: Built[] = [];
  // The long ones first, so that no core waits for one at the end.
  const byLength = [...jobs.entries()].sort(
    ([, a], [, b]) => SOURCES.indexOf(a.source) - SOURCES.indexOf(b.source),
  );
  const left = byLength.values();
  const worker = async (): Promise<void> => {
    for (const [index, { arch, source }] of left) built[index] = await compile(arch, source);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  const objects = built.map(({ object }) => object);
  return { manifest: { ...tools, flags: FLAGS.join(" "), sources, objects }, built };
}

async function compile(arch: string, source: string): Promise<Built> {
  const folder = mkdtempSync(join(tmpdir(), "moe-kernel-hip-"));
  try {
    const out = join(folder, "code.co");
    const target = [`--offload-arch=${arch}`, "-Rpass-analysis=kernel-resource-usage"];
    // Run beside the sources, so that no object holds a path of this machine.
    const remarks = await run([COMPILER, ...FLAGS, ...target, "-o", out, `${source}.hip`]);
    const kernels = parseResources(remarks);
    for (const kernel of kernels) refuseSpills(arch, kernel);
    const code = readFileSync(out);
    const file = fileOf(arch, source);
    return { object: { arch, file, sha256: sha256(code), bytes: code.length, kernels }, code };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function refuseSpills(arch: string, kernel: KernelResources): void {
  if (kernel.vgprSpills + kernel.sgprSpills + kernel.scratchBytes === 0) return;
  throw new Error(
    `${kernel.name} on ${arch} spills: ${kernel.vgprSpills} VGPRs, ${kernel.sgprSpills} SGPRs, ${kernel.scratchBytes} bytes of scratch. Give it fewer rows or columns, or fewer waves per SIMD.`,
  );
}

/** What a command wrote to standard error. */
async function run(command: string[]): Promise<string> {
  const cwd = join(PACKAGE, "kernels");
  const child = Bun.spawn(command, { cwd, stdio: ["ignore", "ignore", "pipe"] });
  const stderr = await new Response(child.stderr).text();
  if ((await child.exited) !== 0) throw new Error(`${command.join(" ")}\n${stderr}`);
  return stderr;
}
