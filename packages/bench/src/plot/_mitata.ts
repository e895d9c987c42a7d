import * as mitata from "mitata";
import type { Cell } from "./_cells.ts";

/** A braille canvas: 2 × 4 pixels a character; a pixel holds the tag, 1 to 255, of what was drawn last. Writes are not clipped. */
export interface BrailleCanvas {
  vwidth: number;
  vheight: number;
  /** Draws a straight line, ends included; never returns for a coordinate that is no number. */
  line(start: Pixel, end: Pixel, tag: number): void;
  /** Lines of text; `format` stands in for the glyph of each character that has a pixel. */
  toString(options?: {
    format(x: number, y: number, glyph: string, tag: number): string;
  }): string[];
}

/** A pixel, origin top left. */
export interface Pixel {
  x: number;
  y: number;
}

/** Pixels across and down one character. */
export const PIXELS = { across: 2, down: 4 } as const;

/** mitata exports its renderers at run time but leaves them out of its types. */
const renderers = (
  mitata as unknown as {
    $: { canvas: { braille(width: number, height: number): BrailleCanvas } };
  }
).$;

/** A canvas of `width` × `height` characters. */
export function brailleCanvas(width: number, height: number): BrailleCanvas {
  return renderers.canvas.braille(width, height);
}

/** The canvas by lines of characters, where tag t belongs to curve t - 1. */
export function readCells(canvas: BrailleCanvas): Cell[][] {
  const tags = canvas.toString({ format: (_x, _y, _glyph, tag) => String.fromCharCode(tag) });
  return canvas
    .toString()
    .map((line, y) =>
      line
        .split("")
        .map((glyph, x) =>
          glyph === " " ? { glyph } : { glyph, part: tags[y].charCodeAt(x) - 1 },
        ),
    );
}
