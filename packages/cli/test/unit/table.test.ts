import { expect, test } from "bun:test";
import { createPaint } from "../../src/terminal/paint.ts";
import { table, type Column } from "../../src/terminal/table.ts";

interface Row {
  name: string;
  n: number;
}

const paint = createPaint(0);
const NAME: Column<Row> = { title: ["name"], text: (r) => r.name, align: "left" };
const NUMBER: Column<Row> = { title: ["count", "n"], text: (r) => String(r.n) };
const ROWS: Row[] = [
  { name: "a", n: 1 },
  { name: "longer", n: 12345 },
];

test("numbers stand right, words left, and titles of two lines stand on the rule", () => {
  const t = table([NAME, NUMBER], { rows: ROWS, paint });
  expect(t.head() + ROWS.map((r) => t.line(r)).join("")).toBe(
    ["        count", "name        n", "─────────────", "a           1", "longer  12345", ""].join(
      "\n",
    ),
  );
});

test("a width given beforehand holds for rows that come later", () => {
  const t = table(
    [
      { ...NAME, width: 6 },
      { ...NUMBER, width: 5 },
    ],
    { paint },
  );
  expect(ROWS.map((r) => t.line(r).indexOf(String(r.n)) + String(r.n).length)).toEqual([13, 13]);
});

test("a narrow terminal first narrows the gaps, then loses the column that says least", () => {
  const columns = [NAME, { ...NUMBER, dropOrder: 1 }, { ...NUMBER, title: ["m"], dropOrder: 2 }];
  const at = (maxWidth: number) => table(columns, { rows: ROWS, paint, maxWidth });
  expect(at(20)).toMatchObject({ width: 20, dropped: [] });
  expect(at(19)).toMatchObject({ width: 18, dropped: [] });
  expect(at(17)).toMatchObject({ width: 13, dropped: ["m"] });
  expect(at(11)).toMatchObject({ width: 6, dropped: ["count n", "m"] });
});

test("columns that must stay are kept even where they do not fit", () => {
  const t = table([NAME, NUMBER], { rows: ROWS, paint, maxWidth: 3 });
  expect(t.dropped).toEqual([]);
  expect(t.width).toBe(12);
});

test("wide characters count as the two cells that a terminal gives them", () => {
  const t = table([NAME, NUMBER], { rows: [{ name: "専門家", n: 1 }], paint });
  expect(Bun.stringWidth(t.line({ name: "専門家", n: 1 }).trimEnd())).toBe(t.width);
});

test("styles never change the width of a cell", () => {
  const colored = createPaint(16);
  const t = table([{ ...NAME, style: () => "red" as const }, NUMBER], {
    rows: ROWS,
    paint: colored,
  });
  expect(t.line(ROWS[0])).toContain("\u001b[31m");
  expect(Bun.stripANSI(t.line(ROWS[0]))).toBe("a           1\n");
});
