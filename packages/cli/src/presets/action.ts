import { gemmShape, PRESETS } from "@moe/bench";
import type { Context } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { table, type Column } from "../terminal/table.ts";

interface Line {
  name: string;
  shape: (typeof PRESETS)[keyof typeof PRESETS]["shape"];
  source: string;
}

const sizes = (line: Line, gemm: 1 | 2): string => {
  const { k, n } = gemmShape(line.shape, gemm);
  return `${k} × ${n}`;
};

const COLUMNS: readonly Column<Line>[] = [
  { title: ["", "preset"], text: (l) => l.name, align: "left", style: () => "cyan" },
  { title: ["experts", "E"], text: (l) => String(l.shape.numExperts) },
  { title: ["", "topK"], text: (l) => String(l.shape.topK) },
  { title: ["group", "G"], text: (l) => String(l.shape.groupSize) },
  { title: ["", "blockM"], text: (l) => String(l.shape.blockM), dropOrder: 1 },
  { title: ["gemm1", "K × N"], text: (l) => sizes(l, 1) },
  { title: ["gemm2", "K × N"], text: (l) => sizes(l, 2) },
];

/** Lists presets with the sizes of both GEMMs. */
export async function presets({ io, global, paint, unicode }: Context): Promise<ExitCode> {
  const lines = Object.entries(PRESETS).map(([name, preset]) => ({ name, ...preset }));
  if (global.json) {
    const list = lines.map((line) => ({
      ...line,
      gemm1: gemmShape(line.shape, 1),
      gemm2: gemmShape(line.shape, 2),
    }));
    const body = { schemaVersion: 1, command: "presets", presets: list };
    io.out(JSON.stringify(body, null, 2) + "\n");
    return EXIT.ok;
  }
  const layout = table(COLUMNS, {
    rows: lines,
    paint,
    rule: unicode ? "─" : "-",
    ...(io.columns === undefined ? {} : { maxWidth: io.columns }),
  });
  io.out(layout.head() + lines.map((line) => layout.line(line)).join(""));
  return EXIT.ok;
}
