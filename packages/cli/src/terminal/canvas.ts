/** A grid of characters with styles; lines are drawn in braille dots (2 × 4 a cell) or in plain characters. */

import type { Paint, Style } from "./paint.ts";

interface Cell {
  dots: number;
  glyph: string;
  style: Style | undefined;
}

/** Bits of the braille pattern by row (0..3) and column (0..1) inside a cell. */
const DOT_BITS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

/** Dots across and down one cell. */
export const DOTS = { across: 2, down: 4 } as const;

/** A grid of `width` × `height` cells, addressed from the top left. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly #cells: Cell[];

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.#cells = Array.from({ length: width * height }, () => ({
      dots: 0,
      glyph: "",
      style: undefined,
    }));
  }

  #cell(x: number, y: number): Cell | undefined {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return undefined;
    return this.#cells[y * this.width + x];
  }

  /** Glyph at a cell, empty where none was put. */
  glyph(x: number, y: number): string {
    return this.#cell(x, y)?.glyph ?? "";
  }

  /** Puts a character over whatever is there; outside of the grid nothing happens. */
  put(x: number, y: number, glyph: string, style?: Style): void {
    const cell = this.#cell(x, y);
    if (cell !== undefined) Object.assign(cell, { glyph, style });
  }

  /** Sets one dot, in dot coordinates. Later styles win. */
  dot(x: number, y: number, style?: Style): void {
    const cell = this.#cell(Math.floor(x / DOTS.across), Math.floor(y / DOTS.down));
    if (cell === undefined) return;
    cell.dots |= DOT_BITS[y % DOTS.down][x % DOTS.across];
    if (cell.glyph === "") cell.style = style;
  }

  /** Calls `mark` on each point of a straight line between two whole-numbered points, ends included. */
  static line(
    from: readonly [number, number],
    to: readonly [number, number],
    mark: (x: number, y: number) => void,
  ): void {
    const steps = Math.max(Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1]), 1);
    for (let i = 0; i <= steps; i++) {
      const at = (a: number, b: number): number => Math.round(a + ((b - a) * i) / steps);
      mark(at(from[0], to[0]), at(from[1], to[1]));
    }
  }

  /** The rows as text, top to bottom; neighbours of one style share their escape codes. */
  rows(paint: Paint): string[] {
    return Array.from({ length: this.height }, (_, y) => this.#row(y, paint));
  }

  #row(y: number, paint: Paint): string {
    const cells = this.#cells.slice(y * this.width, (y + 1) * this.width);
    let last = cells.length;
    while (last > 0 && symbol(cells[last - 1]) === " ") last--;
    let text = "";
    for (let x = 0; x < last;) {
      const { style } = cells[x];
      let run = "";
      while (x < last && cells[x].style === style) run += symbol(cells[x++]);
      text += paint(style, run);
    }
    return text;
  }
}

function symbol({ glyph, dots }: Cell): string {
  return glyph || (dots === 0 ? " " : String.fromCodePoint(0x2800 + dots));
}
