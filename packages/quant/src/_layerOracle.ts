// The layer in f64, with what a right implementation can be off by; docs/numerics.md derives it.
import { type Dot, dot } from "./_dot.ts";
import { bf16ToFloat } from "./bf16.ts";
import { f16ToFloat } from "./f16.ts";
import type { MoeLayerProblem } from "./layerProblem.ts";

/** Unit roundoff of f32. */
const F32_ROUNDOFF = 2 ** -24;
/** Smallest normal number of f32 and bf16; implementations may flush what is below. */
const LEAST_NORMAL = 2 ** -126;
/** Most that |SiLU'| is: 1.0998 at 2.3994. */
const SILU_SLOPE = 1.1;
/** SiLU below 2^-118 may become 0: |x| e^-|x| where 1 + e^-x, or its reciprocal, leaves the normal numbers of f32. */
const SILU_FLUSHED = 2 ** -118;
/** From here e^-|x| is nothing beside 1, and the rounding of its argument has no effect. */
const SILU_END = 128;

/** What an element type rounds by: relatively, and where its numbers end. */
interface Rounding {
  roundoff: number;
  least: number;
}

const ROUNDING: Record<"bf16" | "f16", Rounding> = {
  bf16: { roundoff: 2 ** -8, least: LEAST_NORMAL },
  f16: { roundoff: 2 ** -11, least: 2 ** -25 },
};

/** One row of the result. */
export interface LayerRow {
  /** The exact values. */
  want: Float64Array;
  /** Largest error that a right implementation can have. */
  tolerance: Float64Array;
}

/** Value and largest error of a step. */
interface Vector {
  value: Float64Array;
  error: Float64Array;
}

/** Computes rows of the layer; the problem has passed `checkLayer`. */
export class LayerOracle {
  readonly #layer: MoeLayerProblem;
  readonly #rounding: Rounding;
  readonly #toFloat: (bits: number) => number;
  readonly #weightRounding: number;

  /** An implementation may round each dequantised weight by `weightRounding` of itself. */
  constructor(layer: MoeLayerProblem, weightRounding: number) {
    const { dtype = "bf16" } = layer;
    this.#layer = layer;
    this.#rounding = ROUNDING[dtype];
    this.#weightRounding = weightRounding;
    this.#toFloat = dtype === "bf16" ? bf16ToFloat : f16ToFloat;
  }

  row(token: number): LayerRow {
    const { topK, topkIds, topkWeights, gateUp, down } = this.#layer;
    const want = new Float64Array(down.n);
    const error = new Float64Array(down.n);
    const magnitude = new Float64Array(down.n);
    const x = Float64Array.from({ length: gateUp.k }, (_, i) => this.#hidden(token, i));
    for (let flat = token * topK; flat < (token + 1) * topK; flat++) {
      const expert = topkIds[flat];
      if (expert < 0 || expert >= gateUp.numExperts) continue;
      const weight = topkWeights[flat];
      const { value, error: off } = this.#multiplyDown(this.#activate(x, expert), expert);
      for (let col = 0; col < down.n; col++) {
        want[col] += weight * value[col];
        error[col] += Math.abs(weight) * off[col];
        magnitude[col] += Math.abs(weight) * (Math.abs(value[col]) + off[col]);
      }
    }
    const tolerance = want.map((sum, col) =>
      this.#stored(sum, error[col] + gamma(topK) * magnitude[col] + topK * LEAST_NORMAL),
    );
    return { want, tolerance };
  }

  #hidden(token: number, i: number): number {
    const { hidden, gateUp } = this.#layer;
    return this.#toFloat(hidden[token * gateUp.k + i]);
  }

  /** The error of a value that is off by `error` and then rounded to the element type. */
  #stored(value: number, error: number): number {
    const { roundoff, least } = this.#rounding;
    return roundoff * (Math.abs(value) + error) + error + least;
  }

  /** SiLU(gate) · up. */
  #activate(x: Float64Array, expert: number): Vector {
    const { gateUp, down } = this.#layer;
    const value = new Float64Array(down.k);
    const error = new Float64Array(down.k);
    const project = (row: number): [number, number] => {
      const sum = dot(x, gateUp, expert * gateUp.n + row, this.#toFloat);
      return [sum.value, this.#stored(sum.value, this.#summed(sum, gateUp.k, sum.magnitude))];
    };
    for (let i = 0; i < down.k; i++) {
      const [gate, gateError] = project(i);
      const [up, upError] = project(down.k + i);
      const silu = gate / (1 + Math.exp(-gate));
      const [siluMost, upMost] = [Math.abs(silu) + SILU_SLOPE * gateError, Math.abs(up) + upError];
      const roundings =
        2 * F32_ROUNDOFF * (8 + Math.min(Math.abs(gate) + gateError, SILU_END)) * siluMost;
      const propagated = SILU_SLOPE * gateError * upMost + Math.abs(silu) * upError;
      value[i] = silu * up;
      error[i] = this.#stored(value[i], propagated + (roundings + SILU_FLUSHED) * upMost);
    }
    return { value, error };
  }

  #multiplyDown(a: Vector, expert: number): Vector {
    const { down } = this.#layer;
    const value = new Float64Array(down.n);
    const error = new Float64Array(down.n);
    for (let col = 0; col < down.n; col++) {
      const row = expert * down.n + col;
      const sum = dot(a.value, down, row, this.#toFloat);
      const propagated = dot(a.error, down, row, this.#toFloat).magnitude;
      const own = this.#summed(sum, down.k, sum.magnitude + propagated);
      value[col] = sum.value;
      error[col] = this.#stored(sum.value, propagated + own);
    }
    return { value, error };
  }

  /** The error of a dot product in f32 whose terms add up to `magnitude`. */
  #summed({ maxScale }: Dot, k: number, magnitude: number): number {
    const roundings = gamma(k) + this.#weightRounding;
    return roundings * magnitude + LEAST_NORMAL * (1 + k * (1 + 16 * maxScale));
  }
}

/** Most that `count + 2` roundings in f32 change a sum by, over the sum of its terms' magnitudes. */
function gamma(count: number): number {
  const roundings = (count + 2) * F32_ROUNDOFF;
  return roundings / (1 - roundings);
}
