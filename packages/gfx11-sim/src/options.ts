import type { CheckFlags } from "./_binding.d.ts";
import { checkKeys, oneOf, show, whole } from "./_check.ts";
import { ARCHES, type Gfx11Arch } from "./CodeObject.ts";
import { Gfx11SimError } from "./errors.ts";

/** The checks; each can be switched off. A launch with fewer is faster and does what hardware would do. */
export interface Checks {
  /** Accesses outside of every buffer, the LDS or scratch. Off: loads give 0, stores are dropped. */
  bounds: boolean;
  /** Addresses that are no multiple of what the access needs. */
  alignment: boolean;
  /** Reads of memory and vector registers that nothing has written. */
  poison: boolean;
  /** Accesses of several waves of a workgroup to the same bytes between two barriers, at least one a write. */
  races: boolean;
  /** Registers that are used before the load into them was waited for. */
  waits: boolean;
  /** Barriers that not all waves of the workgroup reach. */
  barriers: boolean;
  /** Matrix operations directly behind the one that writes their A or B. */
  hazards: boolean;
}

/** Names of the checks. */
export const CHECKS = [
  "bounds",
  "alignment",
  "poison",
  "races",
  "waits",
  "barriers",
  "hazards",
] as const satisfies readonly (keyof Checks)[];

/** In which order the waves of a workgroup run. */
export const SCHEDULES = ["round-robin", "random"] as const;

/** How a simulator runs kernels. */
export interface SimulatorOptions {
  /** Refuse code objects of any other processor. Default: each runs as the processor that it was compiled for. */
  arch?: Gfx11Arch;
  /**
   * `round-robin` (default): turns of 4096 instructions. `random`: turns of 1 to 64 instructions of a wave drawn by
   * `seed`, which finds what depends on the order.
   */
  schedule?: (typeof SCHEDULES)[number];
  /** Seed of the `random` schedule, 0 (default) to 2^64 - 1 (included). */
  seed?: number | bigint;
  /** Which checks are on: all (default), `false` for none, or an object with those that differ from the default. */
  checks?: boolean | Partial<Checks>;
  /**
   * Threads that workgroups are spread over, 1 to 256 (included); default every CPU that the process may use. Kernels
   * with global atomics run on one, so that results never vary.
   */
  threads?: number;
  /** A wave that executes more is taken to loop for ever, 1 to 2^53 - 1 (included). Default 2^32. */
  maxInstructions?: number;
  /**
   * Whether to look at the addresses of accesses and the chains of matrix operations. Default true; executions are
   * counted in any case.
   */
  statistics?: boolean;
}

/** The options as the addon takes them. */
export interface ResolvedOptions {
  arch: Gfx11Arch | undefined;
  run: {
    checks: CheckFlags;
    statistics: boolean;
    seed?: bigint;
    threads?: number;
    maxInstructions?: number;
  };
}

const KEYS = [
  "arch",
  "schedule",
  "seed",
  "checks",
  "threads",
  "maxInstructions",
  "statistics",
] as const satisfies readonly (keyof SimulatorOptions)[];

/** Checks every option and fills in the defaults. */
export function resolveOptions(options: SimulatorOptions): ResolvedOptions {
  checkKeys("option", options, KEYS);
  const { arch, schedule = "round-robin", seed, threads, maxInstructions } = options;
  const isRandom = oneOf("schedule", schedule, SCHEDULES) === "random";
  if (seed !== undefined && !isRandom) {
    throw new Gfx11SimError("E_OPTION", 'seed needs schedule "random"', { option: "seed" });
  }
  return {
    arch: arch === undefined ? undefined : oneOf("arch", arch, ARCHES),
    run: {
      checks: resolveChecks(options.checks ?? true),
      statistics: flag("statistics", options.statistics ?? true),
      ...(isRandom && { seed: seedOf(seed === undefined ? 0 : seed) }),
      ...(threads !== undefined && { threads: whole("threads", threads, 1, 256) }),
      ...(maxInstructions !== undefined && {
        maxInstructions: whole("maxInstructions", maxInstructions, 1, Number.MAX_SAFE_INTEGER),
      }),
    },
  };
}

function resolveChecks(given: boolean | Partial<Checks>): CheckFlags {
  const isObject = typeof given === "object" && given !== null;
  const base = isObject ? true : flag("checks", given);
  if (isObject) checkKeys("check", given, CHECKS);
  const one = (name: keyof Checks): [string, boolean] => [
    name,
    isObject ? flag(`checks.${name}`, given[name] ?? true) : base,
  ];
  return Object.fromEntries(CHECKS.map(one)) as unknown as CheckFlags;
}

function flag(name: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  const message = `${name} is ${show(value)}, but must be true or false`;
  throw new Gfx11SimError("E_OPTION", message, { option: name, given: value });
}

function seedOf(seed: unknown): bigint {
  const isWhole = typeof seed === "bigint" || Number.isSafeInteger(seed);
  const value = isWhole ? BigInt(seed as number | bigint) : -1n;
  if (value >= 0n && value < 1n << 64n) return value;
  const message = `seed is ${show(seed)}, but must be a whole number from 0 to 2^64 - 1`;
  throw new Gfx11SimError("E_OPTION", message, { option: "seed", given: seed });
}
