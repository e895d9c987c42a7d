/** Two runs side by side. */

import type { Agreement, CellAgreement, Comparison } from "@moe/bench";
import type { Context } from "../context.ts";
import { interval, signedPercent } from "../terminal/format.ts";
import { table, type Column } from "../terminal/table.ts";

type Run = "first" | "second";

/** Speedup and interval of one of the runs. */
function columnsOf(run: Run): Column<CellAgreement>[] {
  const shown = (show: (found: Comparison) => string) => (cell: CellAgreement) => {
    const found = cell[run];
    return found === null ? "-" : show(found);
  };
  return [
    { title: [run, "speedup %"], text: shown((found) => signedPercent(found.speedupPercent)) },
    { title: [run, "interval %"], text: shown(interval) },
  ];
}

/** What the intervals say of each other. */
function wordOf({ first, second, agrees }: CellAgreement): string {
  if (first !== null && second !== null) return agrees ? "agree" : "DIFFER";
  const missing = [first === null && "first", second === null && "second"].filter(Boolean);
  return `not measured in the ${missing.join(" and the ")}`;
}

const COLUMNS: readonly Column<CellAgreement>[] = [
  { title: ["", "cell"], text: (cell) => cell.id, align: "left", style: () => "cyan" },
  ...columnsOf("first"),
  ...columnsOf("second"),
  {
    title: ["", "intervals"],
    text: wordOf,
    align: "left",
    style: ({ agrees }) => (agrees ? "dim" : "alert"),
  },
];

/** Every cell with both of its speedups. */
export function agreementTable({ cells }: Agreement, { io, paint, unicode }: Context): string {
  const layout = table(COLUMNS, {
    rows: cells,
    paint,
    rule: unicode ? "─" : "-",
    ...(io.columns === undefined ? {} : { maxWidth: io.columns }),
  });
  return layout.head() + cells.map((cell) => layout.line(cell)).join("");
}
