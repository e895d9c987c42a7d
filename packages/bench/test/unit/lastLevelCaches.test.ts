import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lastLevelCaches } from "../../src/backends/_lastLevelCaches.ts";

const folder = mkdtempSync(join(tmpdir(), "moe-bench-caches-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A description as Linux gives it: for each CPU its caches as [level, size, sharing CPUs]. */
function describeCpus(name: string, cpus: [number, string, string][][]): string {
  const root = join(folder, name);
  cpus.forEach((caches, cpu) =>
    caches.forEach(([level, size, shared], index) => {
      const cache = join(root, `cpu${cpu}`, "cache", `index${index}`);
      mkdirSync(cache, { recursive: true });
      writeFileSync(join(cache, "level"), `${level}\n`);
      writeFileSync(join(cache, "size"), `${size}\n`);
      writeFileSync(join(cache, "shared_cpu_list"), `${shared}\n`);
    }),
  );
  mkdirSync(join(root, "cpufreq"), { recursive: true });
  return root;
}

const MiB = 2 ** 20;

test("one shared cache counts once", () => {
  const cpu: [number, string, string][] = [
    [1, "32K", "0"],
    [3, "32768K", "0-1"],
  ];
  expect(lastLevelCaches(describeCpus("shared", [cpu, cpu]))).toEqual({
    count: 1,
    bytes: 32 * MiB,
  });
});

test("each core group's cache counts, as a flush of one would leave the others warm", () => {
  const groups = ["0-1", "0-1", "2-3", "2-3"].map((shared): [number, string, string][] => [
    [3, "32M", shared],
    [2, "1M", shared],
  ]);
  expect(lastLevelCaches(describeCpus("groups", groups))).toEqual({ count: 2, bytes: 64 * MiB });
});

test("no description: one cache of unknown size", () => {
  expect(lastLevelCaches(join(folder, "nowhere"))).toEqual({ count: 1, bytes: 0 });
  expect(lastLevelCaches(describeCpus("empty", [[]]))).toEqual({ count: 1, bytes: 0 });
});
