// The `numpy` sampler: the topK largest of `log(p + 1e-12) + g`, g = -log(-log U), E variates a token. As an exponential
// race: the key is -log(arrival), arrival = -log(U) / (p + 1e-12). Since -log(1 - d) ≥ d, a variate with
// d > weight · (arrival of the k-th best) cannot enter, and one product spares two logarithms. What may enter gets its
// exact key, and keys alone decide.
import type { Pcg64 } from "./_pcg64.ts";

/** Of the original suite: keeps log finite where p is 0. */
const EPSILON = 1e-12;

/** Far above the rounding of the arrival times, far below anything that costs speed. */
const SLACK = 1 + 1e-9;

export class NumpySampler {
  readonly #generator: Pcg64;
  readonly #topK: number;
  /** p + 1e-12; 0 for a weight of zero, whose arrival is then never: any other pushes it out. */
  readonly #weight: Float64Array;
  readonly #logWeight: Float64Array;
  /** Before topK are held: an arrival that enough experts should undercut. */
  readonly #firstBound: number;
  /** The best so far, best first. */
  readonly #keys: Float64Array;
  readonly #arrivals: Float64Array;

  constructor(probability: Float64Array, topK: number, generator: Pcg64) {
    this.#generator = generator;
    this.#topK = topK;
    this.#weight = probability.map((p) => (p > 0 ? p + EPSILON : 0));
    this.#logWeight = this.#weight.map(Math.log);
    this.#firstBound = likelyBound(this.#weight, topK + 3 * Math.sqrt(topK));
    this.#keys = new Float64Array(topK);
    this.#arrivals = new Float64Array(topK);
  }

  /** Draws the next `out.length / topK` tokens. */
  draw(out: Int32Array): void {
    for (let start = 0; start < out.length; start += this.#topK) {
      this.#generator.mark();
      if (this.#race(out, start, this.#firstBound)) continue;
      this.#generator.rewind();
      this.#race(out, start, Infinity);
    }
  }

  /**
   * One token from the variates with d ≤ weight · bound. Right, and true, when topK of them arrive up to `bound`: a
   * later one may have been turned away.
   */
  #race(out: Int32Array, start: number, bound: number): boolean {
    const generator = this.#generator;
    const { words } = generator;
    const weight = this.#weight;
    const numExperts = weight.length;
    const topK = this.#topK;
    let held = 0;
    let limit = bound * 2 ** 32;
    for (let first = 0; first < numExperts;) {
      if (generator.at === words.length) generator.refill();
      const highs = generator.at + 1;
      const here = Math.min(numExperts - first, (words.length - generator.at) / 2);
      let i = 0;
      // 32 bits of d, rounded down, turn nearly all away. NaN (no weight, no bound) passes.
      while (i < here && words[highs + 2 * i] >>> 0 > weight[first + i] * limit) i++;
      generator.at += 2 * i;
      first += i;
      if (i === here) continue;
      let d = generator.nextDouble();
      while (d === 0) d = generator.nextDouble();
      held = this.#offer(out, start, held, first, d);
      if (held === topK) limit = Math.min(limit, this.#arrivals[topK - 1] * SLACK * 2 ** 32);
      first++;
    }
    return held === topK && this.#arrivals[topK - 1] * SLACK <= bound;
  }

  /** Puts the expert in its place among the held ones, if it has one; returns how many are held then. */
  #offer(out: Int32Array, start: number, held: number, expert: number, d: number): number {
    const keys = this.#keys;
    const arrivals = this.#arrivals;
    const exponential = -Math.log(1 - d);
    const key = this.#logWeight[expert] - Math.log(exponential);
    const full = held === this.#topK;
    if (full && !(key > keys[held - 1])) return held;
    let at = full ? held - 1 : held;
    for (; at > 0 && keys[at - 1] < key; at--) {
      keys[at] = keys[at - 1];
      arrivals[at] = arrivals[at - 1];
      out[start + at] = out[start + at - 1];
    }
    keys[at] = key;
    arrivals[at] = exponential / this.#weight[expert];
    out[start + at] = expert;
    return full ? held : held + 1;
  }
}

/**
 * The time at which `count` arrivals are expected, Infinity where there are no more experts than that. Newton's
 * method: the expectation is concave in time, so the steps come from below and may stop anywhere.
 */
function likelyBound(weight: Float64Array, count: number): number {
  if (weight.reduce((positive, w) => positive + (w > 0 ? 1 : 0), 0) <= count + 1) return Infinity;
  let time = 0;
  for (let i = 0; i < 32; i++) {
    let expected = 0;
    let rate = 0;
    for (const w of weight) {
      const late = Math.exp(-w * time);
      expected += 1 - late;
      rate += w * late;
    }
    if (expected > count - 0.5) return time;
    time += (count - expected) / rate;
  }
  return Infinity;
}
