// A layer whose steps are exact in any order and in both types, so that its result is known bit for bit.
import { randomBelow } from "../_random.ts";
import { floatToBf16 } from "../bf16.ts";
import { NIBBLE_ORDER } from "../exllama.ts";
import { floatToF16 } from "../f16.ts";
import type { MoeLayerProblem } from "../layerProblem.ts";
import type { LayerSpec } from "../testing/buildLayer.ts";
import type { QuantizedWeights } from "../weights.ts";

/** SiLU of its multiples is they themselves or, below zero, zero: e^-128 vanishes beside 1 in f32. */
const ONE = 128;
const ZERO_POINT = 8;
/** A word of weights that are 0. */
const ALL_ZERO = 0x88888888 | 0;

/** The layer and its result. */
export interface SelectionLayer {
  layer: MoeLayerProblem;
  want: Uint16Array;
}

/**
 * A token's hidden state is `ONE` at one place, so that gemm1 selects a column of weights: gates that are multiples of `ONE`
 * and ups from −8 to 7. Each row of the second projection has one weight, 1, 2 or 4.
 */
export function selectionLayer(layer: MoeLayerProblem, spec: LayerSpec): SelectionLayer {
  const { dtype, numTokens, topK, numExperts, hiddenSize, intermediateSize, seed } = spec;
  const below = randomBelow(seed, 31);
  const toBits = dtype === "bf16" ? floatToBf16 : floatToF16;
  const place = Array.from({ length: numTokens }, () => below(hiddenSize));
  const hidden = new Uint16Array(numTokens * hiddenSize);
  place.forEach((k, token) => void (hidden[token * hiddenSize + k] = toBits(ONE)));
  const gateUp = symmetric(layer.gateUp, (row) => toBits(row < intermediateSize ? 1 : 2 ** -7));
  const down = symmetric(layer.down, () => toBits(2 ** -7));
  down.packed = new Int32Array(down.packed.length).fill(ALL_ZERO);
  const downWeight = Array.from({ length: numExperts * hiddenSize }, (_, row) => {
    const k = row % intermediateSize;
    const value = 2 ** below(3);
    down.packed[wordOf(down, row, k)] += value << shiftOf(k);
    return value;
  });
  const topkWeights = Float32Array.from(
    { length: numTokens * topK },
    () => (below(9) - 4) * 2 ** -2,
  );
  const want = Uint16Array.from({ length: numTokens * hiddenSize }, (_, element) => {
    const [token, col] = [Math.floor(element / hiddenSize), element % hiddenSize];
    let sum = 0;
    for (let flat = token * topK; flat < (token + 1) * topK; flat++) {
      const e = layer.topkIds[flat];
      if (e < 0 || e >= numExperts) continue;
      const i = (e * hiddenSize + col) % intermediateSize;
      const at = (row: number): number =>
        integerAt(gateUp, e * 2 * intermediateSize + row, place[token]);
      const activated = Math.max(0, at(i)) * at(intermediateSize + i);
      sum += topkWeights[flat] * activated * downWeight[e * hiddenSize + col];
    }
    return toBits(sum);
  });
  return { layer: { ...layer, hidden, gateUp, down, topkWeights }, want };
}

/** The same integers without zero points, with the scale that a row among the `n` of an expert has. */
function symmetric(
  { packed, numExperts, n, k, groupSize, rowStride, ...given }: QuantizedWeights,
  scaleOf: (row: number) => number,
): QuantizedWeights {
  const groups = k / groupSize;
  const scales = given.scales.map((_, i) => scaleOf(Math.floor(i / groups) % n));
  return { packed, scales, numExperts, n, k, groupSize, rowStride };
}

function wordOf({ rowStride }: QuantizedWeights, row: number, k: number): number {
  return row * rowStride + Math.floor(k / NIBBLE_ORDER.length);
}

function shiftOf(k: number): number {
  return 4 * NIBBLE_ORDER.indexOf(k % NIBBLE_ORDER.length);
}

function integerAt(weights: QuantizedWeights, row: number, k: number): number {
  return ((weights.packed[wordOf(weights, row, k)] >>> shiftOf(k)) & 15) - ZERO_POINT;
}
