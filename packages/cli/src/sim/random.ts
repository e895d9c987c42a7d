/** Numbers for buffers that are filled at random: the same for the same seed, on every machine. */

/** A generator of 32-bit integers, and of fractions in [0, 1): sfc32 by Chris Doty-Humphrey (PractRand). */
export function fractions(seed: number): () => number {
  let [a, b, c, counter] = [0, seed | 0, 0, 1];
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
  // The first numbers of similar seeds are similar.
  for (let i = 0; i < 12; i++) next();
  return next;
}
