/** Runs the fixed problems on a device. */

import { type Device, KernelHipError, openDevice } from "@moe/kernel-hip";
import type { Context } from "../context.ts";
import { CliError } from "../errors.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { CheckOptions } from "./command.ts";
import { type Part, PARTS } from "./problems.ts";

/** What became of a part; `reason` where the processor has no kernel for it. */
interface Outcome {
  part: Part["name"];
  oracle: string;
  ran: number;
  failures: { problem: string; wrong: string }[];
  reason: string | null;
}

/** Prints a line for each part, and one for each problem that is not computed right: then the exit code is 1. */
export async function check(options: CheckOptions, context: Context): Promise<ExitCode> {
  const { io, global, paint } = context;
  using device = open(options);
  const { backend, name, arch } = device.info;
  if (!global.json) io.out(`${paint("bold", backend)}  ${name} (${arch})\n`);
  const outcomes: Outcome[] = [];
  for (const part of PARTS) {
    const outcome = await outcomeOf(part, device);
    outcomes.push(outcome);
    if (!global.json) io.out(textOf(outcome, context));
  }
  if (global.json) {
    const head = { schemaVersion: 1, command: "check", backend, device: name, arch };
    io.out(`${JSON.stringify({ ...head, parts: outcomes }, null, 2)}\n`);
  }
  if (outcomes.every(({ ran }) => ran === 0)) return EXIT.unavailable;
  return outcomes.some(({ failures }) => failures.length > 0) ? EXIT.failure : EXIT.ok;
}

function open({ backend, arch, device: index }: CheckOptions): Device {
  const isSim = backend === "sim";
  const foreign = isSim ? index !== undefined && "--device" : arch !== undefined && "--arch";
  if (foreign) {
    const what = `${foreign} does not fit the backend ${backend}`;
    throw new CliError({ code: "E_CONFLICT", what, next: "leave it out" });
  }
  try {
    return isSim
      ? openDevice({ backend, arch: arch ?? "gfx1151", simulator: { statistics: false } })
      : openDevice({ backend, index: index ?? 0 });
  } catch (error) {
    if (!(error instanceof KernelHipError)) throw error;
    const { message: what, code: cause } = error;
    const parts = { code: "E_UNAVAILABLE", what, exitCode: EXIT.unavailable } as const;
    throw new CliError({ ...parts, details: { backend, cause } });
  }
}

async function outcomeOf({ name, oracle, problems }: Part, device: Device): Promise<Outcome> {
  const failures: Outcome["failures"] = [];
  try {
    for (const problem of problems) {
      const wrong = await problem.run(device);
      if (wrong !== undefined) failures.push({ problem: problem.name, wrong });
    }
  } catch (error) {
    if (!(error instanceof KernelHipError) || error.details.limit !== "arch") throw error;
    return { part: name, oracle, ran: 0, failures: [], reason: error.message };
  }
  return { part: name, oracle, ran: problems.length, failures, reason: null };
}

function textOf({ part, oracle, ran, failures, reason }: Outcome, { paint }: Context): string {
  const name = `  ${part.padEnd(8)}`;
  if (reason !== null) return `${name}${paint("yellow", "not run")}: ${reason}\n`;
  const right = ran - failures.length;
  const count = paint(failures.length === 0 ? "green" : "red", `${right} of ${ran}`);
  const lines = failures.map(({ problem, wrong }) => `    ${problem}: ${wrong}\n`);
  return `${name}${count} ${oracle}\n${lines.join("")}`;
}
