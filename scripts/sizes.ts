// Prints how long the source files of each package are: files, median, 90th percentile and longest, in lines.
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { gitFiles, packages, ROOT } from "./_workspace.ts";

/** Lines from which a TypeScript source file has to be split. */
export const TS_LIMIT_LINES = 300;

/** One row of the table; lengths in lines. */
export interface SizeRow {
  tree: string;
  files: number;
  lines: number;
  median: number;
  p90: number;
  max: number;
  longest: string;
}

/** Table over the sources of every package and the scripts; tests and benches left out. */
export function sizeTable(): SizeRow[] {
  const trees = packages().flatMap(({ folder }) => [
    { tree: `packages/${folder}/src`, ext: ".ts" },
    { tree: `packages/${folder}`, ext: ".rs" },
  ]);
  trees.push({ tree: "scripts", ext: ".ts" });
  return trees.flatMap(({ tree, ext }) => rowOf(tree, ext) ?? []);
}

function rowOf(tree: string, ext: string): SizeRow | undefined {
  const lengths = (gitFiles(`${tree}/*${ext}`) ?? [])
    .filter((file) => !file.endsWith("/_binding.d.ts")) // generated
    .filter((file) => ext === ".ts" || !/\/(tests|benches)\//.test(file))
    .map((file) => ({ file, lines: readFileSync(join(ROOT, file), "utf8").split("\n").length - 1 }))
    .sort((a, b) => a.lines - b.lines);
  if (lengths.length === 0) return undefined;
  const at = (q: number): number => lengths[Math.floor(q * (lengths.length - 1))].lines;
  return {
    tree: ext === ".rs" ? `${tree} (Rust)` : tree,
    files: lengths.length,
    lines: lengths.reduce((sum, { lines }) => sum + lines, 0),
    median: at(0.5),
    p90: at(0.9),
    max: at(1),
    longest: lengths.at(-1)!.file.slice(tree.length + 1),
  };
}

/** TypeScript trees whose longest file is over the limit. */
export function overLimit(rows: readonly SizeRow[]): string[] {
  return rows
    .filter(({ tree, max }) => !tree.endsWith("(Rust)") && max > TS_LIMIT_LINES)
    .map(
      ({ tree, longest, max }) =>
        `${tree}/${longest} has ${max} lines, split it at ${TS_LIMIT_LINES}`,
    );
}

if (import.meta.main) console.log(Bun.inspect.table(sizeTable()).trimEnd());
