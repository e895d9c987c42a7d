// Pearson's test: the probability of a statistic at least this large under the law. Cells that expect fewer than five
// are put together. A tuple the law does not know gives 0.

export function chiSquarePValue(
  law: ReadonlyMap<string, number>,
  seen: ReadonlyMap<string, number>,
): number {
  for (const tuple of seen.keys()) if (!law.has(tuple)) return 0;
  const total = [...seen.values()].reduce((a, b) => a + b, 0);
  const rare = { expected: 0, observed: 0 };
  let statistic = 0;
  let cells = 0;
  const add = (expected: number, observed: number): void => {
    statistic += (observed - expected) ** 2 / expected;
    cells++;
  };
  for (const [tuple, p] of law) {
    const observed = seen.get(tuple) ?? 0;
    if (p * total >= 5) add(p * total, observed);
    else {
      rare.expected += p * total;
      rare.observed += observed;
    }
  }
  if (rare.expected > 0) add(rare.expected, rare.observed);
  return cells < 2 ? 1 : upperGamma((cells - 1) / 2, statistic / 2);
}

/** Regularised upper incomplete gamma Q(a, x): series below a + 1, continued fraction above. */
function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; term > sum * 1e-15; n++) sum += term *= x / (a + n);
    return 1 - front * sum;
  }
  let fraction = 0;
  for (let n = 400; n > 0; n--) fraction = (n * (n - a)) / (x + 2 * n + 1 - a - fraction);
  return front / (x + 1 - a - fraction);
}

/** Stirling's series after shifting above 10. */
function logGamma(a: number): number {
  let shift = 0;
  let x = a;
  for (; x < 10; x++) shift += Math.log(x);
  return (
    (x - 0.5) * Math.log(x) -
    x +
    0.5 * Math.log(2 * Math.PI) +
    1 / (12 * x) -
    1 / (360 * x ** 3) +
    1 / (1260 * x ** 5) -
    shift
  );
}
