import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCli } from "../../src/index.ts";
import { recordedIo } from "../_io.ts";
import { BIN, cleanEnv, cli, ESCAPE, type Finished } from "../_spawn.ts";

const EXAMPLES = fileURLToPath(
  new URL("../../../gfx11-sim/test/data/examples.co", import.meta.url),
);

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "moe-sim-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Sums of 64 consecutive elements, of two workgroups. */
const SUM = {
  schemaVersion: 1,
  kernel: "block_sum",
  grid: 2,
  block: 64,
  dynamicLds: 256,
  buffers: {
    in: { type: "u32", count: 128, fill: 3 },
    out: { type: "u32", count: 2 },
  },
  args: { out: "out", in: "in" },
  outputs: { out: { equals: { fill: 192 } } },
};

const COPY = {
  schemaVersion: 1,
  kernel: "copy_unchecked",
  grid: 1,
  block: 64,
  buffers: { in: { type: "u32", count: 64, fill: 1 }, out: { type: "u32", count: 64 } },
  args: ["out", "in"],
};

function write(name: string, content: object | string | Uint8Array): string {
  const path = join(folder, name);
  const isRaw = typeof content === "string" || content instanceof Uint8Array;
  writeFileSync(path, isRaw ? content : JSON.stringify(content));
  return path;
}

function run(description: object, ...more: string[]): Finished {
  return cli(["sim", "run", EXAMPLES, write("launch.json", description), ...more]);
}

/** The same in this process, for tests of many launches. */
async function runHere(description: object): Promise<Finished> {
  const io = recordedIo();
  const launch = write("launch.json", description);
  return { code: await runCli(["sim", "run", EXAMPLES, launch], io), ...io.written };
}

describe("sim inspect", () => {
  test("shows arguments, registers, LDS and occupancy", () => {
    const { code, out, err } = cli(["sim", "inspect", EXAMPLES, "--kernel", "saxpy"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toStartWith("gfx1100  code object v5, 9 kernels\n\nsaxpy\n");
    expect(out).toContain("8 VGPRs, 18 SGPRs");
    expect(out).toContain("16 waves per SIMD at 1024 threads, limited by wave-slots");
    expect(out).toMatch(/ 16 +4 +by_value +alpha\n/);
  });

  test("--json is one document with hexadecimal addresses", () => {
    const { kernels, ...rest } = JSON.parse(cli(["sim", "inspect", EXAMPLES, "--json"]).out);
    const head = { schemaVersion: 1, command: "sim inspect", arch: "gfx1100", abi: 5 };
    expect(rest).toMatchObject(head);
    expect(kernels[0]).toMatchObject({ name: "saxpy", waveSize: 32, workgroupSize: 1024 });
    expect(kernels[0].entry).toMatch(/^0x[0-9a-f]+$/);
  });

  test("takes the workgroup size and dynamic LDS of the occupancy", () => {
    const sizes = ["--workgroup-size", "64", "--dynamic-lds", "65536"];
    const { kernels } = JSON.parse(cli(["sim", "inspect", EXAMPLES, "--json", ...sizes]).out);
    expect(kernels[0].occupancy).toMatchObject({ limit: "lds", workgroups: 2 });
  });
});

describe("sim disassemble", () => {
  test("prints code under the names of kernels", () => {
    const { code, out } = cli(["sim", "disassemble", EXAMPLES]);
    expect(code).toBe(0);
    expect(out.match(/^\w+:$/gm)).toHaveLength(9);
    expect(out).toMatch(/^ {4}[0-9a-f]{4} {2}global_load_b32 v2, v\[2:3\], off$/m);
    const one = cli(["sim", "disassemble", EXAMPLES, "-k", "saxpy", "--json"]);
    const { instructions } = JSON.parse(one.out);
    expect(instructions.at(-1).text).toBe("s_endpgm");
  });
});

describe("sim run", () => {
  test("prints what was executed and the outputs, and nothing on stderr", () => {
    const { code, out, err } = run(SUM);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toStartWith("block_sum  gfx1100 · grid 2 block 64 · ");
    expect(out).toContain("4 waves, 2 groups");
    expect(out).toMatch(/^in +loads +512 +4 +1\.000$/m);
    expect(out).toContain("  192 192\n");
    expect(out).not.toContain(ESCAPE);
  });

  test("--json gives the report and the outputs, the same for any threads", () => {
    const documents = ["1", "2"].map((threads) => {
      const { report, outputs, ...head } = JSON.parse(run(SUM, "--json", "--threads", threads).out);
      expect(head).toMatchObject({ schemaVersion: 1, command: "sim run", error: null });
      expect(outputs).toMatchObject([{ buffer: "out", preview: [192, 192], problems: [] }]);
      const { timeNs: _, threads: __, ...same } = report;
      return same;
    });
    expect(documents[0]).toEqual(documents[1]);
    expect(documents[0].total.classes[0].name).toBe("vector");
  });

  test("a finding is the error with its place, and exit code 1", () => {
    const short = { ...COPY.buffers, in: { type: "u32", count: 60, fill: 1 } };
    const { code, out, err } = run({ ...COPY, buffers: short });
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(
      /^moe-bench: at 0x[0-9a-f]+ \(global_load_b32 v2, v\[2:3\], off\), workgroup \[0, 0, 0\], /,
    );
    expect(err).toContain("wave 1, lane 28: 4 bytes at 0x");
    expect(err).toContain("0 bytes behind the end of buffer 'in' of 240 bytes");
    const json = run({ ...COPY, buffers: short }, "--json");
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out).error).toMatchObject({
      code: "E_BOUNDS",
      details: { lane: 28, buffer: "in", pc: expect.stringMatching(/^0x[0-9a-f]+$/) },
    });
  });

  test("a check can be switched off in the description", () => {
    const fresh = { ...COPY, buffers: { ...COPY.buffers, in: { type: "u32", count: 64 } } };
    expect(run(fresh).err).toContain("nothing has written them");
    expect(run({ ...fresh, simulator: { checks: { poison: false } } }).code).toBe(0);
    expect(run({ ...fresh, simulator: { checks: false } }).code).toBe(0);
  });

  test("an output that is not as expected is told with its first element, and exit code 1", () => {
    const wrong = { out: { equals: { values: [192, 193] } } };
    const { code, out, err } = run({ ...SUM, outputs: wrong });
    expect(code).toBe(1);
    expect(out).toContain("not as expected");
    expect(err).toBe(
      "moe-bench: output 'out': 1 of 2 elements differ; element 1 is 192, but should be 193\n",
    );
    const hashed = run({ ...SUM, outputs: { out: { sha256: "0".repeat(64) } } });
    expect(hashed.code).toBe(1);
    expect(hashed.err).toContain(`but should be ${"0".repeat(64)}`);
  });

  test("a tolerance holds for each element, and NaN is never as expected", async () => {
    const saxpy = (y: (number | string)[], equals: object): Promise<Finished> =>
      runHere({
        schemaVersion: 1,
        kernel: "saxpy",
        grid: 1,
        block: 32,
        buffers: { x: { type: "f32", values: [2, 2] }, y: { type: "f32", values: y } },
        args: { y: "y", x: "x", alpha: { f32: 0.5 }, n: 2 },
        outputs: { y: { equals } },
      });
    expect((await saxpy([9, 99], { values: [10, 100] })).code).toBe(0);
    expect((await saxpy([9, 100], { values: [10, 100], rel: 0.01 })).code).toBe(0);
    expect((await saxpy([9, 100], { values: [10, 100], abs: 1 })).code).toBe(0);
    expect((await saxpy([9, 100], { values: [10, 100], abs: 0.5, rel: 0.004 })).err).toContain(
      "1 of 2 elements differ; element 1 is 101, but should be 100",
    );
    expect((await saxpy([9, "nan"], { values: [10, "nan"], abs: 1e9 })).err).toContain(
      "element 1 is nan, but should be nan",
    );
    expect((await saxpy([9, "inf"], { values: [10, "inf"] })).code).toBe(0);
  });

  test("outputs go to files beside the description, and files come from there", () => {
    write("in.bin", new Uint8Array(Uint32Array.from({ length: 64 }, (_, i) => i * 3).buffer));
    const buffers = { ...COPY.buffers, in: { type: "u32", file: "in.bin" } };
    const outputs = { out: { file: "out.bin", equals: { file: "in.bin" } } };
    const { code, out } = run({ ...COPY, buffers, outputs });
    expect(code).toBe(0);
    expect(out).toContain(`written to ${join(folder, "out.bin")}`);
    expect(readFileSync(join(folder, "out.bin"))).toEqual(readFileSync(join(folder, "in.bin")));
  });

  test("reads the description from stdin", () => {
    const child = Bun.spawnSync([process.execPath, BIN, "sim", "run", EXAMPLES, "-", "--json"], {
      env: cleanEnv(),
      stdin: new TextEncoder().encode(JSON.stringify(SUM)),
    });
    expect(JSON.parse(child.stdout.toString()).kernel).toBe("block_sum");
  });

  test("a schedule seed changes the order of waves, not the result", () => {
    const result = (...more: string[]): string =>
      JSON.parse(run(SUM, "--json", ...more).out).outputs[0].sha256;
    expect(result("--schedule-seed", "18446744073709551615")).toBe(result());
  });
});

describe("sim annotate", () => {
  test("prints counts beside the code; --json has the rows", () => {
    const launch = write("sum.json", SUM);
    const { code, out } = cli(["sim", "annotate", EXAMPLES, launch]);
    expect(code).toBe(0);
    expect(out).toMatch(/^block_sum at 0x[0-9a-f]+: 466 of 466 wave instructions/);
    const { profile } = JSON.parse(cli(["sim", "annotate", EXAMPLES, launch, "--json"]).out);
    expect(profile[0]).toMatchObject({
      instruction: "s_clause 0x1",
      executions: 4,
      averageLanes: 32,
    });
  });
});

describe("mistakes of the caller end with exit code 2 and say where", () => {
  test("in the description", async () => {
    const refused = async (change: object): Promise<string> => {
      const { code, out, err } = await runHere({ ...SUM, ...change });
      expect({ code, out }).toEqual({ code: 2, out: "" });
      return err;
    };
    expect(await refused({ schemaVersion: 2 })).toContain("launch.json: schemaVersion: ");
    expect(await refused({ blocks: 4 })).toContain('Unrecognized key: "blocks"');
    expect(await refused({ args: { out: "outt", in: "in" } })).toContain(
      '<launch>: args.out: there is no buffer "outt"\n  next: did you mean out?',
    );
    expect(await refused({ args: { out: "out" } })).toContain("but 'in' is missing");
    expect(await refused({ kernel: "block_summ" })).toContain("there is no kernel 'block_summ'");
    const buffers = (given: object): object => ({ buffers: { ...SUM.buffers, in: given } });
    expect(await refused(buffers({ type: "u32" }))).toContain(
      "buffers.in: needs count, values or file",
    );
    expect(await refused(buffers({ type: "u32", count: 1, fill: 1, values: [1] }))).toContain(
      "has more than one of fill, random, file and values",
    );
    expect(await refused(buffers({ type: "u8", values: [256] }))).toContain(
      "buffers.in.0: 256 is not in 0 to 255 of u8",
    );
    expect(await refused(buffers({ type: "u32", file: "none.bin" }))).toContain("cannot be read");
    expect(await refused({ outputs: { none: {} } })).toContain(
      'outputs.none: there is no buffer "none"',
    );
    expect(await refused({ simulator: { arch: "gfx1151" } })).toContain("is for gfx1100");
  });

  test("in the files", () => {
    const launch = write("launch.json", SUM);
    const noObject = cli(["sim", "run", join(folder, "none.co"), launch]);
    expect(noObject.code).toBe(2);
    expect(noObject.err).toContain("<code-object>: ");
    const notElf = cli(["sim", "inspect", launch]);
    expect(notElf.code).toBe(2);
    expect(notElf.err).toContain("this is no AMDGPU code object");
    const notJson = cli(["sim", "run", EXAMPLES, write("bad.json", "{")]);
    expect(notJson.code).toBe(2);
    expect(notJson.err).toContain("bad.json is no JSON: ");
  });

  test("in the command", () => {
    expect(cli(["sim"])).toEqual({
      code: 2,
      out: "",
      err: "moe-bench: moe-bench sim needs a command\n  allowed: inspect, disassemble, run, annotate\n  next: moe-bench sim --help\n",
    });
    expect(cli(["sim", "inspct", EXAMPLES]).err).toContain("did you mean inspect?");
    expect(cli(["sim", "xyz"]).err).toContain("next: moe-bench sim --help");
    expect(cli(["sim", "run", EXAMPLES]).err).toContain(
      "moe-bench sim run needs the argument <launch>",
    );
    expect(cli(["sim", "run", EXAMPLES, "x", "--thread", "1"]).err).toContain(
      "did you mean --threads?",
    );
  });
});

test("SIGINT ends a launch with exit code 130", async () => {
  const endless = {
    ...COPY,
    kernel: "count_for_ever",
    args: ["out"],
    buffers: { out: { type: "u32", count: 64 } },
  };
  const launch = write("endless.json", endless);
  const child = Bun.spawn([process.execPath, BIN, "sim", "run", EXAMPLES, launch, "--verbose"], {
    env: cleanEnv(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  for await (const chunk of child.stderr) {
    expect(new TextDecoder().decode(chunk)).toBe("moe-bench: count_for_ever starts on gfx1100\n");
    child.kill("SIGINT");
  }
  expect(await child.exited).toBe(130);
});

test("help of a command below sim is reached by its path", () => {
  expect(cli(["help", "sim", "run"]).out).toBe(cli(["sim", "run", "--help"]).out);
  expect(cli(["complete", "--", "sim", "ann"]).out).toStartWith("annotate\t");
});
