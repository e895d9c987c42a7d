/** Progress on stderr: one line that is redrawn on a terminal, a plain line now and then elsewhere. */

import type { Io } from "../io.ts";
import { duration } from "./format.ts";
import type { Paint } from "./paint.ts";

/** Between plain lines where stderr is no terminal. */
const PLAIN_INTERVAL_MS = 10_000;
/** Between redraws of a terminal line. */
const REDRAW_INTERVAL_MS = 200;
const BAR_WIDTH = 16;

/** Shows how far a run is. */
export interface Progress {
  /** Says which piece starts now, and how long the rest may take, null where nobody knows yet. */
  start(label: string, etaMs: number | null): void;
  /** Counts one piece as done; takes the line away while `write` prints, so that it does not mix with results. */
  around(write: () => void): void;
  /** Says how many pieces are done, where they are not counted one by one. */
  reach(done: number, etaMs: number | null): void;
  /** Takes the line away for good. */
  stop(): void;
}

/** Options of {@link createProgress}. */
export interface ProgressOptions {
  io: Io;
  paint: Paint;
  unicode: boolean;
  /** Pieces in all. */
  total: number;
  quiet: boolean;
  /** What the pieces are. Default: cells. */
  noun?: string;
  /** Clock in milliseconds. Default: performance.now. */
  now?: () => number;
}

interface State {
  done: number;
  label: string;
  /** Clock time at which all should be done. */
  endMs: number | null;
  noun: string;
}

/** The right kind of progress for the stream. */
export function createProgress(o: ProgressOptions): Progress {
  const now = o.now ?? (() => performance.now());
  const state: State = { done: 0, label: "", endMs: null, noun: o.noun ?? "cells" };
  const show = o.quiet ? silent() : o.io.errIsTTY ? animated(o, state, now) : plain(o, state, now);
  return {
    start(label, etaMs) {
      state.label = label;
      state.endMs = etaMs === null ? null : now() + etaMs;
      show.draw();
    },
    around(write) {
      show.clear();
      state.done++;
      write();
    },
    reach(done, etaMs) {
      state.done = done;
      state.endMs = etaMs === null ? null : now() + etaMs;
      show.draw();
    },
    stop: () => show.stop(),
  };
}

interface Show {
  draw(): void;
  clear(): void;
  stop(): void;
}

function silent(): Show {
  return { draw: () => {}, clear: () => {}, stop: () => {} };
}

function text({ done, label, endMs, noun }: State, total: number, now: number): string {
  const eta = endMs === null ? "" : `  ETA ${duration(Math.max(0, endMs - now))}`;
  return `${done}/${total} ${noun}  ${label}${eta}`;
}

function plain(o: ProgressOptions, state: State, now: () => number): Show {
  let lastMs = now();
  return {
    ...silent(),
    draw() {
      if (now() - lastMs < PLAIN_INTERVAL_MS) return;
      lastMs = now();
      o.io.err(`${text(state, o.total, now())}\n`);
    },
  };
}

function animated(o: ProgressOptions, state: State, now: () => number): Show {
  const width = Math.max(20, (o.io.columns ?? 80) - 1);
  let shown = false;
  const draw = (): void => {
    const line = `${bar(state.done / Math.max(1, o.total), o.unicode)} ${text(state, o.total, now())}`;
    o.io.err(`\r\u001b[K${o.paint("dim", line.slice(0, width))}`);
    shown = true;
  };
  const clear = (): void => {
    if (shown) o.io.err("\r\u001b[K");
    shown = false;
  };
  // The ETA goes on counting while a long cell runs.
  const timer = setInterval(draw, REDRAW_INTERVAL_MS);
  timer.unref();
  return {
    draw,
    clear,
    stop() {
      clearInterval(timer);
      clear();
    },
  };
}

function bar(share: number, unicode: boolean): string {
  const full = Math.round(Math.min(1, share) * BAR_WIDTH);
  const [on, off] = unicode ? ["━", "╌"] : ["#", "."];
  return on.repeat(full) + off.repeat(BAR_WIDTH - full);
}
