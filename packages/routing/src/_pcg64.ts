// PCG64 (O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms", HMC-CS-2014-0905; the
// XSL-RR 128/64 member) seeded by SeedSequence, as numpy.random.default_rng(seed) does (numpy/numpy
// numpy/random/bit_generator.pyx and numpy/random/src/pcg64). 128-bit numbers are eight 16-bit digits in int32: a BigInt
// costs some hundred ns a step, and products of 16-bit digits leave room to sum a column before carrying.
import type { SeedWordsLoHi } from "./_seed.ts";

/** 0x2360ED051FC65DA44385DF649FCCF645 in 16-bit digits, lowest first. */
const B0 = 0xf645;
const B1 = 0x9fcc;
const B2 = 0xdf64;
const B3 = 0x4385;
const M1 = 0x4385df64;
const M0 = 0x9fccf645;
const M2 = 0x1fc65da4;
const M3 = 0x2360ed05;
const B4 = 0x5da4;
const B5 = 0x1fc6;

export class Pcg64 {
  /** 32-bit limbs of the state, lowest first. */
  s0 = 0;
  s1 = 0;
  s2 = 0;
  s3 = 0;
  /** 32-bit limbs of the increment. */
  readonly #increment: Int32Array;
  /** High and low 32 bits of the last output, as int32. */
  hi = 0;
  lo = 0;

  constructor(seed: SeedWordsLoHi) {
    const [w0, w1, w2, w3, w4, w5, w6, w7] = seedSequence(seed);
    // state = (w1w0 << 64 | w3w2), sequence = (w5w4 << 64 | w7w6): the first 64-bit word is the high half.
    this.#increment = Int32Array.of(
      (w6 << 1) | 1,
      (w7 << 1) | (w6 >>> 31),
      (w4 << 1) | (w7 >>> 31),
      (w5 << 1) | (w4 >>> 31),
    );
    this.next();
    this.#addToState(w2, w3, w0, w1);
    this.next();
  }

  /** One step; the output is left in `hi` and `lo`. */
  next(): void {
    const inc = this.#increment;
    const { s0, s1, s2, s3 } = this;
    const a0 = s0 & 0xffff;
    const a1 = s0 >>> 16;
    const a2 = s1 & 0xffff;
    const a3 = s1 >>> 16;
    const a4 = s2 & 0xffff;
    const a5 = s2 >>> 16;

    const p00 = Math.imul(a0, B0);
    const p01 = Math.imul(a0, B1);
    const p10 = Math.imul(a1, B0);
    const p02 = Math.imul(a0, B2);
    const p11 = Math.imul(a1, B1);
    const p20 = Math.imul(a2, B0);
    const p03 = Math.imul(a0, B3);
    const p12 = Math.imul(a1, B2);
    const p21 = Math.imul(a2, B1);
    const p30 = Math.imul(a3, B0);
    const p13 = Math.imul(a1, B3);
    const p22 = Math.imul(a2, B2);
    const p31 = Math.imul(a3, B1);
    const p40 = Math.imul(a4, B0);
    const p04 = Math.imul(a0, B4);
    const p23 = Math.imul(a2, B3);
    const p32 = Math.imul(a3, B2);
    const p14 = Math.imul(a1, B4);
    const p05 = Math.imul(a0, B5);
    const p41 = Math.imul(a4, B1);
    const p50 = Math.imul(a5, B0);

    // Columns of 16 bits: low halves of their own products, high halves of the column below.
    let c = (p00 & 0xffff) + (inc[0] & 0xffff);
    const d0 = c & 0xffff;
    c = (c >>> 16) + (p00 >>> 16) + (p01 & 0xffff) + (p10 & 0xffff) + (inc[0] >>> 16);
    this.s0 = d0 | (c << 16);
    c = (c >>> 16) + (p01 >>> 16) + (p10 >>> 16) + (p02 & 0xffff) + (p11 & 0xffff) + (p20 & 0xffff);
    c += inc[1] & 0xffff;
    const d2 = c & 0xffff;
    c = (c >>> 16) + (p02 >>> 16) + (p11 >>> 16) + (p20 >>> 16) + (inc[1] >>> 16);
    c += (p03 & 0xffff) + (p12 & 0xffff) + (p21 & 0xffff) + (p30 & 0xffff);
    this.s1 = d2 | (c << 16);
    c = (c >>> 16) + (p03 >>> 16) + (p12 >>> 16) + (p21 >>> 16) + (p30 >>> 16) + (inc[2] & 0xffff);
    c += (p13 & 0xffff) + (p22 & 0xffff) + (p31 & 0xffff) + (p40 & 0xffff) + (p04 & 0xffff);
    const d4 = c & 0xffff;
    c = (c >>> 16) + (p13 >>> 16) + (p22 >>> 16) + (p31 >>> 16) + (p40 >>> 16) + (p04 >>> 16);
    c += (p23 & 0xffff) + (p32 & 0xffff) + (p14 & 0xffff) + (p05 & 0xffff) + (p41 & 0xffff);
    c += (p50 & 0xffff) + (inc[2] >>> 16);
    this.s2 = d4 | (c << 16);
    c = (c >>> 16) + (p23 >>> 16) + (p32 >>> 16) + (p14 >>> 16) + (p05 >>> 16) + (p41 >>> 16);
    c += p50 >>> 16;
    // The top limb is taken mod 2^32: plain 32-bit products do.
    const top = (Math.imul(a3, B3) + Math.imul(a1, B5) + Math.imul(a5, B1)) | 0;
    const cross = (Math.imul(s3, M0) + Math.imul(s2, M1)) | 0;
    const cross2 = (Math.imul(s1, M2) + Math.imul(s0, M3)) | 0;
    this.s3 = (c + top + cross + cross2 + inc[3]) | 0;
    this.#output();
  }

  /** XSL-RR: high half XOR low half, rotated right by the top six bits. */
  #output(): void {
    const high = this.s3 ^ this.s1;
    const low = this.s2 ^ this.s0;
    const rotation = this.s3 >>> 26;
    const swap = (high ^ low) & -(rotation >>> 5);
    const upper = high ^ swap;
    const lower = low ^ swap;
    const shift = rotation & 31;
    // `<< (32 - shift)` would be `<< 0` at shift 0.
    this.hi = (upper >>> shift) | ((lower << 1) << (31 - shift));
    this.lo = (lower >>> shift) | ((upper << 1) << (31 - shift));
  }

  #addToState(w0: number, w1: number, w2: number, w3: number): void {
    const words = [w0, w1, w2, w3];
    const state = [this.s0, this.s1, this.s2, this.s3];
    let carry = 0;
    const sum = state.map((limb, i) => {
      const total = (limb >>> 0) + (words[i] >>> 0) + carry;
      carry = total >= 2 ** 32 ? 1 : 0;
      return total | 0;
    });
    [this.s0, this.s1, this.s2, this.s3] = sum as [number, number, number, number];
  }
}

/** Eight 32-bit words of `SeedSequence(seed).generate_state(4, uint64)`, low word of each first. */
function seedSequence(seed: SeedWordsLoHi): Int32Array {
  const pool = [0, 0, 0, 0];
  const entropy = [seed.lo, seed.hi, 0, 0];
  let constant = 0x43b0d7e5;
  const hash = (value: number): number => {
    let x = value ^ constant;
    constant = Math.imul(constant, 0x931e8875);
    x = Math.imul(x, constant);
    return x ^ (x >>> 16);
  };
  for (let i = 0; i < 4; i++) pool[i] = hash(entropy[i]);
  for (let from = 0; from < 4; from++) {
    for (let to = 0; to < 4; to++) {
      if (from === to) continue;
      const x = (Math.imul(0xca01f9dd, pool[to]) - Math.imul(0x4973f715, hash(pool[from]))) | 0;
      pool[to] = x ^ (x >>> 16);
    }
  }
  constant = 0x8b51f9dd;
  return Int32Array.from({ length: 8 }, (_, i) => {
    let x = pool[i % 4] ^ constant;
    constant = Math.imul(constant, 0x58f38ded);
    x = Math.imul(x, constant);
    return x ^ (x >>> 16);
  });
}
