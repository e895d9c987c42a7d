/** One cell of a heat map: a coloured background, or a shade beside the number. */

import type { ColorLevel } from "./paint.ts";

/** Dark to light, close to the viridis scale, in xterm's 256 colours. */
const RAMP = [54, 60, 61, 67, 31, 37, 36, 35, 71, 113, 149, 191, 227] as const;
/** From this index on, black text reads better than white. */
const DARK_TEXT_FROM = 5;
const SHADES = { unicode: "·░▒▓█", ascii: ".-+*#" } as const;

/** `text` in `width` characters, coloured or shaded by `share`, 0 to 1 (included); NaN is blank. */
export function heatCell(
  share: number,
  text: string,
  width: number,
  level: ColorLevel,
  unicode: boolean,
): string {
  if (Number.isNaN(share)) return " ".repeat(width);
  const clamped = Math.min(1, Math.max(0, share));
  if (level === 256) {
    const index = Math.round(clamped * (RAMP.length - 1));
    const foreground = index >= DARK_TEXT_FROM ? 16 : 231;
    const body = text.padStart(width - 1) + " ";
    return `\u001b[48;5;${RAMP[index]};38;5;${foreground}m${body}\u001b[0m`;
  }
  const shades = unicode ? SHADES.unicode : SHADES.ascii;
  const shade = shades[Math.min(shades.length - 1, Math.floor(clamped * shades.length))];
  return `${text.padStart(width - 2)}${shade} `;
}
