// What synthTopk and synthTopkStream share: options read and checked once, and the sampler they ask for.
import { checkNumExperts, isIntegerIn } from "./_check.ts";
import { FastSampler } from "./_fastSampler.ts";
import { NumpySampler } from "./_numpySampler.ts";
import { SeedPurpose, parseSeed, seedWords } from "./_seed.ts";
import type { Archetype } from "./archetype.ts";
import { RoutingError } from "./errors.ts";
import { NumpyStream, numpyStream } from "./numpyStream.ts";
import { expertOfRank, type Placement } from "./placement.ts";
import { popularity } from "./popularity.ts";
import type { Sampler, SynthTopkOptions } from "./synthTopk.ts";

export const SYNTH_KEYS = [
  "archetype",
  "numTokens",
  "numExperts",
  "topK",
  "seed",
  "sampler",
  "placement",
  "stream",
] as const;

const MAX_IDS = 2 ** 31 - 1;

export interface CheckedOptions {
  readonly archetype: Archetype;
  readonly numTokens: number;
  readonly numExperts: number;
  readonly topK: number;
  readonly seed: number | bigint;
  readonly sampler: Sampler;
  readonly placement: Placement;
  readonly stream: NumpyStream | undefined;
}

/** Fills whole tokens, each call where the last one ended. */
export interface TopkSampler {
  draw(out: Int32Array): void;
}

export function readOptions(options: SynthTopkOptions): CheckedOptions {
  const {
    archetype,
    numTokens,
    numExperts = 256,
    topK = 8,
    seed = 0,
    placement = "sorted",
  } = options;
  const { stream, sampler = stream === undefined ? "fast" : "numpy" } = options;
  checkNumExperts(numExperts);
  if (!isIntegerIn(topK, 1, numExperts)) {
    throw new RoutingError(
      "E_TOP_K",
      `topK is ${String(topK)}; allowed is an integer from 1 to numExperts, which is ${numExperts}.`,
      { topK, numExperts },
    );
  }
  if (!isIntegerIn(numTokens, 0, Number.MAX_SAFE_INTEGER)) {
    throw new RoutingError(
      "E_NUM_TOKENS",
      `numTokens is ${String(numTokens)}; allowed is an integer ≥ 0.`,
      { numTokens },
    );
  }
  checkSampler(sampler, stream);
  return { archetype, numTokens, numExperts, topK, seed, sampler, placement, stream };
}

/** One array must hold the ids: as a whole, or one chunk of them. */
export function checkSize(numTokens: number, topK: number): void {
  if (numTokens * topK <= MAX_IDS) return;
  throw new RoutingError(
    "E_SIZE",
    `${numTokens} tokens of ${topK} experts are ${numTokens * topK} ids in one array; allowed are ${MAX_IDS}. ` +
      "Draw in chunks with synthTopkStream.",
    { numTokens, topK, max: MAX_IDS },
  );
}

function checkSampler(sampler: unknown, stream: unknown): void {
  if (sampler !== "fast" && sampler !== "numpy") {
    throw new RoutingError(
      "E_SAMPLER",
      `sampler is ${JSON.stringify(sampler)}; allowed are fast and numpy.`,
      { sampler, allowed: ["fast", "numpy"] },
    );
  }
  if (stream === undefined) return;
  if (!(stream instanceof NumpyStream)) {
    throw new RoutingError("E_STREAM", "stream must be made by numpyStream(seed).", {
      given: typeof stream,
    });
  }
  if (sampler !== "numpy") {
    throw new RoutingError(
      "E_SAMPLER",
      'sampler "fast" does not read a stream; leave out stream, or the sampler.',
      { sampler },
    );
  }
}

export function createSampler(options: CheckedOptions): TopkSampler {
  const { archetype, numExperts, topK, seed, sampler, placement, stream } = options;
  const words = parseSeed(seed);
  const probability = popularity(archetype, numExperts, { placement, seed });
  if (archetype === "balanced") return new RoundRobin(expertOfRank(placement, numExperts, seed));
  checkPositive(probability, topK);
  return sampler === "numpy"
    ? new NumpySampler(probability, topK, (stream ?? numpyStream(seed)).generator)
    : new FastSampler(probability, topK, seedWords(words, SeedPurpose.ids));
}

function checkPositive(probability: Float64Array, topK: number): void {
  let positive = 0;
  for (const p of probability) if (p > 0) positive++;
  if (positive >= topK) return;
  throw new RoutingError(
    "E_WEIGHTS",
    `${positive} experts have a positive weight and every token needs ${topK} distinct ones. ` +
      "Lower topK or make more weights positive (a weight below 1e-308 of the largest counts as 0).",
    { positive, topK },
  );
}

/** `balanced`: flat index i goes to rank i mod E. */
class RoundRobin implements TopkSampler {
  readonly #expert: Int32Array;
  #next = 0;

  constructor(expert: Int32Array) {
    this.#expert = expert;
  }

  draw(out: Int32Array): void {
    const expert = this.#expert;
    let next = this.#next;
    for (let i = 0; i < out.length; i++) {
      out[i] = expert[next];
      if (++next === expert.length) next = 0;
    }
    this.#next = next;
  }
}
