import type { DeviceInfo } from "./DeviceInfo.ts";

/** How often each number of rows occurs, as `[rows, count]`, by ascending rows. */
export type RowHistogram = readonly (readonly [rows: number, count: number])[];

/** What a launch works on, by the names that roofline tools of vLLM traces use; null where it does not apply. */
export interface ScopeFacts {
  /** Rows of the activations that are read: tokens for gemm1, tokens · top-k for gemm2. */
  M: number;
  /** Columns of the result. */
  N: number | null;
  /** Inner size. */
  K: number | null;
  /** Experts. */
  E: number;
  /** Routes that share a row of the activations. */
  top_k: number;
  /** Consecutive k that share a scale. */
  g: number | null;
  /** Rows of a block. */
  block_m: number | null;
  /** Blocks that an expert runs, of those that the grid has; times `block_m`, the padded rows. */
  valid_blocks: number | null;
  /** Rows that are real in those blocks. */
  n_routed: number | null;
  /** How many experts have how many real rows; experts without a row are counted under 0. */
  tok_hist: RowHistogram | null;
  /** How many valid blocks have how many real rows. */
  vtok_hist: RowHistogram | null;
}

/** What a profiler is told of a launch, or of several that belong together. */
export interface ProfileScope {
  /** What runs: `moe_w4a16_gemm`, `moe_w4a16_triton`, `moe_align`, `moe_activate`, `moe_combine`, or `moe_forward` around them. */
  readonly name: string;
  /** Name, sizes `MxNxK`, and the other facts that apply as `key=value`, in one line. */
  readonly label: string;
  /** The same for programs. */
  readonly facts: ScopeFacts;
}

/** When a scope ran. */
export interface ScopeTimes {
  /** Its begin on this machine, in ms as `performance.now()` counts. */
  beginMs: number;
  /** Its end. For a timed sink the device has done its work by then, otherwise launches may only have been put. */
  endMs: number;
  /** Device time in ns, by events; null where the backend has no clock, and for sinks that are not timed. */
  deviceNs: number | null;
}

/** Where scopes go. Scopes nest: what begins last ends first. */
export interface ProfileSink {
  /** Whether {@link ScopeTimes.deviceNs} is wanted. Then the device is waited for at the end of each scope. */
  readonly isTimed: boolean;
  /** Called before the launches of a scope; each device has an `info` of its own. */
  begin(scope: ProfileScope, info: DeviceInfo): void;
  /** Called behind them, also where one failed. */
  end(scope: ProfileScope, info: DeviceInfo, times: ScopeTimes): void;
}

/** Makes the label of facts. @internal */
export function scopeOf(name: string, facts: ScopeFacts): ProfileScope {
  const { M, N, K, ...others } = facts;
  const sizes = [M, N, K].filter((size) => size !== null).join("x");
  const pairs = Object.entries(others)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => `${key}=${textOf(value as number | RowHistogram)}`);
  return { name, label: [name, sizes, ...pairs].join(" "), facts };
}

function textOf(value: number | RowHistogram): string {
  if (typeof value === "number") return String(value);
  return value.map(([rows, count]) => `${rows}:${count}`).join(",");
}
