// The suite's per-token loop, as plain as it can be: all keys, a full sort.
import type { NumpyStream } from "@moe/routing";

export function naiveNumpyTopk(
  p: ArrayLike<number>,
  topK: number,
  numTokens: number,
  stream: NumpyStream,
): number[] {
  const ids: number[] = [];
  for (let t = 0; t < numTokens; t++) {
    const keys = Array.from(p, (weight) => {
      let d = stream.nextDouble();
      while (d === 0) d = stream.nextDouble();
      const gumbel = -Math.log(-Math.log(1 - d));
      return weight === 0 ? -Infinity : Math.log(weight + 1e-12) + gumbel;
    });
    const order = keys.map((_, i) => i).sort((a, b) => keys[b] - keys[a]);
    ids.push(...order.slice(0, topK));
  }
  return ids;
}
