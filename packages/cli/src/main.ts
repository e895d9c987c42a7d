/** The process: streams, signals, and the only exit. */

import { writeSync } from "node:fs";
import { isatty } from "node:tty";
import { runCli } from "./cli.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { ClosedPipe, type Interrupts, type Io } from "./io.ts";

/** Writes all of a text at once, so that nothing is lost at exit. A full non-blocking pipe is waited for. */
function writeAll(fd: number, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(fd, bytes, done);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (code === "EPIPE") throw new ClosedPipe();
      if (code !== "EAGAIN") throw error;
      Bun.sleepSync(1);
    }
  }
}

function columns(outIsTTY: boolean): number | undefined {
  const given = Number(process.env.COLUMNS);
  if (Number.isInteger(given) && given > 0) return given;
  return outIsTTY ? process.stdout.columns || undefined : undefined;
}

/** The first signal asks the command to stop; the second does not ask. */
function interrupts(): Interrupts {
  const controller = new AbortController();
  let exitCode: ExitCode | undefined;
  const onSignal = (name: "SIGINT" | "SIGTERM"): void => {
    if (exitCode !== undefined) process.exit(exitCode);
    exitCode = EXIT[name];
    controller.abort(name);
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    release: () => process.off("SIGINT", onSignal).off("SIGTERM", onSignal),
  };
}

const outIsTTY = isatty(1);
const io: Io = {
  out: (text) => writeAll(1, text),
  err: (text) => {
    try {
      writeAll(2, text);
    } catch (error) {
      if (!(error instanceof ClosedPipe)) throw error;
    }
  },
  env: process.env,
  outIsTTY,
  errIsTTY: isatty(2),
  columns: columns(outIsTTY),
  interrupts,
};

process.exit(await runCli(process.argv.slice(2), io));
