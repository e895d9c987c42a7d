/** Colour: whether to use it, and the few styles that the output is made of. */

/** 0: none; 16: the terminal's own palette; 256: the xterm palette too (heat cells). */
export type ColorLevel = 0 | 16 | 256;

/** Value of `--color`. */
export type ColorMode = "auto" | "always" | "never";

/** Decides from flag, environment and stream. Flag over FORCE_COLOR over NO_COLOR over TERM over TTY, as Node does. */
export function colorLevel(
  mode: ColorMode,
  env: Record<string, string | undefined>,
  isTTY: boolean,
): ColorLevel {
  const rich = /256color|truecolor|direct/.test(env.TERM ?? "") || Boolean(env.COLORTERM);
  const on: ColorLevel = rich ? 256 : 16;
  if (mode !== "auto") return mode === "always" ? on : 0;
  const force = env.FORCE_COLOR;
  if (force) {
    if (force === "0" || force === "false") return 0;
    return force === "2" || force === "3" ? 256 : on;
  }
  if (env.NO_COLOR || env.TERM === "dumb" || !isTTY) return 0;
  return on;
}

const CODES = {
  bold: "1",
  dim: "2",
  red: "31",
  green: "32",
  yellow: "33",
  blue: "34",
  magenta: "35",
  cyan: "36",
  alert: "1;31",
} as const;

/** A style that {@link Paint} knows. */
export type Style = keyof typeof CODES;

/** Wraps text in a style, or returns it as it is where colour is off. */
export interface Paint {
  (style: Style | undefined, text: string): string;
  readonly level: ColorLevel;
}

/** The painter of one stream. */
export function createPaint(level: ColorLevel): Paint {
  const paint = (style: Style | undefined, text: string): string =>
    level === 0 || style === undefined || text === ""
      ? text
      : `\u001b[${CODES[style]}m${text}\u001b[0m`;
  return Object.assign(paint, { level });
}

/** Whether box, braille and shade characters may be printed: a UTF-8 locale and a terminal that is not dumb. */
export function unicodeAllowed(env: Record<string, string | undefined>): boolean {
  if (env.TERM === "dumb") return false;
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || "";
  return /utf-?8/i.test(locale) || (locale === "" && process.platform !== "linux");
}
