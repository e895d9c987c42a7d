// PCG64 (O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms", HMC-CS-2014-0905; the
// XSL-RR 128/64 member) seeded by SeedSequence, as numpy.random.default_rng(seed) does (numpy/numpy
// numpy/random/bit_generator.pyx and numpy/random/src/pcg64). Outputs come in blocks: the loop that makes them is
// WebAssembly where it can be, see _pcg64Wasm.ts, else 32-bit limbs, see _pcg64Limbs.ts.
import { fillWordsByLimbs } from "./_pcg64Limbs.ts";
import { loadWasmFill, type FillWords } from "./_pcg64Wasm.ts";
import type { SeedWordsLoHi } from "./_seed.ts";

/** Outputs of a block: a table of five tokens of 256 experts costs one block more than it needs, at most 2 µs. */
const BLOCK = 1024;

let bestFill: FillWords | undefined;

export class Pcg64 {
  /** (low, high) 32-bit halves of the outputs of this block. */
  readonly words = new Int32Array(2 * BLOCK);
  /** Index in `words` of the next output's low half; `words.length` when the block is used up. */
  at = 2 * BLOCK;
  /** Four limbs of the state, low to high, four of the increment. */
  readonly #state: Int32Array;
  /** The state before this block. */
  readonly #blockState = new Int32Array(8);
  readonly #fill: FillWords;
  readonly #marked = { state: new Int32Array(8), at: 0 };

  /** @param fill - For tests; the fastest that works here by default. */
  constructor(seed: SeedWordsLoHi, fill?: FillWords) {
    this.#state = initialState(seed);
    this.#fill = fill ?? (bestFill ??= loadWasmFill() ?? fillWordsByLimbs);
  }

  /** Makes the next block; only right when this one is used up. */
  refill(): void {
    this.#blockState.set(this.#state);
    this.#fill(this.#state, this.words);
    this.at = 0;
  }

  /** Remembers this place; one at a time. */
  mark(): void {
    if (this.at === this.words.length) this.refill();
    this.#marked.state.set(this.#blockState);
    this.#marked.at = this.at;
  }

  /** Goes back to the marked place. */
  rewind(): void {
    this.#state.set(this.#marked.state);
    this.refill();
    this.at = this.#marked.at;
  }

  /** Steps to the next output and returns the index of its low half in `words`. */
  next(): number {
    if (this.at === this.words.length) this.refill();
    const index = this.at;
    this.at += 2;
    return index;
  }

  /** The next uniform double in [0, 1): the high 53 bits. */
  nextDouble(): number {
    const index = this.next();
    return toDouble(this.words[index], this.words[index + 1]);
  }
}

/** 53 bits of an output as a double in [0, 1). */
export function toDouble(low: number, high: number): number {
  return ((high >>> 0) * 2 ** 21 + (low >>> 11)) * 2 ** -53;
}

/** pcg_setseq_128_srandom: state 0, one step, add the seed, one step. The first 64-bit word is the high half. */
function initialState(seed: SeedWordsLoHi): Int32Array {
  const [w0, w1, w2, w3, w4, w5, w6, w7] = seedSequence(seed);
  const state = Int32Array.of(0, 0, 0, 0, (w6 << 1) | 1, 0, 0, 0);
  state[5] = (w7 << 1) | (w6 >>> 31);
  state[6] = (w4 << 1) | (w7 >>> 31);
  state[7] = (w5 << 1) | (w4 >>> 31);
  const oneStep = new Int32Array(2);
  fillWordsByLimbs(state, oneStep);
  let carry = 0;
  [w2, w3, w0, w1].forEach((word, i) => {
    const total = (state[i] >>> 0) + (word >>> 0) + carry;
    state[i] = total;
    carry = total >= 2 ** 32 ? 1 : 0;
  });
  fillWordsByLimbs(state, oneStep);
  return state;
}

/** Eight 32-bit words of `SeedSequence(seed).generate_state(4, uint64)`, low word of each first. */
function seedSequence(seed: SeedWordsLoHi): Int32Array {
  let constant = 0x43b0d7e5;
  const hash = (value: number): number => {
    const keyed = value ^ constant;
    constant = Math.imul(constant, 0x931e8875);
    return folded(Math.imul(keyed, constant));
  };
  const pool = [seed.lo, seed.hi, 0, 0].map(hash);
  for (let from = 0; from < 4; from++) {
    for (let to = 0; to < 4; to++) {
      if (from === to) continue;
      const hashed = hash(pool[from]);
      pool[to] = folded(Math.imul(0xca01f9dd, pool[to]) - Math.imul(0x4973f715, hashed));
    }
  }
  constant = 0x8b51f9dd;
  return Int32Array.from({ length: 8 }, (_, i) => {
    const keyed = pool[i % 4] ^ constant;
    constant = Math.imul(constant, 0x58f38ded);
    return folded(Math.imul(keyed, constant));
  });
}

function folded(value: number): number {
  return (value | 0) ^ (value >>> 16);
}
