import { describe, expect, test } from "bun:test";
import { type DeviceBuffer, type DeviceGemm, launchMoeGemm, openDevice } from "../../src/index.ts";
import { caught } from "./_errors.ts";

const [K, N, EXPERTS, TOKENS, BLOCK_M] = [64, 32, 2, 20, 16];
const SIZES = {
  dtype: "f16",
  numExperts: EXPERTS,
  n: N,
  k: K,
  groupSize: 32,
  topK: 1,
  blockM: BLOCK_M,
  numBlocks: 2,
  numSlots: 32,
  numValidTokens: TOKENS,
} as const;

const TENSORS = ["a", "packed", "scales", "sortedTokenIds", "expertIds", "c"] as const;
type Tensor = (typeof TENSORS)[number];

/** Nibbles of a word by their place: k = 0, 2, 4, 6, 1, 3, 5, 7. */
const ORDER = [0, 2, 4, 6, 1, 3, 5, 7];
const weight = (expert: number, col: number, k: number): number =>
  ((expert + 3 * col + k) % 16) - 8;
const activation = (row: number, k: number): number => ((row + 5 * k) % 7) - 3;

function packed(): Int32Array<ArrayBuffer> {
  const words = new Int32Array((EXPERTS * N * K) / 8);
  for (let i = 0; i < words.length; ++i) {
    const [row, word] = [Math.floor(i / (K / 8)), i % (K / 8)];
    ORDER.forEach((k, place) => {
      const value = weight(Math.floor(row / N), row % N, 8 * word + k) + 8;
      words[i] |= value << (4 * place);
    });
  }
  return words;
}

async function problemOn(
  device: ReturnType<typeof openDevice>,
): Promise<DeviceGemm & Record<Tensor, DeviceBuffer>> {
  const put = (name: string, data: ArrayBufferView): Promise<DeviceBuffer> =>
    device.upload(name, data);
  const a = Float16Array.from({ length: TOKENS * K }, (_, i) =>
    activation(Math.floor(i / K), i % K),
  );
  return {
    ...SIZES,
    a: await put("a", a),
    packed: await put("packed", packed()),
    scales: await put("scales", new Float16Array((EXPERTS * N * K) / 32).fill(0.5)),
    sortedTokenIds: await put(
      "sortedTokenIds",
      Int32Array.from({ length: 32 }, (_, i) => i),
    ),
    expertIds: await put("expertIds", Int32Array.of(1, 0)),
    c: await put("c", new Float16Array(TOKENS * N)),
  };
}

describe("a GEMM whose tensors are on the device", () => {
  test("is right in f16, of which every sum here is exact (oracle: sums of integers)", async () => {
    using device = openDevice({ backend: "sim" });
    const gemm = await problemOn(device);
    expect(launchMoeGemm(device, gemm)).toEqual(["moe_w4a16_gemm_f16_g32"]);
    const c = await gemm.c.read(new Float16Array(TOKENS * N));
    for (let i = 0; i < c.length; ++i) {
      const [row, col] = [Math.floor(i / N), i % N];
      let sum = 0;
      for (let k = 0; k < K; ++k) sum += activation(row, k) * weight(row < 16 ? 1 : 0, col, k);
      expect([i, c[i]]).toEqual([i, sum * 0.5]);
    }
  });

  test("is refused where a buffer is too small, by its name and both sizes", async () => {
    using device = openDevice({ backend: "sim" });
    const gemm = await problemOn(device);
    for (const name of TENSORS) {
      const { bytes } = gemm[name];
      const small = await device.allocate("small", bytes - 1);
      const error = await caught(() => launchMoeGemm(device, { ...gemm, [name]: small }));
      expect([error.code, error.message]).toEqual([
        "E_RANGE",
        `${name} has ${bytes - 1} bytes, but the GEMM needs ${bytes}`,
      ]);
    }
    const zeros = await device.allocate("zeros", EXPERTS * N * 2 - 1);
    expect((await caught(() => launchMoeGemm(device, { ...gemm, zeros }))).details.buffer).toBe(
      "zeros",
    );
    const bf16 = await caught(() => launchMoeGemm(device, { ...gemm, dtype: "bf16" }));
    expect(bf16.message).toBe("workspace has 0 bytes, but the GEMM needs 160");
    expect(launchMoeGemm(device, { ...gemm, numBlocks: 0 })).toEqual([]);
    await device.synchronize();
  });
});
