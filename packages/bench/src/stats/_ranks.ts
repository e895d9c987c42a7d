/** Ranks from 1, equal values share their mean rank, and Σ(t³ − t) over groups of t equal values. */
export function averageRanks(values: readonly number[]): {
  ranks: Float64Array;
  tieCubes: number;
} {
  const order = values.map((_, i) => i).sort((i, j) => values[i] - values[j]);
  const ranks = new Float64Array(values.length);
  let tieCubes = 0;
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let i = start; i < end; i++) ranks[order[i]] = (start + 1 + end) / 2;
    tieCubes += (end - start) ** 3 - (end - start);
    start = end;
  }
  return { ranks, tieCubes };
}
