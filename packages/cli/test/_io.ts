/** A process for unit tests: remembers what was written. */

import type { Io } from "../src/index.ts";
import type { Context } from "../src/context.ts";
import { createPaint, type ColorLevel } from "../src/terminal/paint.ts";

/** An Io whose output can be read back. */
export interface RecordedIo extends Io {
  written: { out: string; err: string };
}

/** An Io off a terminal, unless said otherwise. */
export function recordedIo(o: Partial<Io> = {}): RecordedIo {
  const written = { out: "", err: "" };
  return {
    written,
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
    env: {},
    outIsTTY: false,
    errIsTTY: false,
    columns: undefined,
    interrupts: () => ({
      signal: new AbortController().signal,
      exitCode: () => undefined,
      release: () => {},
    }),
    ...o,
  };
}

/** A context on that Io. */
export function context(
  io: Io,
  o: { level?: ColorLevel; unicode?: boolean; json?: boolean } = {},
): Context {
  const paint = createPaint(o.level ?? 0);
  const global = {
    json: o.json ?? false,
    color: "auto",
    quiet: false,
    verbose: false,
    debug: false,
  } as const;
  return { io, global, paint, paintErr: paint, unicode: o.unicode ?? true };
}
