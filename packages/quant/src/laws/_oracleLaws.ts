// Laws whose judge is the f64 oracle.
import { randomBelow } from "../_random.ts";
import type { MoeGemmProblem } from "../problem.ts";
import type { ProblemSpec } from "../testing/buildProblem.ts";
import { expectRight, type Gemm, type GemmLaw, law, runSpec } from "./_law.ts";

type Accepts = (spec: ProblemSpec) => boolean;

/**
 * bf16 bits of NaN (quiet and signalling), the infinities, and the largest finite value's
 * neighbours.
 */
const SPECIAL_BITS = [0x7fc0, 0xffc0, 0x7f81, 0x7f80, 0xff80];

export function oracleLaws(
  gemm: Gemm,
  accepts: Accepts,
  weightRounding: number,
  offsetRounding: number,
): GemmLaw[] {
  return [
    law("every element is within tolerance and nothing else is written", accepts, async (spec) => {
      expectRight(await runSpec(gemm, spec), weightRounding);
    }),
    law("long rows accumulate in f32", accepts, async (spec) => {
      // Same sign everywhere, so that a sum kept in bf16 or f16 stops growing.
      const blocks = [{ expert: 0, rows: Math.min(2, spec.blockM) }];
      const long = { ...spec, k: 4096 - (4096 % spec.groupSize), n: Math.min(spec.n, 9), blocks };
      if (!accepts(long)) return;
      const built = await runSpec(gemm, long, ({ a, weights }) => {
        for (let i = 0; i < a.length; i++) a[i] &= 0x7fff;
        for (let i = 0; i < weights.packed.length; i++) weights.packed[i] |= 0x88888888;
        weights.zeros?.fill(8);
      });
      expectRight(built, weightRounding);
    }),
    law(
      "NaN and infinities follow IEEE and stay in the rows that read them",
      accepts,
      async (spec) => {
        const built = await runSpec(gemm, spec, ({ a, weights: { k } }) => {
          const below = randomBelow(spec.seed, 6);
          for (let row = 0; row < a.length / k; row++) {
            if (below(3) === 0) a[row * k + below(k)] = SPECIAL_BITS[below(SPECIAL_BITS.length)];
          }
        });
        expectRight(built, weightRounding);
      },
    ),
    law("weights that equal their zero point add nothing", accepts, async (spec) => {
      expectRight(await runSpec(gemm, spec, writeZeroWeights), weightRounding, offsetRounding);
    }),
    law("one route takes the rows of its own expert", accepts, async (spec) => {
      // A skinny block for every expert, in descending order.
      const experts = Array.from({ length: spec.numExperts }, (_, i) => spec.numExperts - 1 - i);
      const skinny = { ...spec, blocks: experts.map((expert) => ({ expert, rows: 1 })) };
      expectRight(await runSpec(gemm, skinny), weightRounding);
    }),
  ];
}

/** Of every three columns one gets weights of zero, another one such group. */
function writeZeroWeights({ weights }: MoeGemmProblem): void {
  const { packed, zeros, k, groupSize, rowStride } = weights;
  const groups = k / groupSize;
  const words = groupSize / 8;
  for (let at = 0; at < weights.scales.length; at++) {
    const row = Math.floor(at / groups);
    const group = at % groups;
    if (row % 3 > 1 || (row % 3 === 1 && group > 0)) continue;
    // A zero point of 16 is no nibble.
    const zero = Math.min(15, zeros?.[at] ?? 8);
    if (zeros !== undefined) zeros[at] = zero;
    const start = row * rowStride + group * words;
    packed.fill((zero * 0x11111111) | 0, start, start + words);
  }
}
