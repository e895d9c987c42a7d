import type { ExitCode } from "./exit-codes.ts";

/** How a running command learns that somebody wants it to stop. */
export interface Interrupts {
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** 130 or 143 after a signal, else undefined. */
  exitCode(): ExitCode | undefined;
  /** Gives the signals back to the process. */
  release(): void;
}

/** Everything that a command may touch of the process around it. Tests pass their own. */
export interface Io {
  /**
   * Writes results to stdout.
   * @throws {@link ClosedPipe} when nobody reads any more.
   */
  out(text: string): void;
  /** Writes errors, warnings and progress to stderr. */
  err(text: string): void;
  /** Environment variables. */
  readonly env: Record<string, string | undefined>;
  /** Whether stdout is a terminal. */
  readonly outIsTTY: boolean;
  /** Whether stderr is a terminal. */
  readonly errIsTTY: boolean;
  /** Characters of a line: COLUMNS, else the terminal's width, else undefined (no limit). */
  readonly columns: number | undefined;
  /** Takes over SIGINT and SIGTERM. Only a command that has something to save calls it. */
  interrupts(): Interrupts;
}

/** The reader of stdout went away: `moe-bench … | head -1`. Ends the process silently. */
export class ClosedPipe extends Error {}
