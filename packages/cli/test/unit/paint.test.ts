import { expect, test } from "bun:test";
import { heatCell } from "../../src/terminal/heat.ts";
import { colorLevel, createPaint, unicodeAllowed } from "../../src/terminal/paint.ts";

const RICH = { TERM: "xterm-256color" };

test.each([
  ["a terminal has colour", "auto", RICH, true, 256],
  ["a plain terminal has 16 colours", "auto", { TERM: "xterm" }, true, 16],
  ["a pipe has none", "auto", RICH, false, 0],
  ["NO_COLOR takes it from a terminal", "auto", { ...RICH, NO_COLOR: "1" }, true, 0],
  ["an empty NO_COLOR does nothing", "auto", { ...RICH, NO_COLOR: "" }, true, 256],
  ["a dumb terminal has none", "auto", { TERM: "dumb" }, true, 0],
  ["FORCE_COLOR gives it to a pipe", "auto", { FORCE_COLOR: "1" }, false, 16],
  ["FORCE_COLOR=3 gives 256", "auto", { FORCE_COLOR: "3" }, false, 256],
  ["FORCE_COLOR=0 takes it away", "auto", { ...RICH, FORCE_COLOR: "0" }, true, 0],
  [
    "FORCE_COLOR wins over NO_COLOR, as in Node",
    "auto",
    { FORCE_COLOR: "1", NO_COLOR: "1" },
    false,
    16,
  ],
  ["an empty FORCE_COLOR does nothing", "auto", { FORCE_COLOR: "" }, false, 0],
  ["--color=always wins over NO_COLOR", "always", { NO_COLOR: "1" }, false, 16],
  ["--color=never wins over FORCE_COLOR", "never", { FORCE_COLOR: "1" }, true, 0],
] as const)("%s", (_title, mode, env, isTTY, level) => {
  expect(colorLevel(mode, env, isTTY)).toBe(level);
});

test("without colour text stays as it is, and empty text never gets codes", () => {
  expect(createPaint(0)("red", "x")).toBe("x");
  expect(createPaint(16)("red", "x")).toBe("\u001b[31mx\u001b[0m");
  expect(createPaint(16)("red", "")).toBe("");
  expect(createPaint(16)(undefined, "x")).toBe("x");
});

test("characters outside ASCII need a UTF-8 locale and a terminal that is not dumb", () => {
  expect(unicodeAllowed({ LANG: "C.UTF-8" })).toBe(true);
  expect(unicodeAllowed({ LANG: "de_DE.utf8" })).toBe(true);
  expect(unicodeAllowed({ LANG: "C.UTF-8", LC_ALL: "C" })).toBe(false);
  expect(unicodeAllowed({ LANG: "C.UTF-8", TERM: "dumb" })).toBe(false);
});

test("a heat cell keeps its width in colour, shades and ASCII, and is blank without a value", () => {
  for (const share of [-1, 0, 0.5, 1, 2, NaN]) {
    for (const [level, unicode] of [
      [256, true],
      [16, true],
      [0, true],
      [0, false],
    ] as const) {
      expect(Bun.stringWidth(heatCell(share, "50", 6, level, unicode))).toBe(6);
    }
  }
  expect(heatCell(0.5, "50", 6, 0, false)).toBe("  50+ ");
  expect(heatCell(1, "100", 6, 0, true)).toBe(" 100█ ");
  expect(heatCell(NaN, "NaN", 6, 256, true)).toBe("      ");
});
