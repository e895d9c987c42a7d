import * as mitata from "mitata";

/** A braille canvas: 2 × 4 pixels a character; a pixel holds the tag of what was drawn last. Writes are not clipped. */
export interface BrailleCanvas {
  vwidth: number;
  vheight: number;
  set(x: number, y: number, tag: number): void;
  line(start: Pixel, end: Pixel, tag: number): void;
  toString(options: { format(x: number, y: number, glyph: string, tag: number): string }): string[];
}

/** A pixel, origin top left. */
export interface Pixel {
  x: number;
  y: number;
}

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
