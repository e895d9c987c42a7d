import type { ExitCode } from "./exit-codes.ts";
import type { Io } from "./io.ts";
import type { ColorMode, Paint } from "./terminal/paint.ts";

/** Options that every command takes. */
export interface GlobalOptions {
  json: boolean;
  color: ColorMode;
  quiet: boolean;
  verbose: boolean;
  debug: boolean;
}

/** What a command's action gets beside its own options. */
export interface Context {
  io: Io;
  global: GlobalOptions;
  /** Painter of stdout. */
  paint: Paint;
  /** Painter of stderr. */
  paintErr: Paint;
  /** Whether characters outside ASCII may be drawn. */
  unicode: boolean;
}

/** Hands an action to the program: what a command definition calls when it was chosen. */
export type Dispatch = (command: CommandLike, run: (context: Context) => Promise<ExitCode>) => void;

/** The part of a commander command that the dispatcher needs. */
export interface CommandLike {
  optsWithGlobals(): unknown;
}
