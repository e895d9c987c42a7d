/** Parse, call, report. Returns the exit code; never exits. */

import { CommanderError, type CommandUnknownOpts as Command } from "@commander-js/extra-typings";
import { envName } from "./_options.ts";
import { usageError } from "./_usage.ts";
import type { Context, GlobalOptions } from "./context.ts";
import { CliError } from "./errors.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { ClosedPipe, type Io } from "./io.ts";
import { createProgram, VersionRequest } from "./program.ts";
import { colorLevel, createPaint, unicodeAllowed, type ColorMode } from "./terminal/paint.ts";

type Run = (context: Context) => Promise<ExitCode>;

/**
 * Runs one `moe-bench` command line.
 *
 * @param argv - arguments after the program's name
 * @param io - the process around it: streams, environment, signals
 * @returns the exit code, see `EXIT`; errors are printed to `io.err`, not thrown
 *
 * @example
 * ```ts
 * import { runCli } from "moe-bench";
 * const io = {
 *   out: (text: string) => console.log(text.trimEnd()),
 *   err: () => {},
 *   env: {},
 *   outIsTTY: false,
 *   errIsTTY: false,
 *   columns: undefined,
 *   interrupts: () => ({ signal: new AbortController().signal, exitCode: () => undefined, release: () => {} }),
 * };
 * console.log(await runCli(["map", "--archetypes", "balanced", "--tokens", "64", "--tsv"], io));
 * // → archetype	tokens	routed	mean	median	max	dead	use16	skinny16	use32	skinny32
 * // → balanced	64	512	2.0	2	2	0	12.5	100	6.2	100
 * // → 0
 * ```
 */
export async function runCli(argv: readonly string[], io: Io): Promise<ExitCode> {
  try {
    return await dispatchCommand(argv, io);
  } catch (error) {
    if (error instanceof ClosedPipe) return EXIT.ok;
    return await report(error, argv, io);
  }
}

async function dispatchCommand(argv: readonly string[], io: Io): Promise<ExitCode> {
  let chosen: { run: Run; global: GlobalOptions } | undefined;
  const program = createProgram((command, run) => {
    chosen = { run, global: command.optsWithGlobals() as GlobalOptions };
  });
  prepare(program, argv, io);
  try {
    if (argv.length === 0) {
      program.configureOutput({ writeOut: (text) => io.err(text) });
      program.outputHelp();
      return EXIT.usage;
    }
    await program.parseAsync([...argv], { from: "user" });
  } catch (error) {
    if (error instanceof VersionRequest) {
      const { printVersion } = await import("./version.ts");
      return await printVersion(argv.includes("--json"), io);
    }
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    throw error;
  }
  if (chosen === undefined) throw new Error("no command was dispatched");
  return await chosen.run(createContext(chosen.global, io));
}

/** Points every command's output at `io`, and its complaints at one place. */
function prepare(command: Command, argv: readonly string[], io: Io): void {
  const width = io.columns ?? 100;
  const paint = createPaint(colorLevel(colorMode(argv), io.env, io.outIsTTY));
  command
    .configureOutput({
      writeOut: (text) => io.out(text),
      writeErr: () => {},
      getOutHelpWidth: () => width,
      getErrHelpWidth: () => width,
      getOutHasColors: () => paint.level > 0,
      getErrHasColors: () => paint.level > 0,
    })
    .configureHelp({
      ...command.configureHelp(),
      styleTitle: (text) => paint("bold", text),
      styleOptionTerm: (text) => paint("cyan", text),
      styleSubcommandTerm: (text) => paint("cyan", text),
    })
    .exitOverride((error) => {
      throw error.exitCode === 0 ? error : usageError(error, command);
    });
  for (const child of command.commands) prepare(child, argv, io);
}

function createContext(global: GlobalOptions, io: Io): Context {
  return {
    io,
    global,
    paint: createPaint(colorLevel(global.color, io.env, io.outIsTTY)),
    paintErr: createPaint(colorLevel(global.color, io.env, io.errIsTTY)),
    unicode: unicodeAllowed(io.env),
  };
}

/** The mode for what is printed before or instead of a parse: help and errors. */
function colorMode(argv: readonly string[]): ColorMode {
  const joined = argv.join(" ");
  if (/--color[= ]never\b/.test(joined)) return "never";
  return /--color[= ]always\b/.test(joined) ? "always" : "auto";
}

async function report(error: unknown, argv: readonly string[], io: Io): Promise<ExitCode> {
  const { describeError } = await import("./_describe-error.ts");
  const { message, exitCode, stack } = describeError(error);
  const paint = createPaint(colorLevel(colorMode(argv), io.env, io.errIsTTY));
  io.err(`${paint("alert", "moe-bench:")} ${message}${origin(error, argv, io)}\n`);
  if (argv.includes("--debug") && stack !== undefined) io.err(`${stack}\n`);
  return exitCode;
}

/** Says so where a rejected value came from the environment and not from the command line. */
function origin(error: unknown, argv: readonly string[], io: Io): string {
  const flag = error instanceof CliError ? error.details.flag : undefined;
  if (typeof flag !== "string" || argv.some((a) => a === flag || a.startsWith(`${flag}=`))) {
    return "";
  }
  const name = envName(flag);
  return io.env[name] === undefined ? "" : `\n  from: the environment variable ${name}`;
}
