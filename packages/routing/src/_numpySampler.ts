// The `numpy` sampler: the topK largest of `log(p + 1e-12) + g`, g = -log(-log U), E variates a token. In time order of
// an exponential race the key is -log(arrival), arrival = -log(U) / (p + 1e-12). Since -log(1 - d) ≥ d, a variate with
// d > weight · (arrival of the k-th best) cannot enter, and one product spares two logarithms. What may enter gets its
// exact key, and keys alone decide.
import type { NumpyStream } from "./numpyStream.ts";

/** Of the original suite: keeps log finite where p is 0. */
const EPSILON = 1e-12;

/** Far above the rounding of the arrival times, far below anything that costs speed. */
const SLACK = 1 + 1e-9;

export class NumpySampler {
  readonly #stream: NumpyStream;
  readonly #topK: number;
  /** p + 1e-12; 0 for a weight of zero, which then never enters. */
  readonly #weight: Float64Array;
  readonly #logWeight: Float64Array;
  /** The best so far, best first. */
  readonly #keys: Float64Array;
  readonly #arrivals: Float64Array;

  constructor(probability: Float64Array, topK: number, stream: NumpyStream) {
    this.#stream = stream;
    this.#topK = topK;
    this.#weight = probability.map((p) => (p > 0 ? p + EPSILON : 0));
    this.#logWeight = this.#weight.map(Math.log);
    this.#keys = new Float64Array(topK);
    this.#arrivals = new Float64Array(topK);
  }

  /** Draws the next `out.length / topK` tokens. */
  fill(out: Int32Array): void {
    const generator = this.#stream.generator;
    const weight = this.#weight;
    const numExperts = weight.length;
    const topK = this.#topK;
    for (let start = 0; start < out.length; start += topK) {
      let held = 0;
      let bound = Infinity;
      for (let expert = 0; expert < numExperts; expert++) {
        let d = 0;
        do {
          generator.next();
          d = ((generator.hi >>> 5) * 67_108_864 + (generator.lo >>> 6)) * 2 ** -53;
        } while (d === 0);
        if (d <= weight[expert] * bound) {
          held = this.#offer(out, start, held, expert, d);
          if (held === topK) bound = this.#arrivals[topK - 1] * SLACK;
        }
      }
    }
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
