/** The result table, printed as rows come: a heading at each GEMM, a blank line at each archetype. */

import type { ResultHeader, ResultRow } from "@moe/bench";
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
  const layout = table(resultColumns({ archetypes, tokens, topK: shape.topK }), {
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
  { paint, unicode }: Context,
): string {
  const { shape, seed, sampler, placement, cache } = config;
  const dot = unicode ? " · " : ", ";
  const sizes = `K=${row.k} N=${row.n} E=${shape.numExperts} topK=${shape.topK} G=${shape.groupSize}`;
  const where = `${device.backend}: ${device.device}`;
  // What really ran, where the row knows it.
  const { isa, threads } = row.kernel ?? device;
  const how = [
    isa,
    `${threads} thread${threads === 1 ? "" : "s"}`,
    `${cache === "warm" ? "warm" : "cold"} cache`,
    `seed ${seed} (${sampler}, ${placement})`,
  ];
  const dropped =
    layout.dropped.length === 0
      ? ""
      : `${paint("dim", `not shown: ${layout.dropped.join(", ")}`)}\n`;
  return (
    `${paint("bold", `gemm${row.gemm}`)}  ${sizes}${dot}blocks of ${shape.blockM} rows\n` +
    `${paint("dim", `${where}${dot}${how.join(dot)}`)}\n${sides(row)}${dropped}\n${layout.head()}`
  );
}

function sides({ kernel, reference }: ResultRow): string {
  if (kernel === null || reference === null) return "";
  return `${kernel.name} against ${reference.name}\n`;
}
