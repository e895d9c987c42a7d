// SiLU · up and the weighted sum on NVIDIA, run as code of this machine, against the same source on the gfx11 simulator.
import { expect } from "bun:test";
import { kernelModule } from "../../src/_kernelModule.ts";
import { type Device, openDevice } from "../../src/index.ts";
import { openHost, testOnHost } from "./_hostCuda.ts";
import { useMock } from "./_mock.ts";

useMock();

const [ROUTES, TOP_K, EXPERTS, WIDTH] = [24, 3, 4, 40];
const TOKENS = ROUTES / TOP_K;
const INFINITY = { bf16: 0x7f80, f16: 0x7c00 };

/** Bits of numbers up to 2 in magnitude, and both infinities. */
function draw(count: number, infinity: number): Uint16Array {
  const least = infinity - (infinity >> 1);
  return Uint16Array.from({ length: count }, (_, i) => {
    const hash = Math.imul(i + 1, 0x9e3779b1) >>> 0;
    const magnitude = i % 5 === 0 ? infinity : (hash >>> 8) % (infinity - least);
    return magnitude | ((hash >>> 16) & 0x8000);
  });
}

/** What both kernels write from the same inputs. */
async function outputs(device: Device, dtype: "bf16" | "f16"): Promise<Uint16Array[]> {
  const module = kernelModule(device, "moe_layer");
  const infinity = INFINITY[dtype];
  const ids = Int32Array.from({ length: ROUTES }, (_, i) => [0, 3, -1, 1, 4, 2, 0][i % 7]);
  const topkIds = await device.upload("ids", ids);
  const run = async (kernel: string, rows: number, pointers: object[], last: number[]) => {
    const out = await device.allocate("out", 2 * rows * WIDTH);
    const numbers = [rows, 5, EXPERTS, WIDTH, ...last].map((u32) => ({ u32 }));
    const args = [{ struct: [...pointers, out, ...numbers] as never }];
    module.kernel(`${kernel}_${dtype}`).launch({ grid: [1, 5], block: 256, args });
    return await out.read(new Uint16Array(rows * WIDTH));
  };
  const gateUp = await device.upload("gate", draw(2 * ROUTES * WIDTH, infinity));
  const down = await device.upload("down", draw(ROUTES * WIDTH, infinity));
  const weights = Float32Array.from({ length: ROUTES }, (_, i) => Math.sin(i + 1));
  const topkWeights = await device.upload("weights", weights);
  return [
    await run("moe_activate", ROUTES, [gateUp, topkIds], []),
    await run("moe_combine", TOKENS, [down, topkIds, topkWeights], [TOP_K]),
  ];
}

/** Places in the order of a type's numbers; NaN apart. */
function place(bits: number, infinity: number): number {
  const magnitude = bits & 0x7fff;
  if (magnitude > infinity) return Number.NaN;
  return bits & 0x8000 ? -magnitude : magnitude;
}

testOnHost(
  "sm90",
  "the element-wise kernels give on NVIDIA what they give on gfx11: the sum bit for bit, SiLU · up within one place (oracle: the simulator)",
  async () => {
    using sim = openDevice({ backend: "sim" });
    using cuda = openHost("sm90", 0);
    for (const dtype of ["bf16", "f16"] as const) {
      const places = (bits: Uint16Array): number[] =>
        [...bits].map((b) => place(b, INFINITY[dtype]));
      const want = (await outputs(sim, dtype)).map(places);
      const [activated, sums] = (await outputs(cuda, dtype)).map(places);
      expect(sums).toEqual(want[1]);
      expect(activated).toHaveLength(ROUTES * WIDTH);
      const off = activated.filter((at, i) => Math.abs(at - want[0][i]) > 0);
      expect(off.length).toBeLessThan(activated.length / 100);
      activated.forEach((at, i) => {
        if (Number.isNaN(want[0][i])) expect(at).toBeNaN();
        else expect(Math.abs(at - want[0][i])).toBeLessThanOrEqual(1);
      });
      for (const found of [activated, sums]) {
        expect(found.some(Number.isNaN)).toBe(true);
        expect(found.filter((at) => at !== 0).length).toBeGreaterThan(found.length / 4);
      }
    }
  },
);
