import { describe, expect, test } from "bun:test";
import { bf16ToFloat, dequantize, randomActivations, randomWeights } from "@moe/quant";
import { cpuInfo, KernelCpuError, moeForward, type MoeLayerProblem } from "../../src/index.ts";

function layer(
  numTokens: number,
  topK: number,
  numExperts: number,
  hidden: number,
  intermediate: number,
): MoeLayerProblem {
  const groupSize = 32;
  return {
    hidden: randomActivations({ rows: numTokens, k: hidden, seed: 3 }),
    gateUp: randomWeights({ numExperts, n: 2 * intermediate, k: hidden, groupSize, seed: 4 }),
    down: randomWeights({ numExperts, n: hidden, k: intermediate, groupSize, seed: 5 }),
    topkIds: Int32Array.from(
      { length: numTokens * topK },
      (_, flat) => ((flat * 7) % (numExperts + 2)) - 1,
    ),
    topkWeights: Float32Array.from(
      { length: numTokens * topK },
      (_, flat) => ((flat * 13) % 10) / 10,
    ),
    numTokens,
    topK,
    out: new Uint16Array(numTokens * hidden).fill(0x7fff),
  };
}

/** The f64 layer, and for each output the sum of magnitudes that its roundings scale with. */
function oracle(p: MoeLayerProblem): { value: Float64Array; magnitude: Float64Array } {
  const [hidden, width] = [p.down.n, p.down.k];
  const value = new Float64Array(p.numTokens * hidden);
  const magnitude = new Float64Array(p.numTokens * hidden);
  const gateUp = Array.from({ length: p.gateUp.numExperts }, (_, e) => dequantize(p.gateUp, e));
  const down = Array.from({ length: p.down.numExperts }, (_, e) => dequantize(p.down, e));
  p.topkIds.forEach((expert, flat) => {
    if (expert < 0 || expert >= p.gateUp.numExperts) return;
    const token = Math.floor(flat / p.topK);
    const dot = (row: number): number => {
      let sum = 0;
      for (let k = 0; k < hidden; k++) {
        sum += bf16ToFloat(p.hidden[token * hidden + k]) * gateUp[expert][row * hidden + k];
      }
      return sum;
    };
    for (let i = 0; i < width; i++) {
      const gate = dot(i);
      const activated = ((p.topkWeights[flat] * gate) / (1 + Math.exp(-gate))) * dot(width + i);
      for (let column = 0; column < hidden; column++) {
        const term = activated * down[expert][column * width + i];
        value[token * hidden + column] += term;
        magnitude[token * hidden + column] += Math.abs(term);
      }
    }
  });
  return { value, magnitude };
}

describe("moeForward", () => {
  for (const isa of cpuInfo().isas) {
    test(`${isa} agrees with the f64 layer, routes out of range add nothing, every row is written`, () => {
      const problem = layer(33, 3, 5, 96, 64);
      const { value, magnitude } = oracle(problem);
      expect(moeForward(problem, { isa, threads: 2 }).isa).toBe(isa);
      problem.out.forEach((bits, i) => {
        // bf16 roundings of gate, up, their product and the down result: five half-ulps of the terms at most.
        const tolerance = (5 * magnitude[i] + Math.abs(value[i])) / 256;
        expect(Math.abs(bf16ToFloat(bits) - value[i])).toBeLessThanOrEqual(tolerance);
      });
    });
  }

  test("no tokens is a no-op", () => {
    const problem = { ...layer(1, 1, 2, 32, 32), numTokens: 0 };
    moeForward(problem);
    expect(problem.out).toEqual(new Uint16Array(32).fill(0x7fff));
  });

  test("shapes that do not fit are refused with what was given and allowed", () => {
    const problem = layer(2, 1, 2, 64, 32);
    const refuse = (change: Partial<MoeLayerProblem>): KernelCpuError => {
      try {
        moeForward({ ...problem, ...change });
      } catch (error) {
        if (error instanceof KernelCpuError) return error;
        throw error;
      }
      throw new Error("nothing was thrown");
    };
    expect(refuse({ topK: 0 }).message).toBe("topK is 0, but must be at least 1");
    expect(refuse({ topK: 2 }).code).toBe("E_SIZE");
    expect(refuse({ numTokens: -1 }).code).toBe("E_SHAPE");
    expect(refuse({ numTokens: 2 ** 60 }).code).toBe("E_SHAPE");
    expect(refuse({ out: new Uint16Array(3) }).code).toBe("E_SIZE");
    expect(refuse({ out: problem.hidden }).message).toContain("shares memory");
    expect(refuse({ topkIds: [0] as unknown as Int32Array }).message).toContain("Int32Array");
    expect(refuse({ down: problem.gateUp }).message).toContain("twice down.k");
    expect(
      refuse({ down: randomWeights({ numExperts: 3, n: 64, k: 32, groupSize: 32, seed: 1 }) })
        .message,
    ).toContain("numExperts");
  });
});
