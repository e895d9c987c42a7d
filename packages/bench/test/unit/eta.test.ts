import { expect, test } from "bun:test";
import { estimateRemaining, type CellCost } from "../../src/sweep/_eta.ts";

const cell = (work: number, wallMs: number): CellCost => ({ work, wallMs });

test("nothing finished: unknown", () => {
  expect(estimateRemaining([], [1, 2])).toBeNull();
});

test("a fixed cost and a cost by work are told apart", () => {
  const done = [1, 2, 5, 9].map((work) => cell(work, 100 + 30 * work));
  expect(estimateRemaining(done, [10, 20])).toBeCloseTo(100 + 300 + 100 + 600, 6);
});

test("one cell, or cells of equal work, stand for all", () => {
  expect(estimateRemaining([cell(4, 80)], [1, 1000])).toBe(160);
  expect(estimateRemaining([cell(4, 60), cell(4, 100)], [7])).toBe(80);
});

test("cost that grows faster than work never gives a negative time", () => {
  const done = [cell(1, 1), cell(10, 1000)];
  expect(estimateRemaining(done, [0.001])).toBeCloseTo((0.001 * 500.5) / 5.5, 9);
});

test("cost that falls with work does not fall below the mean", () => {
  expect(estimateRemaining([cell(1, 100), cell(10, 50)], [100])).toBe(75);
});
