import { expect, test } from "bun:test";
import { fastestOf } from "../../src/backends/_fastestOf.ts";

/** Gives the times of each candidate in turn, and notes which of the runs were trials. */
function clock(times: Record<string, number[]>) {
  const trials: string[] = [];
  const run = async (name: string, isTrial: boolean): Promise<number> => {
    if (isTrial) trials.push(name);
    return times[name].shift() ?? 0;
  };
  return { run, trials };
}

test("the shortest trial wins, and the first run of each does not count", async () => {
  const { run, trials } = clock({ a: [1, 50, 40], b: [99, 60, 30], c: [2, 70, 31] });
  expect(await fastestOf(["a", "b", "c"], run)).toBe("b");
  expect(trials).toEqual(["a", "a", "b", "b", "c", "c"]);
});

test("the first of equals wins, also where it is alone", async () => {
  expect(await fastestOf(["a", "b"], clock({ a: [5, 5, 5], b: [5, 5, 5] }).run)).toBe("a");
  expect(await fastestOf(["a"], clock({ a: [5, 5, 5] }).run)).toBe("a");
});
