import { checkArray, checkInteger, checkObject, overlaps } from "./_check.ts";
import { QuantError } from "./errors.ts";
import type { MoeLayerProblem } from "./layerProblem.ts";
import { checkWeights } from "./weights.ts";

const MAX_ROUTES = 2 ** 31 - 1;

/**
 * Checks a layer against the contract of {@link MoeLayerProblem} in constant time: types, sizes, buffer lengths, and that
 * `out` shares no memory with an input. Ids and values are not read: every id is allowed.
 *
 * @param layer - the problem
 * @throws QuantError `E_DTYPE`, `E_OPTION` (dtype), `E_SHAPE_SIZE`, `E_SHAPE_GROUP`, `E_SHAPE_STRIDE`, `E_SHAPE_LENGTH` for a
 * wrong type or size, or projections that do not fit each other; `E_ALIAS` where `out` overlaps an input
 * @example
 * ```ts
 * import { checkLayer, type QuantError, randomActivations, randomWeights } from "@moe/quant";
 *
 * const layer = {
 *   hidden: randomActivations({ rows: 1, k: 64, seed: 1 }),
 *   gateUp: randomWeights({ numExperts: 2, n: 64, k: 64, groupSize: 32, seed: 2 }),
 *   down: randomWeights({ numExperts: 2, n: 64, k: 64, groupSize: 32, seed: 3 }),
 *   topkIds: new Int32Array(1), topkWeights: new Float32Array(1),
 *   numTokens: 1, topK: 1, out: new Uint16Array(64),
 * };
 * try {
 *   checkLayer(layer);
 * } catch (error) {
 *   console.log((error as QuantError).message);
 * }
 * // → gateUp.n is 64; it must be 128, twice down.k.
 * ```
 */
export function checkLayer(layer: MoeLayerProblem): void {
  checkObject(layer, "layer");
  const { gateUp, down, numTokens, topK, dtype = "bf16" } = layer;
  if (!["bf16", "f16"].includes(dtype)) {
    const message = `dtype is ${String(dtype)}; allowed are 'bf16' and 'f16'.`;
    throw new QuantError("E_OPTION", message, { dtype });
  }
  checkWeights(gateUp);
  checkWeights(down);
  checkFit("gateUp.n", gateUp.n, 2 * down.k, "twice down.k");
  checkFit("gateUp.k", gateUp.k, down.n, "down.n");
  checkFit("gateUp.numExperts", gateUp.numExperts, down.numExperts, "down.numExperts");
  checkInteger(numTokens, "numTokens", 0);
  checkInteger(topK, "topK", 1);
  checkInteger(numTokens * topK, "numTokens · topK", 0, MAX_ROUTES);
  checkArray(layer.hidden, "hidden", Uint16Array, numTokens * gateUp.k);
  checkArray(layer.topkIds, "topkIds", Int32Array, numTokens * topK);
  checkArray(layer.topkWeights, "topkWeights", Float32Array, numTokens * topK);
  checkArray(layer.out, "out", Uint16Array, numTokens * down.n);
  checkAliases(layer);
}

function checkFit(name: string, given: number, needed: number, what: string): void {
  if (given === needed) return;
  throw new QuantError("E_SHAPE_SIZE", `${name} is ${given}; it must be ${needed}, ${what}.`, {
    name,
    given,
    needed,
  });
}

function checkAliases({ out, hidden, topkIds, topkWeights, gateUp, down }: MoeLayerProblem): void {
  const inputs: [string, ArrayBufferView][] = Object.entries({ hidden, topkIds, topkWeights });
  for (const [name, { packed, scales, zeros }] of Object.entries({ gateUp, down })) {
    inputs.push([`${name}.packed`, packed], [`${name}.scales`, scales]);
    if (zeros !== undefined) inputs.push([`${name}.zeros`, zeros]);
  }
  for (const [name, input] of inputs) {
    if (!overlaps(out, input)) continue;
    const message = `out shares memory with ${name}; a layer would read what it writes. Pass separate buffers.`;
    throw new QuantError("E_ALIAS", message, { name });
  }
}
