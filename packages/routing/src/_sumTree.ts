// A binary tree of partial sums: draw from any remaining set of experts in O(log E). Sums are rebuilt from their two
// children and never subtracted from, so a tiny remainder keeps its full relative precision.

export class SumTree {
  readonly #leaves: number;
  readonly #sums: Float64Array;

  constructor(weights: Float64Array) {
    this.#leaves = 2 ** Math.ceil(Math.log2(Math.max(1, weights.length)));
    this.#sums = new Float64Array(2 * this.#leaves);
    this.#sums.set(weights, this.#leaves);
    for (let node = this.#leaves - 1; node > 0; node--) this.#add(node);
  }

  set(expert: number, weight: number): void {
    let node = this.#leaves + expert;
    this.#sums[node] = weight;
    for (node >>= 1; node > 0; node >>= 1) this.#add(node);
  }

  /** The expert at the share 0 < u < 1 of the remaining weight, which must be positive. */
  find(u: number): number {
    const sums = this.#sums;
    let rest = u * sums[1];
    let node = 1;
    while (node < this.#leaves) {
      const left = sums[2 * node];
      // Rounding may push `rest` past the end: never walk into an empty half.
      const goLeft = left > 0 && (rest < left || sums[2 * node + 1] === 0);
      node = goLeft ? 2 * node : 2 * node + 1;
      if (!goLeft) rest -= left;
    }
    return node - this.#leaves;
  }

  #add(node: number): void {
    this.#sums[node] = this.#sums[2 * node] + this.#sums[2 * node + 1];
  }
}
