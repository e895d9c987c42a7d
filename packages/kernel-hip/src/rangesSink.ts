import type { ProfilerRanges } from "./_binding.d.ts";
import { oneOf } from "./_check.ts";
import { load } from "./_load.ts";
import { check, unwrap } from "./_native.ts";
import type { ProfileScope, ProfileSink } from "./ProfileScope.ts";

/** A sink of ranges. */
export interface RangesSink extends ProfileSink {
  /** The name that the profiler's library was found by. */
  readonly library: string;
}

const APIS = { roctx: "hip", nvtx: "cuda" } as const;

/** Libraries that a process has loaded. */
const loaded = new Map<string, ProfilerRanges>();

/**
 * Scopes as ranges of a vendor's profiler, each with the scope's label: ROCTx for rocprofv3 and rocprof, NVTX for Nsight. They
 * begin and end on the thread that puts the launches, by which profilers know what belongs to them; nothing waits for the
 * device but the copies of the routing that labels tell of.
 *
 * Loaded at run time: `librocprofiler-sdk-roctx.so.1` or `libroctx64.so`, or what `MOE_ROCTX_LIBRARY` names; what
 * `MOE_NVTX_LIBRARY` names, or `NVTX_INJECTION64_PATH`, which Nsight sets for programs that it starts, or
 * `libnvToolsExt.so.1`.
 *
 * @param api - whose
 * @returns the sink
 * @throws KernelHipError `E_NO_LIBRARY` with what was tried, `E_OPTION`, `E_NATIVE_UNAVAILABLE`, `E_NATIVE_VERSION`
 * @example
 * ```ts
 * import { KernelHipError, rangesSink } from "@moe/kernel-hip";
 *
 * process.env.MOE_ROCTX_LIBRARY = "libmissing.so";
 * try {
 *   rangesSink("roctx");
 * } catch (error) {
 *   if (error instanceof KernelHipError) console.log(error.code);
 * }
 * // → E_NO_LIBRARY
 * ```
 */
export function rangesSink(api: "roctx" | "nvtx"): RangesSink {
  oneOf("api", api, ["roctx", "nvtx"]);
  const named = namedLibrary(api);
  const key = `${api} ${named}`;
  const ranges = loaded.get(key) ?? unwrap(load().binding.loadRanges(APIS[api], named));
  loaded.set(key, ranges);
  return {
    isTimed: false,
    library: ranges.library(),
    begin: ({ label }: ProfileScope) => check(ranges.push(label)),
    end: () => ranges.pop(),
  };
}

function namedLibrary(api: "roctx" | "nvtx"): string | undefined {
  const { MOE_ROCTX_LIBRARY, MOE_NVTX_LIBRARY, NVTX_INJECTION64_PATH } = process.env;
  return api === "roctx" ? MOE_ROCTX_LIBRARY : MOE_NVTX_LIBRARY || NVTX_INJECTION64_PATH;
}
