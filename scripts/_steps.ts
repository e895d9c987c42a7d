// Runs named steps one after another, never stops at a failure, and counts what passed.
import { BUN, childEnv, ROOT } from "./_workspace.ts";

/** What one step found. Tests that it ran are counted beside the step itself. */
export interface Outcome {
  ok: boolean;
  /** Few words for the step's line: "312 tests", "needs cargo". */
  note?: string;
  /** Shown in full when the step failed. */
  output?: string;
  testsPassed?: number;
  testsFailed?: number;
}

/** One thing that has to hold, and how to find out. */
export interface Step {
  name: string;
  run(): Promise<Outcome> | Outcome;
}

/** Output and end of a child process. */
export interface Finished {
  ok: boolean;
  output: string;
}

/**
 * Runs a command in the repository, with both output streams in one text.
 * `bun` as the command means the Bun that runs this script. A command that is over its limit is killed and fails.
 */
export async function command(
  argv: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; limitS?: number } = {},
): Promise<Finished> {
  const [name, ...rest] = argv;
  const env = childEnv(options.env);
  const path = name === "bun" ? BUN : Bun.which(name, { PATH: env.PATH });
  if (path === null) return { ok: false, output: missing(name) };
  const limitS = options.limitS ?? 600;
  const child = Bun.spawn([path, ...rest], {
    cwd: options.cwd ?? ROOT,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: limitS * 1000,
    killSignal: "SIGKILL",
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  const code = await child.exited;
  const killed = child.signalCode === "SIGKILL" ? `\n${name} was killed, limit ${limitS} s\n` : "";
  return { ok: code === 0, output: out + err + killed };
}

function missing(name: string): string {
  if (name !== "cargo") return `${name} is not on PATH`;
  return "cargo is not on PATH: install Rust 1.89 or later with rustfmt and clippy (https://rustup.rs)";
}

/** A step that is one command. */
export function commandStep(name: string, ...argv: string[]): Step {
  return { name, run: () => command(argv) };
}

/** Runs all steps, prints a line for each, a table at the end, and the totals as the last line. */
export async function runSteps(steps: readonly Step[]): Promise<boolean> {
  const start = performance.now();
  let passed = 0;
  let failed = 0;
  const lines: string[] = [];
  for (const [index, step] of steps.entries()) {
    console.log(`[${index + 1}/${steps.length}] ${step.name}`);
    const begin = performance.now();
    const outcome = await settle(step);
    passed += (outcome.testsPassed ?? 0) + Number(outcome.ok);
    failed += (outcome.testsFailed ?? 0) + Number(!outcome.ok);
    if (!outcome.ok && outcome.output) console.log(indent(outcome.output));
    lines.push(summaryLine(step.name, outcome, performance.now() - begin));
    console.log(lines.at(-1));
  }
  console.log(`\n${lines.join("\n")}\n\ntook ${seconds(performance.now() - start)}`);
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0;
}

async function settle(step: Step): Promise<Outcome> {
  try {
    return await step.run();
  } catch (error) {
    return {
      ok: false,
      output: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

function summaryLine(name: string, outcome: Outcome, ms: number): string {
  const state = outcome.ok ? "ok  " : "FAIL";
  return `${state} ${name.padEnd(18)} ${seconds(ms).padStart(8)}  ${outcome.note ?? ""}`.trimEnd();
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function indent(text: string): string {
  return text.trimEnd().replaceAll(/^/gm, "     | ");
}
