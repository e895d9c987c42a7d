// sfc32 (Chris Doty-Humphrey, PractRand 0.95): 128 bits of state, 32-bit add/xor/shift only, so that a JIT keeps it in
// registers. The hot loop of _fastSampler.ts repeats `next` with its state in locals; this form serves everything else.

export class Sfc32 {
  a: number;
  b: number;
  c: number;
  counter = 1;

  /** @param words - Three 32-bit words, already hashed; see {@link import("./_seed.ts").seedWords}. */
  constructor(words: readonly [number, number, number]) {
    [this.a, this.b, this.c] = words;
    for (let i = 0; i < 12; i++) this.next();
  }

  /** The next 32 bits, as an int32. */
  next(): number {
    const out = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + out) | 0;
    return out;
  }

  /** Uniform in (0, 1), 53 bits, never 0 and never 1. */
  nextOpenDouble(): number {
    const hi = this.next() >>> 6;
    const lo = this.next() >>> 6;
    return (hi * 67_108_864 + lo + 0.5) * 2 ** -52;
  }

  /** Uniform integer in 0..bound-1 without bias; bound ≤ 2^32. */
  nextBelow(bound: number): number {
    const limit = 2 ** 32 - (2 ** 32 % bound);
    let value = this.next() >>> 0;
    while (value >= limit) value = this.next() >>> 0;
    return value % bound;
  }
}
