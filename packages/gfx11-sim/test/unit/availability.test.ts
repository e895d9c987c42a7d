import { expect, test } from "bun:test";
import { availability } from "../../src/index.ts";

test("the addon is there, of the package's version", () => {
  expect(availability()).toMatchObject({ available: true, version: "0.1.0" });
});

test("without the addon importing works, availability gives the reason, and calls throw it", () => {
  const script = `
    import { availability, loadCodeObject, Simulator } from "@moe/gfx11-sim";
    const native = availability();
    console.log(native.available, native.reason);
    for (const call of [() => new Simulator(), () => loadCodeObject(new Uint8Array(4))]) {
      try { call(); } catch (error) { console.log(error.code, error.message === native.reason); }
    }`;
  const env = { ...process.env, MOE_GFX11_SIM_LIBRARY: "./no/such/addon.node" };
  const child = Bun.spawnSync([process.execPath, "-e", script], { cwd: import.meta.dirname, env });
  const [first, ...rest] = child.stdout.toString().trim().split("\n");
  expect(first).toStartWith("false no native simulator for");
  expect(first).toContain("./no/such/addon.node: ");
  expect(rest).toEqual(["E_NATIVE_UNAVAILABLE true", "E_NATIVE_UNAVAILABLE true"]);
});
