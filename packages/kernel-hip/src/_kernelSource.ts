// The kernels' HIP sources as one text each, which is all that a run-time compiler gets.
import { readFileSync } from "node:fs";

const KERNELS = new URL("../kernels/", import.meta.url);

/** `kernels/<source>.hip` with its headers in place of its includes; `#line` keeps a compiler's messages true. */
export function kernelSource(source: string): string {
  return withIncludes(new URL(`${source}.hip`, KERNELS), new Set()).join("\n");
}

function withIncludes(file: URL, seen: Set<string>): string[] {
  if (seen.has(file.href)) return [];
  seen.add(file.href);
  const name = file.href.slice(KERNELS.href.length);
  const lines = readFileSync(file, "utf8").split("\n");
  const text = lines.flatMap((line, index) => {
    if (line === "#pragma once") return "";
    const included = /^#include "(.+)"$/.exec(line)?.[1];
    if (included === undefined) return line;
    // Of a branch that compilers for AMD do not take.
    if (included.startsWith("../cuda/")) return "";
    const next = `#line ${index + 2} "${name}"`;
    return [...withIncludes(new URL(included, file), seen), next];
  });
  return [`#line 1 "${name}"`, ...text];
}
