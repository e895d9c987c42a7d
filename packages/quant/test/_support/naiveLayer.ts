/** The layer in plain loops, with places for faults. */
import {
  bf16ToFloat,
  dequantize,
  f16ToFloat,
  floatToBf16,
  floatToF16,
  type MoeLayerProblem,
} from "@moe/quant";

/** What a broken implementation does otherwise. */
export interface LayerFault {
  /** SiLU. */
  silu?: (x: number) => number;
  /** Row of the gate among the 2 · I of the first projection; up is the other half. */
  gateRow?: (i: number, width: number) => number;
  /** Token of a route. */
  token?: (flat: number, p: MoeLayerProblem) => number;
  /** Weight of a route. */
  weight?: (flat: number, p: MoeLayerProblem) => number;
  /** Expert of a route's second projection. */
  downExpert?: (expert: number, p: MoeLayerProblem) => number;
  /** Expert of a route; negative adds nothing. */
  expert?: (id: number, p: MoeLayerProblem) => number;
  /** Where the sum over routes starts. */
  start?: (p: MoeLayerProblem, at: number) => number;
  /** Rounds a value between the steps. */
  round?: (x: number) => number;
  /** Tokens whose row is written. */
  rows?: (p: MoeLayerProblem) => number;
}

const silu = (x: number): number => x / (1 + Math.exp(-x));

/** Fills `p.out`. */
export function naiveLayer(p: MoeLayerProblem, fault: LayerFault = {}): void {
  const isBf16 = (p.dtype ?? "bf16") === "bf16";
  const toBits = isBf16 ? floatToBf16 : floatToF16;
  const toFloat = isBf16 ? bf16ToFloat : f16ToFloat;
  const round = fault.round ?? ((x: number) => toFloat(toBits(x)));
  const asBf16 = (bits: Uint16Array): Uint16Array =>
    isBf16 ? bits : bits.map((value) => floatToBf16(f16ToFloat(value)));
  const gateUp = dequantize({ ...p.gateUp, scales: asBf16(p.gateUp.scales) });
  const down = dequantize({ ...p.down, scales: asBf16(p.down.scales) });
  const [width, inner] = [p.down.n, p.down.k];
  const sums = new Float64Array(p.numTokens * width).map((_, i) =>
    fault.start === undefined ? 0 : fault.start(p, i),
  );
  for (let flat = 0; flat < p.numTokens * p.topK; flat++) {
    const expert = expertOf(p, flat, fault);
    if (expert < 0) continue;
    const token = fault.token?.(flat, p) ?? Math.floor(flat / p.topK);
    const project = (row: number): number => {
      let sum = 0;
      const at = (expert * p.gateUp.n + row) * width;
      for (let k = 0; k < width; k++) sum += toFloat(p.hidden[token * width + k]) * gateUp[at + k];
      return round(sum);
    };
    const activated = Float64Array.from({ length: inner }, (_, i) => {
      const gate = fault.gateRow?.(i, inner) ?? i;
      return round((fault.silu ?? silu)(project(gate)) * project((gate + inner) % (2 * inner)));
    });
    const second = fault.downExpert?.(expert, p) ?? expert;
    const weight = fault.weight?.(flat, p) ?? p.topkWeights[flat];
    const row = Math.floor(flat / p.topK);
    for (let col = 0; col < width; col++) {
      let sum = 0;
      for (let i = 0; i < inner; i++) {
        sum += activated[i] * down[(second * width + col) * inner + i];
      }
      sums[row * width + col] += weight * round(sum);
    }
  }
  for (let i = 0; i < (fault.rows?.(p) ?? p.numTokens) * width; i++) p.out[i] = toBits(sums[i]);
}

function expertOf(p: MoeLayerProblem, flat: number, fault: LayerFault): number {
  const id = p.topkIds[flat];
  if (fault.expert !== undefined) return fault.expert(id, p);
  return id >= 0 && id < p.gateUp.numExperts ? id : -1;
}
