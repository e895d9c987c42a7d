/** Columns of cells that were timed. */

import type { ResultRow } from "@moe/bench";
import { grouped, interval, short, signedPercent } from "../terminal/format.ts";
import type { Column } from "../terminal/table.ts";
import { NONE, verdictOf, verdictStyle } from "./verdict.ts";

/** Times in µs: one decimal below 100. */
export function microseconds(ns: number): string {
  const us = ns / 1000;
  return us < 99.95 ? us.toFixed(1) : grouped(us);
}

type Timing = NonNullable<ResultRow["timing"]>;

function timed(show: (timing: Timing) => string): (row: ResultRow) => string {
  return (row) => (row.timing === null ? NONE : show(row.timing));
}

/** Times, their ratio with its interval, rates. */
export function timedColumns(): Column<ResultRow>[] {
  return [
    { title: ["reference", "µs"], text: timed((t) => microseconds(t.reference.medianNs)) },
    { title: ["kernel", "µs"], text: timed((t) => microseconds(t.kernel.medianNs)), width: 8 },
    {
      title: ["speedup", "%"],
      text: timed((t) => signedPercent(t.speedupPercent)),
      style: (row) => verdictStyle(verdictOf(row)),
    },
    { title: ["95 % interval", "%"], text: timed(interval), width: 14 },
    {
      title: ["useful", "GFLOP/s"],
      text: timed((t) => short(t.kernel.usefulGflops)),
      dropOrder: 1,
    },
    {
      title: ["padded", "GFLOP/s"],
      text: timed((t) => short(t.kernel.paddedGflops)),
      dropOrder: 3,
    },
  ];
}
