// A draw of the symmetric Dirichlet law: normalised Gamma(alpha) variates (Marsaglia & Tsang, "A simple method for
// generating gamma variables", ACM TOMS 26, 2000), kept as logarithms so that a small alpha does not underflow early.
import type { Sfc32 } from "./_sfc32.ts";

/** `Float64Array [length]`, largest 1, in descending order. Entries below 1e-308 of the largest become 0. */
export function dirichletWeights(alpha: number, length: number, random: Sfc32): Float64Array {
  const logs = Float64Array.from({ length }, () => logGamma(alpha, random))
    .sort()
    .reverse();
  const largest = logs[0];
  return logs.map((log) => Math.exp(log - largest));
}

/** log of a Gamma(alpha, 1) variate: Gamma(alpha) = Gamma(alpha + 1) · U^(1/alpha). */
function logGamma(alpha: number, random: Sfc32): number {
  const shift = Math.log(random.nextOpenDouble()) / alpha;
  return Math.log(gammaAboveOne(alpha + 1, random)) + shift;
}

function gammaAboveOne(shape: number, random: Sfc32): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    if (Math.log(random.nextOpenDouble()) < 0.5 * x * x + d * (1 - v + Math.log(v))) return d * v;
  }
}

/** Box–Muller, one of the pair. */
function normal(random: Sfc32): number {
  const radius = Math.sqrt(-2 * Math.log(random.nextOpenDouble()));
  return radius * Math.cos(2 * Math.PI * random.nextOpenDouble());
}
