/** What to print and how to exit for anything that was thrown. */

import { CliError } from "./errors.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";

/** Codes with which the libraries say that something is not there on this machine. */
export const UNAVAILABLE = /^E_(NATIVE|ISA|BACKEND)_UNAVAILABLE$/;

/** Classes whose errors come from the values on the command line. */
const INPUT = new Set(["RoutingError", "AlignError", "QuantError", "BenchError", "Gfx11SimError"]);

/** Codes of the same classes that say that measuring or simulating failed, whatever the command line was. */
const FAILING = new Set([
  "E_SAMPLES",
  "E_SAMPLE_VALUE",
  "E_THROTTLED",
  "E_UNIMPLEMENTED",
  "E_MEMORY",
  "E_THREADS",
  "E_INTERNAL",
]);

/** Message, exit code and stack of a thrown value. */
export function describeError(error: unknown): {
  message: string;
  exitCode: ExitCode;
  stack?: string;
} {
  if (!(error instanceof Error)) return { message: String(error), exitCode: EXIT.failure };
  const stack = error.stack === undefined ? {} : { stack: withCauses(error) };
  return { message: messageOf(error), exitCode: exitCodeOf(error), ...stack };
}

function exitCodeOf(error: Error): ExitCode {
  if (error instanceof CliError) return error.exitCode;
  const code = "code" in error ? String(error.code) : "";
  if (UNAVAILABLE.test(code)) return EXIT.unavailable;
  const isFinding = "isFinding" in error && error.isFinding === true;
  const isInput = INPUT.has(error.name) && !FAILING.has(code) && !isFinding;
  return isInput ? EXIT.usage : EXIT.failure;
}

/** A library's message is complete; anything else is unexpected and says how to learn more. */
function messageOf(error: Error): string {
  const code = "code" in error ? String(error.code) : "";
  if (code.startsWith("E_")) return error.message;
  return `unexpected ${error.name}: ${error.message}\n  next: run again with --debug and report the stack`;
}

function withCauses(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by: ${withCauses(error.cause)}` : "";
  return (error.stack ?? error.message) + cause;
}
