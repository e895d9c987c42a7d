// Laws about blocks: their order, blocks that do nothing, and problems that are refused.
import { randomBelow } from "../_random.ts";
import type { MoeGemmProblem } from "../problem.ts";
import { buildProblem, type ProblemSpec } from "../testing/buildProblem.ts";
import {
  expectRight,
  expectSame,
  expectTypedError,
  type Gemm,
  type GemmLaw,
  law,
  runSpec,
} from "./_law.ts";

type Accepts = (spec: ProblemSpec) => boolean;

export function layoutLaws(
  gemm: Gemm,
  accepts: Accepts,
  weightRounding: number,
  batchInvariant: boolean,
): GemmLaw[] {
  return [
    law("the order of blocks and of the rows in them does not matter", accepts, async (spec) => {
      const plain = await runSpec(gemm, { ...spec, cutTail: false });
      const moved = await runSpec(gemm, { ...spec, cutTail: false }, (p) =>
        moveRoutes(p, spec.seed),
      );
      expectRight(moved, weightRounding);
      if (batchInvariant) expectSame(moved.problem.c, plain.problem.c, "moved routes");
    }),
    law("a problem without work writes nothing", accepts, async (spec) => {
      const idle: ((p: MoeGemmProblem) => void)[] = [
        (p) => void (p.numBlocks = 0),
        (p) => void p.expertIds.fill(-1),
        (p) => void (p.sortedTokenIds = new Int32Array(0)),
        (p) => void (p.weights = { ...p.weights, n: 0 }),
        (p) => {
          p.numValidTokens = 0;
          p.sortedTokenIds.fill(0);
        },
      ];
      for (const edit of idle) {
        const { problem, before, guardWrites } = await runSpec(gemm, spec, edit);
        const changed = problem.c.findIndex((bits, i) => bits !== before[i]);
        if (changed >= 0 || guardWrites() > 0)
          throw new Error(`c[${changed}] was written (${edit})`);
      }
    }),
    law("a wrong problem is a typed error and writes nothing", accepts, async (spec) => {
      for (const edit of wrongProblems(spec)) {
        const { problem } = buildProblem({ ...spec, ...ONE_BLOCK, cutTail: false });
        edit(problem);
        const before = problem.c.slice();
        await expectTypedError(() => gemm(problem), String(edit));
        expectSame(problem.c, before, "refused problem");
      }
    }),
  ];
}

const ONE_BLOCK = { blocks: [{ expert: 0, rows: 1 }], unrouted: 1 };

function wrongProblems(spec: ProblemSpec): ((p: MoeGemmProblem) => void)[] {
  return [
    (p) => void (p.expertIds[0] = spec.numExperts),
    (p) => void (p.sortedTokenIds[spec.blockM - 1] = -1),
    (p) => void (p.numBlocks = p.expertIds.length + 1),
    (p) => void (p.blockM = 0),
    (p) => void (p.topK = 0.5),
    (p) => void (p.numValidTokens = 2 ** 40),
    (p) => void (p.a = p.a.subarray(1)),
    (p) => void (p.c = p.c.subarray(0, p.numValidTokens * p.weights.n - 1)),
    (p) => void (p.a = new Float32Array(p.a.length) as unknown as Uint16Array),
    (p) => void (p.weights = { ...p.weights, groupSize: 12 }),
    (p) => void (p.weights = { ...p.weights, rowStride: p.weights.k / 8 - 1 }),
    (p) => void (p.weights = { ...p.weights, scales: p.weights.scales.subarray(1) }),
  ];
}

/** Shuffles whole blocks, then the slots inside each. */
function moveRoutes(p: MoeGemmProblem, seed: number): void {
  const below = randomBelow(seed, 8);
  const { blockM, sortedTokenIds, expertIds } = p;
  const blocks = Math.floor(sortedTokenIds.length / blockM);
  for (let b = blocks - 1; b > 0; b--) {
    const other = below(b + 1);
    swap(expertIds, b, other);
    for (let r = 0; r < blockM; r++) swap(sortedTokenIds, b * blockM + r, other * blockM + r);
  }
  for (let b = 0; b < blocks; b++) {
    for (let r = blockM - 1; r > 0; r--) {
      swap(sortedTokenIds, b * blockM + r, b * blockM + below(r + 1));
    }
  }
}

function swap(values: Int32Array, i: number, j: number): void {
  [values[i], values[j]] = [values[j], values[i]];
}
