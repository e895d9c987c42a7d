import { availability, cpuInfo } from "@moe/kernel-cpu";
import { expect, test } from "bun:test";
import { ISAS } from "../../src/run/choices.ts";
import { cli, TINY } from "../_spawn.ts";

const native = availability();
const CPU = [
  "run",
  "--shape",
  "K=64,N=64,E=8,topK=2,G=32,blockM=16",
  "-t",
  "4",
  "-a",
  "uniform",
  "--samples",
  "6",
];

test("options that the portable backend would ignore are refused", () => {
  const allowed =
    "\n  allowed: one thread and no instruction set: it runs TypeScript\n  next: use --backend cpu\n";
  expect(cli([...TINY, "--isa", "avx2"])).toEqual({
    code: 2,
    out: "",
    err: `moe-bench: --isa avx2 does not fit the backend portable${allowed}`,
  });
  expect(cli([...TINY, "--threads", "2"]).err).toBe(
    `moe-bench: --threads 2 does not fit the backend portable${allowed}`,
  );
});

// What the backend cpu answers depends on whether its binary was built; both answers are checked where they occur.
if (native.available) {
  test("an instruction set that this CPU lacks is exit code 3, with those it has", () => {
    const { isas, best } = cpuInfo();
    const missing = ISAS.find((isa) => !isas.includes(isa)) ?? "";
    const message = (source: string) =>
      `moe-bench: ${source}: this CPU has no ${missing}\n  allowed: ${isas.join(", ")}\n  next: leave it out to use ${best}\n`;
    expect(cli([...CPU, "--isa", missing])).toEqual({ code: 3, out: "", err: message("--isa") });
    expect(cli(CPU, { MOE_CPU_ISA: missing })).toEqual({
      code: 3,
      out: "",
      err: message("MOE_CPU_ISA"),
    });
    expect(cli(CPU, { MOE_CPU_ISA: "avx1024" }).code).toBe(2);
  });

  test("the heading and the rows name the instruction set and threads that ran", () => {
    const { out } = cli([...CPU, "--isa", "portable", "--threads", "1"]);
    expect(out).toContain("· portable · 1 thread ·");
    expect(out).toContain("moeGemmW4A16 against referenceGemm");
    const [, row] = cli([...CPU, "--isa", "portable", "--jsonl"]).out.split("\n");
    expect(JSON.parse(row).kernel.isa).toBe("portable");
  });
} else {
  test("without the native kernel the backend cpu is exit code 3, with the reason", () => {
    const { code, out, err } = cli(CPU);
    expect({ code, out }).toEqual({ code: 3, out: "" });
    expect(err).toContain(native.reason);
  });
}
