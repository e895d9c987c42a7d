import { expect, test } from "bun:test";
import { createPaint } from "../../src/terminal/paint.ts";
import { createProgress } from "../../src/terminal/progress.ts";
import { recordedIo } from "../_io.ts";

function setup(errIsTTY: boolean, quiet = false) {
  const clock = { ms: 0 };
  const io = recordedIo({ errIsTTY, columns: 60 });
  const now = (): number => clock.ms;
  const paint = createPaint(0);
  const progress = createProgress({ io, paint, unicode: false, total: 4, quiet, now });
  return { clock, io, progress };
}

test("off a terminal there is no escape code and no line before ten seconds have passed", () => {
  const { clock, io, progress } = setup(false);
  for (const ms of [0, 5000, 9999]) {
    clock.ms = ms;
    progress.start("gemm1/zipf1/T16", 30_000);
  }
  expect(io.written.err).toBe("");
  clock.ms = 10_000;
  progress.start("gemm1/zipf1/T16", 30_000);
  expect(io.written.err).toBe("0/4 cells  gemm1/zipf1/T16  ETA 30 s\n");
  progress.stop();
});

test("on a terminal the line is taken away before results are written", () => {
  const { io, progress } = setup(true);
  progress.start("a", null);
  expect(io.written.err).toBe("\r\u001b[K................ 0/4 cells  a");
  progress.around(() => io.err("ROW\n"));
  expect(io.written.err.endsWith("\r\u001b[KROW\n")).toBe(true);
  progress.start("b", 65_000);
  expect(io.written.err).toContain("\r\u001b[K####............ 1/4 cells  b  ETA 1 min 05 s");
  progress.stop();
  expect(io.written.err.endsWith("\r\u001b[K")).toBe(true);
});

test("a long label never makes the line wrap", () => {
  const { io, progress } = setup(true);
  progress.start("x".repeat(200), 1);
  progress.stop();
  for (const line of io.written.err.split("\r\u001b[K")) expect(line.length).toBeLessThan(60);
});

test("--quiet writes nothing and still runs what it surrounds", () => {
  const { io, progress } = setup(true, true);
  let ran = false;
  progress.start("a", 1);
  progress.around(() => (ran = true));
  progress.stop();
  expect(ran).toBe(true);
  expect(io.written.err).toBe("");
});
