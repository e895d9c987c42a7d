// Which sinks a device has that was not given any.
import { show } from "./_check.ts";
import { ChromeTrace } from "./ChromeTrace.ts";
import type { Backend } from "./DeviceInfo.ts";
import { KernelHipError } from "./errors.ts";
import type { ProfileSink } from "./ProfileScope.ts";
import { rangesSink } from "./rangesSink.ts";

/** The first one that is set counts; the others are vLLM's. */
const SWITCHES = [
  "MOE_PROFILE_SCOPES",
  "VLLM_CUSTOM_SCOPES_FOR_PROFILING",
  "VLLM_NVTX_SCOPES_FOR_PROFILING",
] as const;
const FILE_VARIABLE = "MOE_PROFILE_TRACE";

/** One trace for all devices of the process, written when it ends. */
const traces = new Map<string, ChromeTrace>();

/** What the environment asks for; nothing by default. */
export function sinksOfEnvironment(backend: Backend): readonly ProfileSink[] {
  const name = SWITCHES.find((variable) => (process.env[variable] ?? "") !== "");
  const value = name === undefined ? "0" : process.env[name];
  if (value === "0") return [];
  if (value !== "1") {
    const message = `${name} is ${show(value)}, but must be 1 (scopes around launches), 0 or not set (none)`;
    throw new KernelHipError("E_OPTION", message, { option: name, given: value });
  }
  const file = process.env[FILE_VARIABLE];
  if (file !== undefined && file !== "") return [traceInto(file)];
  if (backend !== "sim") return [rangesSink(backend === "hip" ? "roctx" : "nvtx")];
  const message = `${name} is 1, but no profiler looks at the simulator: set ${FILE_VARIABLE} to the file that the trace goes to`;
  throw new KernelHipError("E_OPTION", message, { option: name, given: value });
}

function traceInto(file: string): ChromeTrace {
  const known = traces.get(file);
  if (known !== undefined) return known;
  const trace = new ChromeTrace();
  traces.set(file, trace);
  process.on("exit", () => trace.write(file));
  return trace;
}
