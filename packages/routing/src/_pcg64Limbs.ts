// PCG64 steps on 32-bit integers alone. 128-bit numbers are 16-bit digits, low to high: products of two fit 32 bits and
// a column of their halves is summed before it carries. Every value is a local int32: with arrays a step took 260 ns,
// with BigInt as much, so 20 ns.

/** Digits of the multiplier 0x2360ED051FC65DA44385DF649FCCF645, and its 32-bit limbs, low to high. */
const [B0, B1, B2, B3, B4, B5] = [0xf645, 0x9fcc, 0xdf64, 0x4385, 0x5da4, 0x1fc6] as const;
const [M0, M1, M2, M3] = [0x9fccf645, 0x4385df64, 0x1fc65da4, 0x2360ed05] as const;

const mul = Math.imul;

/** Advances `state` (low to high 32-bit limbs, then the increment's) and fills `words` with (low, high) pairs. */
export function fillWordsByLimbs(state: Int32Array, words: Int32Array): void {
  for (let i = 0; i < words.length; i += 2) {
    step(state);
    output(state, words, i);
  }
}

/** state = state · multiplier + increment mod 2^128. */
function step(state: Int32Array): void {
  const s0 = state[0];
  const s1 = state[1];
  const s2 = state[2];
  const a0 = s0 & 0xffff;
  const a1 = s0 >>> 16;
  const a2 = s1 & 0xffff;
  const a3 = s1 >>> 16;
  const a4 = s2 & 0xffff;
  const a5 = s2 >>> 16;
  // pij belongs to column i + j: its low half there, its high half one column up.
  const p00 = mul(a0, B0);
  const p01 = mul(a0, B1);
  const p10 = mul(a1, B0);
  const p02 = mul(a0, B2);
  const p11 = mul(a1, B1);
  const p20 = mul(a2, B0);
  const p03 = mul(a0, B3);
  const p12 = mul(a1, B2);
  const p21 = mul(a2, B1);
  const p30 = mul(a3, B0);
  const p04 = mul(a0, B4);
  const p13 = mul(a1, B3);
  const p22 = mul(a2, B2);
  const p31 = mul(a3, B1);
  const p40 = mul(a4, B0);
  const p05 = mul(a0, B5);
  const p14 = mul(a1, B4);
  const p23 = mul(a2, B3);
  const p32 = mul(a3, B2);
  const p41 = mul(a4, B1);
  const p50 = mul(a5, B0);
  const c0 = (state[4] & 0xffff) + low(p00);
  const c1 = (c0 >>> 16) + (state[4] >>> 16) + high(p00) + low(p01) + low(p10);
  let c2 = (c1 >>> 16) + (state[5] & 0xffff) + high(p01) + high(p10);
  c2 += low(p02) + low(p11) + low(p20);
  let c3 = (c2 >>> 16) + (state[5] >>> 16) + high(p02) + high(p11) + high(p20);
  c3 += low(p03) + low(p12) + low(p21) + low(p30);
  let c4 = (c3 >>> 16) + (state[6] & 0xffff) + high(p03) + high(p12) + high(p21) + high(p30);
  c4 += low(p04) + low(p13) + low(p22) + low(p31) + low(p40);
  let c5 = (c4 >>> 16) + (state[6] >>> 16) + high(p04) + high(p13) + high(p22) + high(p31);
  c5 += high(p40) + low(p05) + low(p14) + low(p23) + low(p32) + low(p41) + low(p50);
  let top = (c5 >>> 16) + high(p05) + high(p14) + high(p23) + high(p32) + high(p41) + high(p50);
  // The top limb is taken mod 2^32: plain 32-bit products do.
  top = (top + mul(a1, B5) + mul(a3, B3) + mul(a5, B1)) | 0;
  top = (top + mul(s0, M3) + mul(s1, M2)) | 0;
  top = (top + mul(s2, M1) + mul(state[3], M0)) | 0;
  state[0] = (c0 & 0xffff) | (c1 << 16);
  state[1] = (c2 & 0xffff) | (c3 << 16);
  state[2] = (c4 & 0xffff) | (c5 << 16);
  state[3] = top + state[7];
}

function low(product: number): number {
  return product & 0xffff;
}

function high(product: number): number {
  return product >>> 16;
}

/** XSL-RR: high half XOR low half, rotated right by the top six bits. */
function output(state: Int32Array, words: Int32Array, at: number): void {
  const high64 = state[3] ^ state[1];
  const low64 = state[2] ^ state[0];
  const rotation = state[3] >>> 26;
  const swap = (high64 ^ low64) & -(rotation >>> 5);
  const upper = high64 ^ swap;
  const lower = low64 ^ swap;
  const shift = rotation & 31;
  // `<< (32 - shift)` would be `<< 0` at shift 0.
  words[at] = (lower >>> shift) | ((upper << 1) << (31 - shift));
  words[at + 1] = (upper >>> shift) | ((lower << 1) << (31 - shift));
}
