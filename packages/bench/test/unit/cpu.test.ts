import { expect, test } from "bun:test";
import { availability, cpuInfo } from "@moe/kernel-cpu";
import { BACKENDS } from "@moe/bench";
import { errorOf } from "../_errorOf.ts";
import { collect, rowsOf, TINY } from "../_fakeBackend.ts";

/** What a machine can show depends on whether it has the native kernel; each has its own oracle. */
const native = availability();

test(native.available ? "cpu measures real cells" : "cpu without its binary says why", async () => {
  if (!native.available) {
    const error = await errorOf(() => BACKENDS.cpu.open());
    expect(error.code).toBe("E_BACKEND_UNAVAILABLE");
    expect(error.message).toContain(native.reason);
    return;
  }
  const sampling = { minSamples: 6, maxSamples: 6, threads: 1 };
  for (const cache of ["read", "write", "warm"] as const) {
    const cells = { shape: TINY, archetypes: ["zipf1"], tokens: [16], cache } as const;
    const rows = rowsOf(await collect({ backend: "cpu", ...cells, ...sampling }));
    expect(rows).toHaveLength(2);
    for (const row of rows) {
      expect([row.status, row.error]).toEqual(["ok", null]);
      expect(row.kernel).toMatchObject({ isa: cpuInfo().best, threads: 1 });
      expect(row.reference!.verification!.passed).toBe(true);
      expect(row.environment.versions["@moe/kernel-cpu"]).toBe(native.version);
    }
  }
});

test.each(["cpu", "portable"])("%s that a caller opened refuses to rotate", async (name) => {
  if (name === "cpu" && !native.available) return expect(native.reason).not.toBe("");
  const backend = await BACKENDS[name].open();
  const cells = { shape: TINY, archetypes: ["uniform"], tokens: [16], gemms: [1] } as const;
  const [row] = rowsOf(await collect({ backend, ...cells, cache: "rotate" }));
  await backend.close();
  expect(row.error).toEqual({
    code: "E_OPTION",
    message: `cache is rotate; of the backend "${name}" it must be read or write or warm.`,
  });
});

test("an instruction set that does not exist gives error rows, not another path", async () => {
  if (!native.available) return expect(native.reason).not.toBe("");
  const cells = { shape: TINY, archetypes: ["uniform"], tokens: [16], gemms: [1] } as const;
  const [row] = rowsOf(await collect({ backend: "cpu", ...cells, isa: "sse9" }));
  expect(row.status).toBe("error");
  expect(row.error!.message).toContain("sse9");
});
