/** The result table, printed as rows come: a heading at each GEMM, a blank line at each archetype. */

import type { CacheMode, ResultHeader, ResultRow } from "@moe/bench";
import type { Context } from "../context.ts";
import { table, type Table } from "../terminal/table.ts";
import { resultColumns } from "./columns.ts";

/** Makes the text that belongs before and at each row. */
export interface ResultTable {
  /** The row, with whatever heading it needs first. */
  add(row: ResultRow): string;
}

/** A table for the cells that the header announces. */
export function resultTable(header: ResultHeader, context: Context): ResultTable {
  const { archetypes, tokens, shape } = header.config;
  const { io, paint, unicode } = context;
  const measure = header.config.cache === null ? "count" : "time";
  const layout = table(resultColumns({ archetypes, tokens, topK: shape.topK, measure }), {
    paint,
    rule: unicode ? "─" : "-",
    ...(io.columns === undefined ? {} : { maxWidth: io.columns }),
  });
  let last: ResultRow | undefined;
  return {
    add(row) {
      const newGemm = last?.gemm !== row.gemm;
      const newGroup = !newGemm && last?.archetype !== row.archetype;
      const first = last === undefined;
      last = row;
      const lead = newGemm ? (first ? "" : "\n") + heading(row, header, layout, context) : "";
      return `${lead}${newGroup ? "\n" : ""}${layout.line(row)}`;
    },
  };
}

function heading(
  row: ResultRow,
  { config, device }: ResultHeader,
  layout: Table<ResultRow>,
  { io, paint, unicode }: Context,
): string {
  const { shape, seed, sampler, placement, cache } = config;
  const dot = unicode ? " · " : ", ";
  const sizes = `K=${row.k} N=${row.n} E=${shape.numExperts} topK=${shape.topK} G=${shape.groupSize}`;
  const where = `${device.backend}: ${device.device}`;
  // What really ran, where the row knows it.
  const { isa, threads } = row.kernel ?? device;
  const how = [
    ...(cache === null ? ["counted, not timed"] : [isa]),
    units(device.backend, threads),
    ...(cache === null ? [] : [CACHE_WORDS[cache]]),
    `seed ${seed} (${sampler}, ${placement})`,
  ];
  const missing = layout.dropped.length === 0 ? "" : `not shown: ${layout.dropped.join(", ")}`;
  const dropped = fold(missing, io.columns ?? Infinity).map((line) => `${paint("dim", line)}\n`);
  return (
    `${paint("bold", `gemm${row.gemm}`)}  ${sizes}${dot}blocks of ${shape.blockM} rows\n` +
    `${paint("dim", `${where}${dot}${how.join(dot)}`)}\n${sides(row, config)}${cache === null ? model(paint) : ""}${dropped.join("")}\n${layout.head()}`
  );
}

/** How the cache was before a sample. */
const CACHE_WORDS: Record<CacheMode, string> = {
  read: "cold cache",
  write: "cold cache by writing",
  rotate: "cold cache by rotation",
  warm: "warm cache",
};

/** A list as lines of at most `width` characters, cut behind its commas. */
function fold(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const item of text.split(/(?<=,) /)) {
    const longer = `${lines.at(-1)} ${item}`;
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(item);
  }
  return lines.filter(Boolean);
}

/** The word for what works in parallel. */
const UNITS: Record<string, string> = {
  sim: "host thread",
  hip: "compute unit",
  cuda: "multiprocessor",
};

function units(backend: string, count: number): string {
  return `${count} ${UNITS[backend] ?? "thread"}${count === 1 ? "" : "s"}`;
}

/** What the numbers of a counted table are. */
function model(paint: Context["paint"]): string {
  const lines = [
    "modelled issue cycles: 32 for a WMMA, 1 for any other vector instruction",
    "memory and latency are not in them; where they are the limit, compare MiB",
  ];
  return lines.map((line) => `${paint("dim", line)}\n`).join("");
}

/** Backends whose reference has several configurations, of which each cell takes the fastest. */
const TRYING = ["hip", "cuda"];

function sides(
  { kernel, reference }: ResultRow,
  { backend, tritonConfig, aa }: ResultHeader["config"],
): string {
  if (kernel === null || reference === null) return "";
  if (aa) return `A/A: ${kernel.name} against itself\n`;
  const isTried = TRYING.includes(backend) && tritonConfig === null;
  return `${kernel.name} against ${reference.name}${isTried ? "; every cell takes its fastest" : ""}\n`;
}
