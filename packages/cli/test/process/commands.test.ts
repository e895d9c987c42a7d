import { expect, test } from "bun:test";
import manifest from "../../package.json" with { type: "json" };
import { ARCHES } from "@moe/gfx11-sim";
import { cli } from "../_spawn.ts";

test.each([["--help"], ["-h"], ["help"]])(
  "%s shows the overview on stdout, examples before usage",
  (flag) => {
    const { code, out, err } = cli([flag]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out.indexOf("Examples:")).toBeGreaterThan(0);
    expect(out.indexOf("Examples:")).toBeLessThan(out.indexOf("Usage:"));
    expect(out).toContain("Exit codes:");
    expect(out).not.toContain("complete ");
  },
);

test("help COMMAND and COMMAND --help are the same text", () => {
  for (const name of ["map", "run", "compare", "check", "devices", "presets", "completion"]) {
    expect(cli(["help", name]).out).toBe(cli([name, "--help"]).out);
  }
});

test("help tells a default once and does not repeat each variable", () => {
  const { out } = cli(["run", "--help"]);
  expect(out).not.toContain("env:");
  expect(out.match(/\(default: cpu\)/g)).toHaveLength(1);
  expect(out).not.toContain("default: false");
});

test("help --json gives the visible tree", () => {
  const { tree } = JSON.parse(cli(["help", "--json"]).out);
  expect(tree.commands.map((c: { name: string }) => c.name)).toEqual([
    "map",
    "run",
    "compare",
    "check",
    "sim",
    "devices",
    "presets",
    "completion",
    "help",
  ]);
});

test("--version prints name and version, with --json the machine too", () => {
  expect(cli(["--version"]).out).toBe(`moe-bench ${manifest.version}\n`);
  expect(cli(["-V"]).out).toBe(`moe-bench ${manifest.version}\n`);
  const body = JSON.parse(cli(["--version", "--json"]).out);
  expect(body).toMatchObject({
    schemaVersion: 1,
    name: "moe-bench",
    version: manifest.version,
    bun: { version: Bun.version },
  });
  expect(Object.keys(body)).toEqual([
    "schemaVersion",
    "name",
    "version",
    "bun",
    "os",
    "cpu",
    "nativeKernel",
  ]);
  expect(typeof body.nativeKernel.available).toBe("boolean");
  expect(JSON.parse(cli(["--json", "--version"]).out)).toEqual(body);
});

test("devices lists the CPU, and gives the reason where its kernel is not there", () => {
  const { code, out } = cli(["devices", "--json"]);
  const [cpu] = JSON.parse(out).devices;
  expect(code).toBe(0);
  expect(cpu).toMatchObject({ backend: "cpu", cores: navigator.hardwareConcurrency });
  if (cpu.native.available) expect(cpu.isas).toContain(cpu.best);
  else expect(cpu.native.reason.length).toBeGreaterThan(0);
  const text = cli(["devices"]).out;
  expect(text).toStartWith(`cpu  ${cpu.model}\n`);
  expect(text).toContain(cpu.native.available ? cpu.best : cpu.native.reason);
});

test("devices lists GPUs of both drivers, or the reason why there are none, and the simulator's processors", () => {
  const env = { MOE_HIP_LIBRARY: "/nowhere/libamdhip64.so", MOE_CUDA_LIBRARY: "libc.so.6" };
  const { code, out } = cli(["devices", "--json"], env);
  expect(code).toBe(0);
  const { devices, backends } = JSON.parse(out);
  const [hip, cuda, sim] = backends;
  expect(hip).toMatchObject({ backend: "hip", available: false, code: "E_NO_LIBRARY" });
  expect(cuda).toMatchObject({ backend: "cuda", available: false, code: "E_DRIVER_OLD" });
  expect(hip.reason).toContain("/nowhere/libamdhip64.so");
  const arches = devices.slice(1).map((device: { arch: string }) => device.arch);
  expect(arches).toEqual(sim.available ? [...ARCHES] : []);
  const text = cli(["devices"], env).out;
  expect(text).toContain(`\nhip  no device\n  reason            ${hip.reason}\n`);
  expect(text).toContain(`\ncuda  no device\n  reason            ${cuda.reason}\n`);
  expect(text).toContain(sim.available ? `processors        ${ARCHES.join(", ")}\n` : sim.reason);
});

test("presets lists every preset with the sizes of both GEMMs", () => {
  const { presets } = JSON.parse(cli(["presets", "--json"]).out);
  expect(presets[0]).toMatchObject({
    name: "qwen3.5-35b-a3b",
    gemm1: { k: 2048, n: 1024 },
    gemm2: { k: 512, n: 2048 },
  });
  const text = cli(["presets"]).out;
  for (const { name } of presets) expect(text).toContain(`\n${name} `);
});

test.each(["bash", "zsh", "fish", "powershell"])(
  "completion prints a script for %s that calls the program",
  (shell) => {
    const { code, out } = cli(["completion", shell]);
    expect(code).toBe(0);
    expect(out).toMatch(/moe-bench complete '?--/);
    expect(JSON.parse(cli(["completion", shell, "--json"]).out)).toMatchObject({
      shell,
      script: out,
    });
  },
);

test("bash reads its script without a complaint", () => {
  const { out } = cli(["completion", "bash"]);
  const { exitCode, stderr } = Bun.spawnSync(["bash", "-n"], {
    stdin: new TextEncoder().encode(out),
  });
  expect({ exitCode, stderr: stderr.toString() }).toEqual({ exitCode: 0, stderr: "" });
});

test.each([
  ["commands", ["ru"], ["run"]],
  ["flags", ["run", "--tok"], ["--tokens"]],
  ["archetypes", ["run", "--archetypes", ""], ["balanced", "uniform", "zipf1", "zipf2", "hot16"]],
  ["the rest of a list, without what is in it", ["map", "-a", "zipf1,z"], ["zipf1,zipf2"]],
  ["values after an equals sign", ["map", "--sampler=n"], ["numpy"]],
  ["presets", ["run", "-p", "mix"], ["mixtral-8x7b"]],
  ["cache modes", ["run", "--cache", ""], ["read", "write", "rotate", "warm"]],
  ["backends", ["run", "--backend", ""], ["cpu", "portable", "sim", "hip", "cuda"]],
  ["processors", ["run", "--arch", "gfx115"], ["gfx1150", "gfx1151", "gfx1152"]],
  [
    "configurations of the reference",
    ["run", "--triton-config", "orig"],
    ["original_gemm1", "original_gemm2", "original"],
  ],
  ["values of a global option", ["map", "--color", "a"], ["auto", "always"]],
  ["shells", ["completion", ""], ["bash", "zsh", "fish", "powershell"]],
  ["commands of help", ["help", "d"], ["devices"]],
])("completion answers with %s", (_title, words, wanted) => {
  const lines = cli(["complete", "--", ...words])
    .out.trimEnd()
    .split("\n");
  expect(lines.slice(0, -1).map((line) => line.split("\t")[0])).toEqual(wanted);
  expect(lines.at(-1)).toBe(":4");
});

test("where a file is wanted the shell completes file names", () => {
  expect(cli(["complete", "--", "run", "--output", ""]).out).toBe(":0\n");
});
