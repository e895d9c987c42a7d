// The kernels' code objects for processors without prebuilt ones, compiled once in this process.
import type { Failure } from "./_binding.d.ts";
import { kernelSource } from "./_kernelSource.ts";
import { load } from "./_load.ts";
import { unwrap } from "./_native.ts";
import { moeKernelCode, namedCompiler } from "./moeKernelCode.ts";

const compiled = new Map<string, Uint8Array>();
const compiling = new Map<string, Promise<Uint8Array>>();

/** The code object of `kernels/<source>.hip`; compiling it takes seconds, in which nothing else runs. */
export function compiledCode(arch: string, source: string): Uint8Array {
  const key = keyOf(arch, source);
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const { compileNow } = load().binding;
  const code = unwrap(compileNow(`${source}.hip`, kernelSource(source), arch, namedCompiler()));
  compiled.set(key, code);
  return code;
}

/** Compiles what {@link compiledCode} would, beside what else runs; nothing where the code is prebuilt. */
export async function compileAhead(arch: string, source: string): Promise<void> {
  if (moeKernelCode(arch).origin === "prebuilt") return;
  const key = keyOf(arch, source);
  if (compiled.has(key)) return;
  const code = compiling.get(key) ?? start(arch, source).finally(() => compiling.delete(key));
  compiling.set(key, code);
  compiled.set(key, await code);
}

async function start(arch: string, source: string): Promise<Uint8Array> {
  const { compile } = load().binding;
  const code = await compile(`${source}.hip`, kernelSource(source), arch, namedCompiler());
  return unwrap(code as Uint8Array | Failure);
}

/** Another compiler is another code. */
function keyOf(arch: string, source: string): string {
  return [arch, source, moeKernelCode(arch).library].join("\0");
}
