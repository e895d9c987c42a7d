import { expect, test } from "bun:test";

test("the package exports exactly this", async () => {
  expect(Object.keys(await import("@moe/gfx11-sim")).sort()).toEqual([
    "ARCHES",
    "CHECKS",
    "Gfx11SimError",
    "SCHEDULES",
    "Simulator",
    "availability",
    "loadCodeObject",
  ]);
});
