/** The fixed problems of `check`. Each runs on a device and says what is wrong, if anything is. */

import { moeAlignBlockSize as alignOnHost, type AlignOptions } from "@moe/align";
import {
  type Device,
  gfx11OffsetRounding,
  moeAlignBlockSize,
  moeForward,
  moeGemmW4A16,
  moeWeightRounding,
} from "@moe/kernel-hip";
import { verifyGemm, verifyLayer } from "@moe/quant";
import { buildLayer, buildProblem, type LayerSpec, type ProblemSpec } from "@moe/quant/testing";
import { synthTopk } from "@moe/routing";

/** What is compared, and with what. */
export interface Part {
  name: "align" | "gemm" | "layer";
  oracle: string;
  problems: Problem[];
}

/** One problem. */
export interface Problem {
  /** Its sizes and variants. */
  name: string;
  /** Runs it; what is wrong, or undefined. */
  run(device: Device): Promise<string | undefined>;
}

const DTYPES = ["bf16", "f16"] as const;
const BLOCKS = [16, 32, 64] as const;
const ROUTINGS = ["spread", "hot", "one"] as const;
const BOTH = [false, true];

/** Tokens, routes of one, experts and rows of a block; those with more than 8,192 routes take three kernels. */
const ALIGNMENTS: [numTokens: number, topK: number, numExperts: number, blockM: number][] = [
  [1, 8, 8, 16],
  [37, 4, 16, 32],
  [512, 8, 256, 16],
  [1024, 8, 1024, 64],
  [1025, 8, 256, 16],
  [5000, 8, 1000, 128],
];

const align: Part = {
  name: "align",
  oracle: "equal to the host's, bit for bit",
  problems: ALIGNMENTS.flatMap(([numTokens, topK, numExperts, blockM]) => {
    const shape = { numTokens, topK, numExperts, blockM };
    // Two of three experts are here.
    const expertMap = Int32Array.from({ length: numExperts }, (_, i) =>
      i % 3 === 0 ? -1 : i - Math.ceil(i / 3),
    );
    const variants = {
      "no map": {},
      map: { expertMap },
      "map first": { expertMap, ignoreInvalidExperts: true },
    };
    return Object.entries(variants).map(([name, variant]) => ({
      name: `${describe(shape)} ${name}`,
      run: (device) => runAlign(device, { ...shape, ...variant }),
    }));
  }),
};

async function runAlign(device: Device, options: AlignOptions): Promise<string | undefined> {
  const { numTokens, topK, numExperts } = options;
  const { topkIds } = synthTopk({ archetype: "zipf1", numTokens, topK, numExperts });
  // Some are no expert's.
  const ids = topkIds.map((id, i) => (i % 13 === 0 ? [-1, numExperts][i % 2] : id));
  const want = alignOnHost(ids, options);
  const got = await moeAlignBlockSize(device, ids, options);
  for (const name of ["sortedTokenIds", "expertIds", "numTokensPostPadded"] as const) {
    const at = want[name].findIndex((value, i) => value !== got[name][i]);
    if (at !== -1) return `${name}[${at}] is ${got[name][at]} instead of ${want[name][at]}`;
  }
  return undefined;
}

const gemm: Part = {
  name: "gemm",
  oracle: "within tolerance of f64",
  problems: [32, 64, 128].flatMap((groupSize, g) =>
    BOTH.flatMap((zeros) =>
      BLOCKS.map((blockM, b) => {
        const spec = gemmSpec({ groupSize, zeros, blockM, seed: 7 * g + b });
        const { numExperts, n, k } = spec;
        const sizes = { numExperts, n, k, groupSize, zeros, blockM };
        return { name: describe(sizes), run: (device: Device) => runGemm(device, spec) };
      }),
    ),
  ),
};

type GemmChoice = Pick<ProblemSpec, "groupSize" | "zeros" | "blockM" | "seed">;

/** Full and ragged blocks, experts of several and of none, blocks to be skipped. */
function gemmSpec(choice: GemmChoice): ProblemSpec {
  const { blockM, groupSize, seed } = choice;
  const experts = [0, 0, 0, 1, -1, 3, 3, 4];
  const blocks = experts.map((expert, i) => ({
    expert,
    rows: i % 3 === 2 ? 1 + (i % blockM) : blockM,
  }));
  const size = {
    numExperts: 5,
    n: 128 + 16 * (seed % 5),
    k: groupSize * (2 + (seed % 3)),
    topK: 2,
  };
  const layout = { padWords: 0, extraBlocks: 2, unrouted: 3, mixPadding: true, cutTail: true };
  return { ...choice, ...size, blocks, ...layout, misalign: false };
}

async function runGemm(device: Device, spec: ProblemSpec): Promise<string | undefined> {
  const { problem, before } = buildProblem(spec);
  await moeGemmW4A16(device, problem);
  const { k, groupSize } = spec;
  const { arch } = device.info;
  const roundings = {
    weightRounding: moeWeightRounding(arch, "bf16"),
    offsetRounding: arch.startsWith("gfx")
      ? gfx11OffsetRounding({ dtype: "bf16", k, groupSize })
      : 0,
  };
  return wrong(verifyGemm(problem, { samples: "all", untouched: before, ...roundings }));
}

const layer: Part = {
  name: "layer",
  oracle: "within tolerance of f64",
  problems: [
    ...DTYPES.flatMap((dtype, d) =>
      BOTH.flatMap((zeros, z) =>
        [
          [32, 128],
          [128, 32],
          [64, 64],
        ].map(([gateUpGroup, downGroup], g) => {
          const blockM = BLOCKS[(d + z + g) % BLOCKS.length];
          const routing = ROUTINGS[(d + g) % ROUTINGS.length];
          const numTokens = [1, 40, 110][(z + g) % 3];
          return layerProblem(blockM, { dtype, zeros, gateUpGroup, downGroup, routing, numTokens });
        }),
      ),
    ),
    // Three kernels align so many.
    layerProblem(64, {
      numTokens: 3000,
      gateUpGroup: 32,
      downGroup: 32,
      hiddenSize: 64,
      intermediateSize: 32,
    }),
  ],
};

const LAYER: LayerSpec = {
  seed: 3,
  dtype: "bf16",
  numTokens: 40,
  topK: 3,
  numExperts: 12,
  hiddenSize: 256,
  intermediateSize: 128,
  gateUpGroup: 64,
  downGroup: 64,
  zeros: false,
  padWords: 4,
  routing: "spread",
  dropOneOf: 5,
};

function layerProblem(blockM: number, change: Partial<LayerSpec>): Problem {
  const name = describe({ blockM, ...change });
  return { name, run: (device) => runLayer(device, { ...LAYER, ...change }, blockM) };
}

async function runLayer(
  device: Device,
  spec: LayerSpec,
  blockM: number,
): Promise<string | undefined> {
  const { layer: problem, before } = buildLayer(spec);
  await moeForward(device, problem, { blockM });
  const weightRounding = moeWeightRounding(device.info.arch, spec.dtype);
  return wrong(verifyLayer(problem, { tokens: 110, untouched: before, weightRounding }));
}

interface Report {
  passed: boolean;
  failed: number;
  checked: number;
  strayWrites: number | null;
  worst: { got: number; want: number; col: number } | null;
}

function wrong({ passed, failed, checked, strayWrites, worst }: Report): string | undefined {
  if (passed) return undefined;
  const example =
    worst === null ? "" : `, in column ${worst.col} ${worst.got} instead of ${worst.want}`;
  return `${failed} of ${checked} elements are wrong${example}; ${strayWrites ?? 0} were written that have no route`;
}

function describe(sizes: object): string {
  return Object.entries(sizes)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}

/** In the order in which a layer needs them. */
export const PARTS: readonly Part[] = [align, gemm, layer];
