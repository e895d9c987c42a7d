/** A seeded stream of 32-bit words (sfc32, Chris Doty-Humphrey's PractRand) for resampling and pair order. */
export interface Rng {
  /** Integer in [0, bound). */
  below(bound: number): number;
}

/** 32-bit FNV-1a of a text: turns a readable purpose ("zipf1/T64/order") into a seed. */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++)
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}

export function createRng(seed: number): Rng {
  let a = 0;
  let b = seed >>> 0;
  let c = 0x9e3779b9;
  let counter = 1;
  const next = (): number => {
    const out = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + out) | 0;
    return out >>> 0;
  };
  for (let i = 0; i < 15; i++) next();
  return {
    // Multiply-shift: its bias is below 2⁻²⁰ for every bound used here (≤ 4096).
    below: (bound) => Math.floor((next() / 4294967296) * bound),
  };
}
