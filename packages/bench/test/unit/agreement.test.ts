// What a run and its repetition say together.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { agreementOf, type Results } from "@moe/bench";
import { errorOf } from "../_errorOf.ts";
import { collect, fakeBackend, headerOf, rowsOf, tinySweep, work } from "../_fakeBackend.ts";

const TOKENS = [8, 16, 24];
const IDS = TOKENS.map((tokens) => `gemm1/uniform/T${tokens}`);

async function runOf(more: Parameters<typeof tinySweep>[0] = {}): Promise<Results> {
  const options = { archetypes: ["uniform"], tokens: TOKENS, gemms: [1], ...more } as const;
  const events = await collect(tinySweep(options));
  return { header: headerOf(events), rows: rowsOf(events), warnings: [] };
}

/** A run whose cells have these intervals; null = not measured. */
function withIntervals(run: Results, intervals: readonly ([number, number] | null)[]): Results {
  const rows = run.rows.flatMap((row, i) => {
    const found = intervals[i];
    if (found === null || row.timing === null) return [];
    const [speedupLow, speedupHigh] = found;
    return [{ ...row, timing: { ...row.timing, speedupLow, speedupHigh } }];
  });
  return { ...run, rows };
}

test("cells agree where their intervals have a value in common, ends included", async () => {
  const run = await runOf();
  const { cells, agreeing, share } = agreementOf(
    withIntervals(run, [
      [1, 1.1],
      [1, 1.1],
      [1, 1.1],
    ]),
    withIntervals(run, [
      [1.05, 1.2],
      [1.1, 1.2],
      [1.101, 1.2],
    ]),
  );
  expect(cells.map(({ id, agrees }) => [id, agrees])).toEqual([
    [IDS[0], true],
    [IDS[1], true],
    [IDS[2], false],
  ]);
  expect([agreeing, share]).toEqual([2, 2 / 3]);
});

test("the order of two runs does not matter, a run agrees with itself, and a wider interval never loses agreement", async () => {
  const run = await runOf({ tokens: [8] });
  const interval = fc
    .tuple(
      fc.double({ min: 0.5, max: 2, noNaN: true }),
      fc.double({ min: 0.5, max: 2, noNaN: true }),
    )
    .map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)]);
  const share = (a: [number, number], b: [number, number]): number =>
    agreementOf(withIntervals(run, [a]), withIntervals(run, [b])).share;
  fc.assert(
    fc.property(interval, interval, (a, b) => {
      expect(share(a, b)).toBe(share(b, a));
      expect(share(a, a)).toBe(1);
      expect(share(a, [b[0] / 2, b[1] * 2])).toBeGreaterThanOrEqual(share(a, b));
    }),
  );
});

describe("a cell that one run did not measure does not agree", () => {
  test.each([
    [
      "the first",
      [null, [1, 2], [1, 2]],
      [
        [1, 2],
        [1, 2],
        [1, 2],
      ],
    ],
    [
      "the second",
      [
        [1, 2],
        [1, 2],
        [1, 2],
      ],
      [null, [1, 2], [1, 2]],
    ],
    ["neither of them", [null, [1, 2], [1, 2]], [null, [1, 2], [1, 2]]],
  ] as const)("%s", async (_title, first, second) => {
    const run = await runOf();
    const [left, right] = [first, second].map((intervals) =>
      withIntervals(run, intervals as readonly ([number, number] | null)[]),
    );
    const { cells, agreeing, share } = agreementOf(left, right);
    expect(cells.map(({ id }) => id)).toEqual(IDS);
    expect(cells[0]).toMatchObject({ agrees: false });
    expect([cells[0].first === null, cells[0].second === null]).toEqual([
      first[0] === null,
      second[0] === null,
    ]);
    expect([agreeing, share]).toEqual([2, 2 / 3]);
  });

  test("nor does one with a wrong output", async () => {
    const wrong = fakeBackend({
      report: ({ numTokens }) => (numTokens === 8 ? { passed: false } : {}),
    });
    const { cells } = agreementOf(await runOf(), await runOf({ backend: wrong }));
    expect(cells.map(({ agrees }) => agrees)).toEqual([false, true, true]);
  });
});

test("counts agree where they are equal", async () => {
  const counting = (cycles: number) =>
    runOf({
      backend: fakeBackend({
        executed: ({ numTokens }, side) => work(side === "kernel" || numTokens > 8 ? 6400 : cycles),
      }),
    });
  const shareOf = async (cycles: number): Promise<number> =>
    agreementOf(await counting(6400), await counting(cycles)).share;
  expect([await shareOf(6400), await shareOf(6464)]).toEqual([1, 2 / 3]);
});

test("runs of another configuration or device are refused, field by field", async () => {
  const run = await runOf();
  const other = structuredClone(run);
  other.header.config.cache = "warm";
  other.header.device.device = "another";
  const { code, message, details } = await errorOf(() => agreementOf(run, other));
  expect(code).toBe("E_RUN_MISMATCH");
  expect(message).toBe(
    'The two results are of different runs: config.cache is "read" in the first, "warm" in the second; device.device is "fake device" in the first, "another" in the second. Compare repetitions of one command on one device.',
  );
  expect(details.differences).toHaveLength(2);
});

test("another commit or version is a warning", async () => {
  const run = await runOf();
  const other = structuredClone(run);
  other.header.environment.commit = "fedcba";
  expect(agreementOf(run, run).warnings).toEqual([]);
  expect(agreementOf(run, other).warnings).toEqual([
    'environment.commit is "0123456789abcdef" in the first, "fedcba" in the second',
  ]);
});
