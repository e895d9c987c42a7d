// Backend hip: without a driver, and through the mock driver that the tests of @moe/kernel-hip build.
import { expect, test } from "bun:test";
import { MOCK } from "../../../kernel-hip/test/unit/_mock.ts";
import { cli } from "../_spawn.ts";

const HIP = ["run", "--backend", "hip", "--shape", "K=128,N=256,E=8", "-a", "zipf1", "-t", "2"];
const QUICK = ["--samples", "6", "--cache", "warm", "-g", "1"];

test("a run on a GPU prints the table of a timed run, with the device", () => {
  const { code, out, err } = cli([...HIP, ...QUICK], { MOE_HIP_LIBRARY: MOCK });
  expect([0, 4]).toContain(code);
  expect(err).toBe("");
  expect(out).toMatch(/^hip: Mock gfx1151 · gfx1151 · 40 compute units · warm cache · seed 0/m);
  expect(out).toMatch(
    /^moe_w4a16_gemm against Triton \S+ \w+ \(32x\d+x\d+, \d warps\); every cell takes its fastest$/m,
  );
  expect(out).toMatch(/^zipf1 .* 2\.\de-3 {2}(FAST|SLOW|SAME|AMBIGUOUS)\*?$/m);
  expect(out).not.toContain("modelled");
}, 60_000);

test("an A/A run on a GPU prints the kernel as its own rival, and the share of SAME decides", () => {
  const { code, out } = cli([...HIP, ...QUICK, "--aa"], { MOE_HIP_LIBRARY: MOCK });
  expect(out).toContain("\nA/A: moe_w4a16_gemm against itself\n");
  const isSame = out.includes("\nA/A: 1 of 1 cell SAME, 100.0 %, as wanted: at least 95.0 %\n");
  expect(code).toBe(isSame ? 0 : 1);
}, 60_000);

test("a cell too small to rotate through copies of it is an error that says what to do", () => {
  const args = [...HIP, "-g", "1", "--samples", "6", "--cache", "rotate", "--triton-config"];
  const { code, out } = cli([...args, "best_m32"], { MOE_HIP_LIBRARY: MOCK });
  expect(code).toBe(1);
  expect(out).toContain("E_CELL_TOO_SMALL: gemm1/zipf1/T2 touches 0.1 MiB a call");
  expect(out).toContain('Use the cache mode "write", more tokens or a larger shape.');
  expect(out).toContain(" --cache rotate --triton-config best_m32\n");
}, 60_000);

test("without a driver it is exit code 3, with what to install and what to use instead", () => {
  const { code, out, err } = cli(HIP, { MOE_HIP_LIBRARY: "/no/such/library.so" });
  expect([code, out]).toEqual([3, ""]);
  expect(err).toStartWith(
    'moe-bench: The backend "hip" cannot run here: no AMD driver: tried /no/such',
  );
  expect(err).toContain("install ROCm 5 or later");
  expect(err).toContain('use the backend "sim"');
});

test("another processor than the one asked for is exit code 3", () => {
  const { code, err } = cli([...HIP, "--arch", "gfx1100"], { MOE_HIP_LIBRARY: MOCK });
  expect(code).toBe(3);
  expect(err).toContain('device 0 is a gfx1151, but "gfx1100" was asked for');
});

test("devices describes each GPU", () => {
  const { out } = cli(["devices"], { MOE_HIP_LIBRARY: MOCK });
  expect(out).toContain(
    `\nhip  Mock gfx1151\n  index             0\n  processor         gfx1151\n  compute units     40\n` +
      `  peak clock        1000 MHz\n  memory            1.0 GiB\n  L2 cache          976.6 KiB\n` +
      `  driver            ${MOCK}, version 12345\n`,
  );
});
