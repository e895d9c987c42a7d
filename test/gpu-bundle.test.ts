import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { writeBundle } from "../scripts/_gpuBundle.ts";
import { BUN } from "../scripts/_workspace.ts";

let folder = "";
let launcher = "";

/** In the place of Bun's 107 MB: a script that runs the Bun of these tests. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "moe-gpu-bundle-test-"));
  const stub = join(folder, "bun");
  writeFileSync(stub, `#!/bin/sh\nexec '${BUN}' "$@"\n`);
  const packed = Bun.spawnSync(["xz", "--stdout", stub]);
  writeFileSync(join(folder, "packed"), packed.stdout);
  await writeBundle(join(folder, "bundle"), { bun: join(folder, "packed") });
  launcher = join(folder, "bundle", "moe-bench");
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** With nothing in the environment but what is given, in a folder that is no checkout. */
function run(args: string[], env: Record<string, string> = {}) {
  const child = Bun.spawnSync([launcher, ...args], { env, cwd: folder });
  const { exitCode } = child;
  return { exitCode, out: child.stdout.toString(), err: child.stderr.toString() };
}

/** A folder with these commands alone. */
function pathOf(...names: string[]): string {
  const path = mkdtempSync(join(folder, "path-"));
  for (const name of names)
    symlinkSync(Bun.which(name, { PATH: "/usr/bin:/bin" })!, join(path, name));
  return path;
}

const TOOLS = ["sh", "dirname", "cat", "rm", "mkdir", "mv", "chmod"];

describe("a bundle with an empty environment", () => {
  test("maps", () => {
    const { exitCode, out, err } = run(["map", "--tokens", "16", "--archetypes", "zipf1", "--tsv"]);
    expect([exitCode, err]).toEqual([0, ""]);
    expect(out.split("\n")[1]).toStartWith("zipf1\t16\t");
  }, 60_000);

  test("lists devices, with every addon loaded", () => {
    const { exitCode, out } = run(["devices", "--json"]);
    expect(exitCode).toBe(0);
    expect(out).not.toContain("E_NATIVE_UNAVAILABLE");
    expect(out).toContain('"gfx1151"');
  });

  test("measures on the CPU, with the commit that it was made of", () => {
    const cell = [
      "--shape",
      "K=128,N=128,E=8",
      "--tokens",
      "4",
      "--archetypes",
      "zipf1",
      "--samples",
      "6",
    ];
    const { exitCode, out, err } = run([
      "run",
      "--backend",
      "cpu",
      ...cell,
      "--gemm",
      "1",
      "--json",
    ]);
    // A noisy machine may leave the cell undecided, which is 4 and right.
    expect([0, 4]).toContain(exitCode!);
    expect(err).toBe("");
    const commit = Bun.spawnSync(["git", "rev-parse", "HEAD"]).stdout.toString().trim();
    expect(out).toContain(`"commit": "${commit}"`);
  }, 60_000);

  test("unpacks once", () => {
    const id = join(folder, "bundle", "unpacked", "id");
    const before = statSync(id).ino;
    expect(run(["presets"]).exitCode).toBe(0);
    expect(statSync(id).ino).toBe(before);
    writeFileSync(id, "of another bundle\n");
    expect(run(["presets"]).exitCode).toBe(0);
    expect(run(["presets"], { MOE_BUNDLE_FOLDER: join(folder, "elsewhere") }).exitCode).toBe(0);
    expect(statSync(join(folder, "elsewhere", "bun")).mode & 0o111).toBe(0o111);
  }, 60_000);

  test("passes arguments and exit codes on", () => {
    const { exitCode, err } = run(["run", "--backend", "a b"]);
    expect(exitCode).toBe(2);
    expect(err).toContain('"a b"');
  });
});

describe("a machine without xz", () => {
  test("unpacks with python3", () => {
    const PATH = pathOf(...TOOLS, "tar", "gzip", "python3");
    const to = join(folder, "by-python");
    expect(run(["presets"], { PATH, MOE_BUNDLE_FOLDER: to })).toMatchObject({
      exitCode: 0,
      err: "",
    });
  }, 60_000);

  test("is told what it lacks without that too, and nothing half unpacked stays", () => {
    const PATH = pathOf(...TOOLS, "tar", "gzip");
    const to = join(folder, "lacking");
    const { exitCode, err } = run(["presets"], { PATH, MOE_BUNDLE_FOLDER: join(to, "here") });
    expect(exitCode).toBe(1);
    expect(err).toContain("neither xz nor python3 is on PATH, and one of them has to unpack");
    mkdirSync(to, { recursive: true });
    expect([...new Bun.Glob("*").scanSync({ cwd: to, onlyFiles: false })]).toEqual([]);
  }, 60_000);

  test("is told to name another folder where it cannot write", () => {
    const file = join(folder, "a-file");
    writeFileSync(file, "");
    chmodSync(file, 0o400);
    const { exitCode, err } = run(["presets"], { MOE_BUNDLE_FOLDER: join(file, "below") });
    expect(exitCode).toBe(1);
    expect(err).toContain("name a folder that can be written in MOE_BUNDLE_FOLDER");
  });
});
