// Speed of the data functions: bun packages/quant/bench/quant.bench.ts
import {
  fromAwq,
  fromBf16,
  fromGptq,
  packExllama,
  quantizeGroups,
  randomActivations,
  randomWeights,
  toBf16,
  unpackExllama,
  verifyGemm,
} from "@moe/quant";

const [n, k, groupSize] = [1024, 2048, 128];
const values = n * k;

/** Prints the median of 9 calls after 2, as elements and bytes per second. */
function measure(name: string, elements: number, bytes: number, call: () => unknown): void {
  const times = Array.from({ length: 11 }, () => {
    const start = performance.now();
    call();
    return performance.now() - start;
  });
  const ms = times.slice(2).toSorted((x, y) => x - y)[4];
  const rate = `${(elements / ms / 1e3).toFixed(0)} M elements/s`;
  console.log(
    `${name.padEnd(28)}${ms.toFixed(2).padStart(9)} ms  ${rate}, ${(bytes / ms / 1e3).toFixed(0)} MB/s`,
  );
}

const floats = fromBf16(randomActivations({ rows: n, k, seed: 1 }));
const bits = toBf16(floats);
const nibbles = Uint8Array.from({ length: values }, (_, i) => (i * 7 + (i >> 9)) & 15);
const packed = packExllama(nibbles, { rows: n, k });
const words = { qweight: packed, scales: new Float32Array((n * k) / groupSize).fill(1) };
const qzeros = new Int32Array((n * k) / groupSize / 8);

measure("toBf16", values, values * 4, () => toBf16(floats));
measure("fromBf16", values, values * 2, () => fromBf16(bits));
measure("packExllama", values, values / 2, () => packExllama(nibbles, { rows: n, k }));
measure("unpackExllama", values, values / 2, () => unpackExllama(packed, { rows: n, k }));
measure("quantizeGroups", values, values * 4, () => quantizeGroups(floats, { n, k, groupSize }));
measure("fromGptq", values, values / 2, () =>
  fromGptq([{ ...words, qzeros }], { n, k, groupSize }),
);
measure("fromAwq", values, values / 2, () => fromAwq([{ ...words, qzeros }], { n, k, groupSize }));
measure("randomWeights, 64 experts", values * 64, values * 32, () =>
  randomWeights({ numExperts: 64, n, k, groupSize, seed: 1 }),
);
measure("randomActivations", values, values * 2, () => randomActivations({ rows: n, k, seed: 1 }));

const rows = 4096;
const problem = {
  a: randomActivations({ rows: rows / 8, k, seed: 1 }),
  weights: randomWeights({ numExperts: 8, n, k, groupSize, seed: 1 }),
  sortedTokenIds: Int32Array.from({ length: rows }, (_, i) => i),
  expertIds: Int32Array.from({ length: rows / 32 }, (_, i) => i % 8),
  numBlocks: rows / 32,
  blockM: 32,
  topK: 8,
  numValidTokens: rows,
  c: new Uint16Array(rows * n),
};
const { checked } = verifyGemm(problem);
measure(`verifyGemm, ${checked} dots`, checked * k, checked * k * 2, () => verifyGemm(problem));
