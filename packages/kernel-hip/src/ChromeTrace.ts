import { writeFileSync } from "node:fs";
import type { DeviceInfo } from "./DeviceInfo.ts";
import type { ProfileScope, ProfileSink, ScopeTimes } from "./ProfileScope.ts";

/** An event of a {@link ChromeTraceFile}. */
export interface ChromeTraceEvent {
  /** What runs. */
  name: string;
  /** `X`, a span, or `M`, a name. */
  ph: "X" | "M";
  /** Always `moe`; spans only. */
  cat?: string;
  /** Begin in µs since the process started; spans only. */
  ts?: number;
  /** Length in µs; spans only. */
  dur?: number;
  /** Process. */
  pid: number;
  /** Track. */
  tid: number;
  /** Of a span: the scope's facts, `label`, and `device_ns`; of a name: `name`. */
  args: Record<string, unknown>;
}

/** The JSON object format of Chrome's trace events. */
export interface ChromeTraceFile {
  /** The events. */
  traceEvents: ChromeTraceEvent[];
  /** How viewers write times. */
  displayTimeUnit: "ns";
}

const US_PER_MS = 1000;
const NS_PER_US = 1000;

/** The spans of a device. */
interface Track {
  tid: number;
  /** For each scope that has begun and not ended, whether there was another one in it. */
  open: boolean[];
}

/**
 * Scopes as a trace that Perfetto (ui.perfetto.dev) and `chrome://tracing` open. A span begins when its launches were put.
 * On a GPU it lasts as long as the device worked, by events, or for a scope around others, until the device was done; on the
 * simulator, as long as this machine took to simulate.
 *
 * @example
 * ```ts
 * import { ChromeTrace, moeForward, openDevice } from "@moe/kernel-hip";
 * import { buildLayer } from "@moe/quant/testing";
 *
 * const trace = new ChromeTrace();
 * using device = openDevice({ backend: "sim", profile: [trace] });
 * const { layer } = buildLayer({
 *   seed: 1, dtype: "f16", numTokens: 5, topK: 2, numExperts: 8, hiddenSize: 64, intermediateSize: 32,
 *   gateUpGroup: 64, downGroup: 32, zeros: false, padWords: 0, routing: "one", dropOneOf: 0,
 * });
 * await moeForward(device, layer, { blockM: 16 });
 * const spans = trace.toJSON().traceEvents.filter(({ ph }) => ph === "X");
 * console.log(spans.map(({ name }) => name).join(" "));
 * console.log(spans.find(({ name }) => name === "moe_w4a16_gemm")?.args.label);
 * // → moe_align moe_w4a16_gemm moe_activate moe_w4a16_gemm moe_combine moe_forward
 * // → moe_w4a16_gemm 5x64x64 E=8 top_k=2 g=64 block_m=16 valid_blocks=1 n_routed=10 tok_hist=0:7,10:1 vtok_hist=10:1
 * ```
 */
export class ChromeTrace implements ProfileSink {
  /** Always true. */
  readonly isTimed = true;
  readonly #events: ChromeTraceEvent[] = [named("process_name", 0, "@moe/kernel-hip")];
  readonly #tracks = new Map<DeviceInfo, Track>();

  /** See {@link ProfileSink}. */
  begin(_scope: ProfileScope, info: DeviceInfo): void {
    const { open } = this.#track(info);
    if (open.length > 0) open[open.length - 1] = true;
    open.push(false);
  }

  /** See {@link ProfileSink}. */
  end({ name, label, facts }: ProfileScope, info: DeviceInfo, times: ScopeTimes): void {
    const { tid, open } = this.#track(info);
    const { beginMs, endMs, deviceNs } = times;
    const hostUs = (endMs - beginMs) * US_PER_MS;
    const isAroundOthers = open.pop() === true;
    const isHostTime = isAroundOthers || deviceNs === null;
    const dur = isHostTime ? hostUs : Math.min(deviceNs / NS_PER_US, hostUs);
    const ts = beginMs * US_PER_MS;
    const args = { label, ...facts, device_ns: deviceNs };
    this.#events.push({ name, ph: "X", cat: "moe", ts, dur, pid: process.pid, tid, args });
  }

  /** @returns what has ended so far */
  toJSON(): ChromeTraceFile {
    return { traceEvents: [...this.#events], displayTimeUnit: "ns" };
  }

  /**
   * Writes the trace.
   *
   * @param path - of the file, which is replaced
   */
  write(path: string): void {
    writeFileSync(path, `${JSON.stringify(this)}\n`);
  }

  #track(info: DeviceInfo): Track {
    const known = this.#tracks.get(info);
    if (known !== undefined) return known;
    const track = { tid: this.#tracks.size + 1, open: [] };
    this.#tracks.set(info, track);
    this.#events.push(
      named("thread_name", track.tid, `${info.backend} ${info.index}: ${info.name}`),
    );
    return track;
  }
}

function named(what: string, tid: number, name: string): ChromeTraceEvent {
  return { name: what, ph: "M", pid: process.pid, tid, args: { name } };
}
