/** Columns of cells whose executed work was counted. */

import type { ResultRow } from "@moe/bench";
import { short, signedPercent } from "../terminal/format.ts";
import type { Column } from "../terminal/table.ts";
import { NONE, verdictOf, verdictStyle } from "./verdict.ts";

type Counts = NonNullable<ResultRow["counts"]>;
type SideCounts = Counts["kernel"];

function counted(show: (counts: Counts) => string): (row: ResultRow) => string {
  return (row) => (row.counts === null ? NONE : show(row.counts));
}

const mega = ({ issueCycles }: SideCounts): string => short(issueCycles / 1e6);
const efficiency = ({ issueEfficiency }: SideCounts): string => issueEfficiency.toFixed(3);
const mebibytes = ({ globalBytes }: SideCounts): string => short(globalBytes / 2 ** 20);
const conflicts = ({ ldsCycles, ldsConflictCycles }: SideCounts): string =>
  ldsCycles === 0 ? NONE : ((100 * ldsConflictCycles) / ldsCycles).toFixed(1);

/** Modelled cycles, their ratio, and what explains it. */
export function countedColumns(): Column<ResultRow>[] {
  return [
    { title: ["reference", "Mcycles"], text: counted((c) => mega(c.reference)) },
    { title: ["kernel", "Mcycles"], text: counted((c) => mega(c.kernel)) },
    {
      title: ["modelled", "speedup %"],
      text: counted((c) => signedPercent(c.speedupPercent)),
      style: (row) => verdictStyle(verdictOf(row)),
    },
    { title: ["reference", "issue eff"], text: counted((c) => efficiency(c.reference)) },
    { title: ["kernel", "issue eff"], text: counted((c) => efficiency(c.kernel)) },
    { title: ["reference", "MiB"], text: counted((c) => mebibytes(c.reference)), dropOrder: 1 },
    { title: ["kernel", "MiB"], text: counted((c) => mebibytes(c.kernel)), dropOrder: 1 },
    {
      title: ["reference", "LDS lost%"],
      text: counted((c) => conflicts(c.reference)),
      dropOrder: 3,
    },
    { title: ["kernel", "LDS lost%"], text: counted((c) => conflicts(c.kernel)), dropOrder: 3 },
  ];
}
