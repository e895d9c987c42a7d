// Successive sampling without replacement, enumerated: every ordered tuple of topK experts with its probability.

export function exactLaw(weights: readonly number[], topK: number): Map<string, number> {
  const law = new Map<string, number>();
  const visit = (tuple: number[], probability: number): void => {
    if (tuple.length === topK) {
      law.set(tuple.join(" "), probability);
      return;
    }
    const left = weights.reduce((sum, w, i) => sum + (tuple.includes(i) ? 0 : w), 0);
    weights.forEach((w, i) => {
      if (w > 0 && !tuple.includes(i)) visit([...tuple, i], (probability * w) / left);
    });
  };
  visit([], 1);
  return law;
}

export function observedTuples(ids: Int32Array, topK: number): Map<string, number> {
  const seen = new Map<string, number>();
  for (let i = 0; i < ids.length; i += topK) {
    const tuple = ids.subarray(i, i + topK).join(" ");
    seen.set(tuple, (seen.get(tuple) ?? 0) + 1);
  }
  return seen;
}

/** Probability of each expert to be in a token. */
export function inclusion(law: ReadonlyMap<string, number>, numExperts: number): number[] {
  const included = Array.from({ length: numExperts }, () => 0);
  for (const [tuple, p] of law) for (const e of tuple.split(" ")) included[Number(e)] += p;
  return included;
}
