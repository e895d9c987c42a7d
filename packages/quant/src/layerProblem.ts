import type { QuantizedWeights } from "./weights.ts";

/**
 * A MoE layer behind its router, the contract of every implementation and of the oracle.
 *
 * For token `t` and slot `s` with `flat = t · topK + s` and `e = topkIds[flat]`, where `e` is an expert:
 * `g = hidden[t, :] · dequantize(gateUp, e)ᵀ`, `a = silu(g[0 … I-1]) · g[I … 2I-1]` with `silu(x) = x / (1 + e⁻ˣ)`, and
 * `d = a · dequantize(down, e)ᵀ`. Then `out[t, :] = Σ topkWeights[flat] · d`. Sums are f32; `g`, `a`, `d` and `out` are
 * rounded to `dtype`. Every row of `out` is written, with zeros where a token has no route.
 *
 * The order of steps is that of vLLM's fused_experts (vllm/model_executor/layers/fused_moe).
 */
export interface MoeLayerProblem {
  /** Type of `hidden`, of the scales and of `out`, as 16 bits each; default `bf16`. */
  dtype?: "bf16" | "f16";
  /** `[numTokens, hidden]`. */
  hidden: Uint16Array;
  /** Gate and up projection: `k` = hidden, `n` = 2 · intermediate, the gate's rows first. */
  gateUp: QuantizedWeights;
  /** Down projection: `k` = intermediate, `n` = hidden. */
  down: QuantizedWeights;
  /** Expert of each route `[numTokens, topK]`; an id outside `0 … numExperts - 1` is no route and adds nothing. */
  topkIds: Int32Array;
  /** f32 `[numTokens, topK]`: what each route's result is multiplied by. */
  topkWeights: Float32Array;
  /** Tokens, 0 or more. */
  numTokens: number;
  /** Experts of a token, 1 or more; `numTokens · topK` is below 2^31. */
  topK: number;
  /** `[numTokens, hidden]`; every row is written. */
  out: Uint16Array;
}
