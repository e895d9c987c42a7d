import { EXIT, type ExitCode } from "./exit-codes.ts";

/** Machine-readable reason of a {@link CliError}. */
export type CliErrorCode =
  | "E_UNKNOWN_COMMAND"
  | "E_UNKNOWN_OPTION"
  | "E_UNKNOWN_VALUE"
  | "E_VALUE"
  | "E_ARGUMENTS"
  | "E_CONFLICT"
  | "E_FILE"
  | "E_OUTPUT"
  | "E_UNAVAILABLE";

/** The parts of a message: what was given, what is allowed, what to do next. */
export interface CliErrorParts {
  /** Reason, for programs. */
  code: CliErrorCode;
  /** What was given and is wrong: one line. */
  what: string;
  /** What is allowed: one line. */
  allowed?: string;
  /** What to do next: one line. */
  next?: string;
  /** Exit code of the process. Default 2 (usage). */
  exitCode?: ExitCode;
  /** Values behind the message. Default empty. */
  details?: Record<string, unknown>;
}

/**
 * A mistake that the person at the terminal can correct. Its message has up to three lines: what was given, what is
 * allowed, what to do next.
 *
 * @example
 * ```ts
 * import { CliError } from "moe-bench";
 * const error = new CliError({ code: "E_VALUE", what: "--seed: -1 is below 0", allowed: "0 to 2^64 - 1 (included)" });
 * console.log(error.message);
 * console.log(error.exitCode);
 * // → --seed: -1 is below 0
 * // →   allowed: 0 to 2^64 - 1 (included)
 * // → 2
 * ```
 */
export class CliError extends Error {
  /** Reason, for programs. */
  readonly code: CliErrorCode;
  /** Exit code of the process. */
  readonly exitCode: ExitCode;
  /** Values behind the message. */
  readonly details: Record<string, unknown>;

  /**
   * @param parts - code, the lines of the message, exit code and details.
   */
  constructor(parts: CliErrorParts) {
    const lines = [parts.what];
    if (parts.allowed !== undefined) lines.push(`  allowed: ${parts.allowed}`);
    if (parts.next !== undefined) lines.push(`  next: ${parts.next}`);
    super(lines.join("\n"));
    this.name = "CliError";
    this.code = parts.code;
    this.exitCode = parts.exitCode ?? EXIT.usage;
    this.details = parts.details ?? {};
  }
}
