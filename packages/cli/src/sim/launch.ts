/** Runs what a description says. */

import { type LaunchReport, Simulator } from "@moe/gfx11-sim";
import type { Context } from "../context.ts";
import type { ExitCode } from "../exit-codes.ts";
import { createProgress } from "../terminal/progress.ts";
import { readBytes, readCodeObject } from "./_files.ts";
import { createBuffers, fileBase, resolveArguments } from "./buffers.ts";
import type { LaunchOptions } from "./command.ts";
import { type LaunchDescription, parseDescription } from "./description.ts";
import { type OutputResult, prepareOutputs } from "./outputs.ts";

/** The command line of `sim run` and `sim annotate`. */
export interface LaunchRequest {
  /** Path of the code object. */
  file: string;
  /** Path of the description. */
  launch: string;
  given: LaunchOptions;
}

/** What came of it. */
export interface Launched {
  description: LaunchDescription;
  arch: string;
  report: LaunchReport;
  outputs: OutputResult[];
}

/** Runs to the end, or until a signal: then its exit code. */
export async function launch(
  { file, launch: path, given }: LaunchRequest,
  context: Context,
): Promise<Launched | ExitCode> {
  const object = readCodeObject(file);
  const text = new TextDecoder().decode(readBytes("<launch>", path));
  const description = parseDescription(text, path);
  const resolveFile = fileBase(path);
  const simulator = new Simulator(simulatorOptions(description, given));
  const buffers = createBuffers(simulator, description, resolveFile);
  const lookAtOutputs = prepareOutputs(description, buffers, resolveFile);
  const { kernel, grid, block, dynamicLds, roles } = description;
  const args = resolveArguments(description, buffers);
  const sizes = { grid: size3(grid), block: size3(block), dynamicLds };
  const interrupts = context.io.interrupts();
  const progress = progressOf(kernel, sizes.grid, context);
  if (context.global.verbose) context.io.err(`moe-bench: ${kernel} starts on ${object.arch}\n`);
  try {
    const { signal } = interrupts;
    const options = { ...sizes, args, roles, signal, onProgress: progress.update };
    const report = await simulator.launch(object, kernel, options);
    progress.stop();
    return { description, arch: object.arch, report, outputs: lookAtOutputs() };
  } catch (error) {
    const { aborted, reason } = interrupts.signal;
    const exitCode = interrupts.exitCode();
    if (!aborted || error !== reason || exitCode === undefined) throw error;
    return exitCode;
  } finally {
    progress.stop();
    interrupts.release();
  }
}

type Size3 = readonly [number, number, number];

function size3(given: number | readonly number[]): Size3 {
  const [x, y = 1, z = 1] = typeof given === "number" ? [given] : given;
  return [x, y, z];
}

function simulatorOptions({ simulator }: LaunchDescription, given: LaunchOptions) {
  const { seed, schedule, checks, arch, maxInstructions, statistics } = simulator;
  const chosen = given.scheduleSeed ?? (seed === undefined ? undefined : BigInt(seed));
  return {
    statistics,
    checks: typeof checks === "boolean" ? checks : definedOf(checks),
    ...(arch !== undefined && { arch }),
    ...(maxInstructions !== undefined && { maxInstructions }),
    ...(given.threads !== undefined && { threads: given.threads }),
    ...(given.scheduleSeed !== undefined
      ? { schedule: "random" as const }
      : schedule !== undefined && { schedule }),
    ...(chosen !== undefined && { seed: chosen }),
  };
}

function definedOf<T extends object>(given: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: NonNullable<T[K]> };
}

/** Workgroups that have finished, and when the rest may be. */
function progressOf(
  kernel: string,
  grid: Size3,
  context: Context,
): { update: (done: number, total: number) => void; stop: () => void } {
  const { io, paintErr: paint, unicode, global } = context;
  const total = grid[0] * grid[1] * grid[2];
  const noun = "workgroups";
  const progress = createProgress({ io, paint, unicode, total, quiet: global.quiet, noun });
  const startMs = performance.now();
  progress.start(kernel, null);
  return {
    update(done) {
      const spentMs = performance.now() - startMs;
      progress.reach(done, done === 0 ? null : (spentMs / done) * (total - done));
    },
    stop: () => progress.stop(),
  };
}
