// What a routing is, as far as scopes tell.
import { DeviceBuffer } from "./DeviceBuffer.ts";
import type { DeviceTensor } from "./DeviceTensor.ts";
import type { DeviceGemm } from "./launchMoeGemm.ts";
import { type ProfileScope, type RowHistogram, type ScopeFacts, scopeOf } from "./ProfileScope.ts";

type Routed = Omit<DeviceGemm, "packed" | "scales" | "zeros" | "workspace">;
type RoutingFacts = Pick<ScopeFacts, "valid_blocks" | "n_routed" | "tok_hist" | "vtok_hist">;

/** Facts of a launch that takes no blocks. */
export const NO_ROUTING: RoutingFacts = {
  valid_blocks: null,
  n_routed: null,
  tok_hist: null,
  vtok_hist: null,
};

/** Puts copies of a GEMM's routing behind the device's work; the scope can be made once they are there. */
export function gemmScope(name: string, gemm: Routed): () => ProfileScope {
  const expertIds = copyOf(gemm.expertIds, gemm.numBlocks);
  const sortedTokenIds = copyOf(gemm.sortedTokenIds, gemm.numSlots);
  const { numValidTokens, topK, n, k, numExperts, groupSize, blockM } = gemm;
  return () =>
    scopeOf(name, {
      M: Math.ceil(numValidTokens / topK),
      N: n,
      K: k,
      E: numExperts,
      top_k: topK,
      g: groupSize,
      block_m: blockM,
      ...routingFacts(gemm, expertIds, sortedTokenIds),
    });
}

function copyOf(tensor: DeviceTensor, count: number): Int32Array {
  const [buffer, offset] =
    tensor instanceof DeviceBuffer ? [tensor, 0] : [tensor.buffer, tensor.offset];
  const target = new Int32Array(count);
  buffer.readLater(target, offset);
  return target;
}

function routingFacts(
  { numBlocks, blockM, numExperts, numValidTokens }: Routed,
  expertIds: Int32Array,
  sortedTokenIds: Int32Array,
): RoutingFacts {
  const perExpert = new Int32Array(numExperts);
  const perBlock: number[] = [];
  for (let block = 0; block < numBlocks; block++) {
    const expert = expertIds[block];
    if (expert < 0 || expert >= numExperts) continue;
    const slots = sortedTokenIds.subarray(block * blockM, (block + 1) * blockM);
    const rows = slots.reduce((sum, flat) => sum + Number(flat >= 0 && flat < numValidTokens), 0);
    perExpert[expert] += rows;
    perBlock.push(rows);
  }
  return {
    valid_blocks: perBlock.length,
    n_routed: perBlock.reduce((sum, rows) => sum + rows, 0),
    tok_hist: histogram(perExpert),
    vtok_hist: histogram(perBlock),
  };
}

function histogram(rows: Iterable<number>): RowHistogram {
  const counts = new Map<number, number>();
  for (const value of rows) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => a - b);
}
