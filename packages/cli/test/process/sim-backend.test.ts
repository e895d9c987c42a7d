import { ResultDocument } from "@moe/bench";
import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cli, ESCAPE } from "../_spawn.ts";

const SIM = ["run", "--backend", "sim", "--shape", "K=256,N=256,E=8", "-a", "zipf1"];

test("a counted table says so, names the configuration and compares modelled cycles", () => {
  const { code, out, err } = cli([...SIM, "-t", "1,9", "--arch", "gfx1102"]);
  expect([code, err]).toEqual([0, ""]);
  expect(out).toMatch(
    /^sim: simulated gfx1102 · counted, not timed · \d+ host threads? · seed 0 \(fast, sorted\)$/m,
  );
  expect(out).toMatch(/^moe_w4a16_gemm against Triton \S+ best_m32 \(32x\d+x\d+, \d warps\)$/m);
  expect(out).toContain("modelled issue cycles: 32 for a WMMA, 1 for any other vector instruction");
  expect(out.split("\n").filter((line) => /^zipf1 .* FAST$/.test(line))).toHaveLength(4);
  for (const title of ["worst first", "kernel faster than the reference"]) {
    expect(out).toContain(`\n${title} (modelled)\n`);
  }
  expect(out).toContain("\ngemm2: speedup over T (modelled), above ×1 the kernel is faster\n");
  expect(out).toEndWith("4 cells: 4 FAST (modelled)\n");
  expect(out).not.toContain(ESCAPE);
  expect(out).not.toContain("µs");
});

test("--json is a document that the schema accepts, and --resume counts only what is missing", () => {
  const folder = mkdtempSync(join(tmpdir(), "moe-sim-"));
  try {
    const path = join(folder, "sim.jsonl");
    const args = [...SIM, "-t", "1", "--triton-config", "original"];
    const first = cli([...args, "--json", "-o", path]);
    const { interrupted, conclusions, ...document } = JSON.parse(first.out);
    const { rows } = ResultDocument.parse(document);
    expect(rows.map((row) => row.reference?.name.split(" ")[2])).toEqual([
      "original_gemm1",
      "original_gemm2",
    ]);
    expect([interrupted, conclusions.verdicts]).toEqual([false, { FAST: 2 }]);
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    writeFileSync(path, `${lines.slice(0, 2).join("\n")}\n`);
    const second = cli(["run", "--resume", path]);
    expect(second.code).toBe(0);
    expect(second.err).toContain("1 of 2 cells are in ");
    const again = readFileSync(path, "utf8").trimEnd().split("\n");
    expect(JSON.parse(again[2]).counts).toEqual(JSON.parse(lines[2]).counts);
    expect(cli(["run", "--resume", path, "--arch", "gfx1100"]).err).toContain(
      'config.arch was null, now "gfx1100"',
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each([
  [["--arch", "gfx1511"], "next: did you mean gfx1151?"],
  [["--triton-config", "best_32"], "next: did you mean best_m32?"],
  [
    ["--isa", "avx2"],
    "--isa avx2 does not fit the backend sim\n  allowed: --threads, --arch, --triton-config",
  ],
  [["--cache", "warm"], "--cache does not fit the backend sim"],
  [["--samples", "9"], "--samples does not fit the backend sim"],
  [["--backend", "cpu", "--arch", "gfx1151"], "leave it out, or use --backend sim, hip, cuda"],
  [
    ["--backend", "hip", "--cache", "read"],
    "--cache read does not fit the backend hip\n  allowed: write, rotate, warm",
  ],
])("%p is refused before anything runs", (args, message) => {
  const { code, out, err } = cli([...SIM, "-t", "1", ...args]);
  expect([code, out]).toEqual([2, ""]);
  expect(err).toContain(message);
});

test("blocks that no configuration has are exit code 1, with the limit", () => {
  const { code, out } = cli([...SIM, "-t", "1", "-g", "1", "--triton-config", "best_m64"]);
  expect(code).toBe(1);
  expect(out).toContain("E_SHAPE: blockM is 32, but the Triton reference's configuration best_m64");
});
