/** Refuses what the chosen device cannot do before anything is built, and what the backend would silently ignore. */

import { BACKENDS, type BackendOption } from "@moe/bench";
import { availability, cpuInfo } from "@moe/kernel-cpu";
import { oneOf } from "../_values.ts";
import { CliError } from "../errors.ts";
import { EXIT } from "../exit-codes.ts";
import { ISAS } from "./choices.ts";
import type { RunOptions } from "./command.ts";
import type { SweepSettings } from "./settings.ts";
import { tritonConfigNames } from "./triton-configs.ts";

/** Variable that chooses the CPU kernel's instruction set where `--isa` does not. */
const ISA_VARIABLE = "MOE_CPU_ISA";

/** Flags that only some backends have. */
const FLAGS: Record<BackendOption, string> = {
  threads: "--threads",
  isa: "--isa",
  arch: "--arch",
  device: "--device",
  tritonConfig: "--triton-config",
  aa: "--aa",
};

/** Flags of a measurement of time. */
const TIMING_FLAGS = {
  cache: "--cache",
  samples: "--samples",
  timeBudget: "--time-budget",
} as const satisfies Partial<Record<keyof RunOptions, string>>;

/** Throws where an option does not fit the backend. */
export function checkDevice(
  settings: SweepSettings,
  given: Pick<RunOptions, keyof typeof TIMING_FLAGS>,
  env: Record<string, string | undefined>,
): void {
  const { backend, isa, threads, tritonConfig } = settings;
  checkFlags(settings);
  checkCache(settings);
  if (BACKENDS[backend].caches.length === 0) refuseTiming(backend, given);
  if (tritonConfig !== undefined) oneOf("--triton-config", tritonConfig, tritonConfigNames());
  if (backend === "portable") checkPortable(isa, threads);
  if (backend === "cpu") checkCpu(isa, env[ISA_VARIABLE]);
}

function checkFlags(settings: SweepSettings): void {
  const { takes } = BACKENDS[settings.backend];
  for (const name of Object.keys(FLAGS) as BackendOption[]) {
    const value = settings[name];
    if (value === undefined || takes.includes(name)) continue;
    const others = Object.keys(BACKENDS).filter((other) => BACKENDS[other].takes.includes(name));
    throw new CliError({
      code: "E_CONFLICT",
      what: `${FLAGS[name]}${value === true ? "" : ` ${value}`} does not fit the backend ${settings.backend}`,
      allowed: takes.map((taken) => FLAGS[taken]).join(", "),
      next: `leave it out, or use --backend ${others.join(", ")}`,
    });
  }
}

function checkCache({ backend, cache }: SweepSettings): void {
  const { caches } = BACKENDS[backend];
  if (cache === undefined || caches.length === 0 || caches.includes(cache)) return;
  throw new CliError({
    code: "E_CONFLICT",
    what: `--cache ${cache} does not fit the backend ${backend}`,
    allowed: caches.join(", "),
    next: `leave it out to use ${caches[0]}`,
  });
}

function refuseTiming(backend: string, given: Pick<RunOptions, keyof typeof TIMING_FLAGS>): void {
  for (const name of Object.keys(TIMING_FLAGS) as (keyof typeof TIMING_FLAGS)[]) {
    if (given[name] === undefined) continue;
    throw new CliError({
      code: "E_CONFLICT",
      what: `${TIMING_FLAGS[name]} does not fit the backend ${backend}`,
      allowed: "no option of a measurement of time: it counts what is executed, once",
      next: "leave it out",
    });
  }
}

function checkPortable(isa: string | undefined, threads: number | undefined): void {
  const given = isa !== undefined ? `--isa ${isa}` : `--threads ${threads}`;
  if (isa === undefined && (threads === undefined || threads === 1)) return;
  throw new CliError({
    code: "E_CONFLICT",
    what: `${given} does not fit the backend portable`,
    allowed: "one thread and no instruction set: it runs TypeScript",
    next: "use --backend cpu",
  });
}

function checkCpu(flag: string | undefined, variable: string | undefined): void {
  const isa = flag ?? (variable || undefined);
  // Without the native kernel the backend says so itself, with the reason.
  if (isa === undefined || !availability().available) return;
  const source = flag === undefined ? ISA_VARIABLE : "--isa";
  const known = oneOf(source, isa, ISAS);
  const { isas, best } = cpuInfo();
  if (isas.includes(known)) return;
  throw new CliError({
    code: "E_UNAVAILABLE",
    what: `${source}: this CPU has no ${isa}`,
    allowed: isas.join(", "),
    next: `leave it out to use ${best}`,
    exitCode: EXIT.unavailable,
    details: { isa, isas },
  });
}
