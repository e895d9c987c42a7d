import { expect, test } from "bun:test";
import {
  bytes,
  duration,
  grouped,
  percent,
  relative,
  short,
  signedPercent,
} from "../../src/terminal/format.ts";

test.each([
  [0, "0"],
  [0.5, "0.50"],
  [9.994, "9.99"],
  [9.996, "10.0"],
  [99.94, "99.9"],
  [99.96, "100"],
  [999.4, "999"],
  [999.6, "1,000"],
  [1_234_567, "1,234,567"],
  [NaN, "NaN"],
  [Infinity, "∞"],
])("short(%p) is %p: never more digits than a reader needs", (x, text) => {
  expect(short(x)).toBe(text);
});

test.each([
  [0, "0.0 %"],
  [0.94999, "94.9 %"],
  [0.95, "95.0 %"],
  [1, "100.0 %"],
])("percent(%p) is %p: a share below a limit never reads as the limit", (x, text) => {
  expect(percent(x)).toBe(text);
});

test.each([
  [0, "+0.0"],
  [-0.04, "+0.0"],
  [0.06, "+0.1"],
  [-0.06, "-0.1"],
  [99.94, "+99.9"],
  [99.96, "+100"],
  [-99.96, "-100"],
  [1594.2, "+1,594"],
  [Infinity, "+∞"],
  [-Infinity, "-∞"],
  [NaN, "NaN"],
])("signedPercent(%p) is %p: a sign always, and none that lies about zero", (x, text) => {
  expect(signedPercent(x)).toBe(text);
});

test("digits are grouped by three", () => {
  expect([0, 999, 1000, 1234567.6].map(grouped)).toEqual(["0", "999", "1,000", "1,234,568"]);
});

test.each([
  [0, "0 ms"],
  [999, "999 ms"],
  [1000, "1 s"],
  [59_400, "59 s"],
  [59_600, "1 min 00 s"],
  [125_000, "2 min 05 s"],
  [3_600_000, "1 h 00 min"],
  [7_860_000, "2 h 11 min"],
])("duration(%p) is %p", (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test("bytes have binary units, relative errors two digits", () => {
  expect([512, 32 * 2 ** 20, 1.5 * 2 ** 40].map(bytes)).toEqual(["512 B", "32.0 MiB", "1.5 TiB"]);
  expect([0, 0.00214].map(relative)).toEqual(["0", "2.1e-3"]);
});
