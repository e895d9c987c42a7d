// The inner loop of PCG64 as WebAssembly, written out by hand: i64 multiplication and rotation make a step of 128-bit
// arithmetic about 30 instructions, where 32-bit JavaScript integers need about 170 (measured: 2 ns against 19 ns).
// Where WebAssembly is missing or forbidden (a page's content security policy), _pcg64.ts computes the same words.
//
// Memory: 0 state (low, high), 16 increment (low, high), 32 the outputs; all u64, little endian.

const OUTPUTS = 32;
const MULTIPLIER_LOW = 0x4385df649fccf645n;
const MULTIPLIER_HIGH = 0x2360ed051fc65da4n;

const I64 = 0x7e;
const I32 = 0x7f;
const VOID = 0x40;
const op = {
  end: 0x0b,
  loop: 0x03,
  brIf: 0x0d,
  i64Load: 0x29,
  i64Store: 0x37,
  ltU32: 0x49,
  ltU64: 0x54,
  addI32: 0x6a,
  add: 0x7c,
  mul: 0x7e,
  and: 0x83,
  xor: 0x85,
  shrU: 0x88,
  rotr: 0x8a,
  extendU: 0xad,
} as const;

// Locals: parameter 0 is the end address; then an i32 and the i64 values.
const END = 0;
const AT = 1;
const [LOW, HIGH, INC_LOW, INC_HIGH, CROSS, CROSS_2, NEXT] = [2, 3, 4, 5, 6, 7, 8];

const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];
const tee = (local: number): number[] => [0x22, local];
const i32 = (value: number): number[] => [0x41, ...signedLeb(BigInt(value))];
const i64 = (value: bigint): number[] => [0x42, ...signedLeb(BigInt.asIntN(64, value))];
const load = (address: number): number[] => [...i32(0), op.i64Load, 3, address];
const store = (address: number, value: number[]): number[] => [
  ...i32(0),
  ...value,
  op.i64Store,
  3,
  address,
];
const both = (a: number[], b: number[], instruction: number): number[] => [...a, ...b, instruction];
const low32 = (a: number[]): number[] => both(a, i64(0xffffffffn), op.and);
const high32 = (a: number[]): number[] => both(a, i64(32n), op.shrU);
const sum = (...terms: number[][]): number[] => terms.reduce((a, b) => both(a, b, op.add));

/** High 64 bits of low · MULTIPLIER_LOW by four 32-bit products, none of whose sums overflows. */
function step(): number[] {
  const multiplier0 = i64(MULTIPLIER_LOW & 0xffffffffn);
  const multiplier1 = i64(MULTIPLIER_LOW >> 32n);
  const product00 = both(low32(get(LOW)), multiplier0, op.mul);
  const product10 = both(high32(get(LOW)), multiplier0, op.mul);
  const product01 = both(low32(get(LOW)), multiplier1, op.mul);
  const product11 = both(high32(get(LOW)), multiplier1, op.mul);
  const highOfLow = sum(product11, high32(get(CROSS)), high32(get(CROSS_2)));
  return [
    ...sum(product10, high32(product00)),
    ...set(CROSS),
    ...sum(product01, low32(get(CROSS))),
    ...set(CROSS_2),
    ...sum(both(get(LOW), i64(MULTIPLIER_LOW), op.mul), get(INC_LOW)),
    ...set(NEXT),
    ...sum(
      highOfLow,
      both(get(HIGH), i64(MULTIPLIER_LOW), op.mul),
      both(get(LOW), i64(MULTIPLIER_HIGH), op.mul),
      get(INC_HIGH),
      [...both(get(NEXT), get(INC_LOW), op.ltU64), op.extendU],
    ),
    ...set(HIGH),
    ...get(NEXT),
    ...set(LOW),
  ];
}

/** XSL-RR: high XOR low, rotated right by the top six bits. */
function output(): number[] {
  const folded = both(get(HIGH), get(LOW), op.xor);
  return [
    ...get(AT),
    ...both(folded, both(get(HIGH), i64(58n), op.shrU), op.rotr),
    op.i64Store,
    3,
    0,
  ];
}

function assemble(): Uint8Array<ArrayBuffer> {
  const body = [
    [2, 1, I32, 7, I64],
    [load(0), set(LOW), load(8), set(HIGH)].flat(),
    [load(16), set(INC_LOW), load(24), set(INC_HIGH)].flat(),
    [i32(OUTPUTS), set(AT)].flat(),
    [op.loop, VOID],
    step(),
    output(),
    [get(AT), i32(8), [op.addI32], tee(AT)].flat(),
    [get(END), [op.ltU32, op.brIf, 0, op.end]].flat(),
    [store(0, get(LOW)), store(8, get(HIGH)), [op.end]].flat(),
  ].flat();
  return Uint8Array.from(
    [
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, [1, 0x60, 1, I32, 0]), // one type: (i32) → ()
      section(3, [1, 0]), // one function of it
      section(5, [1, 0, 1]), // one memory of one page
      section(7, [2, 1, 0x66, 0, 0, 1, 0x6d, 2, 0]), // exports "f", "m"
      section(10, [1, ...leb(body.length), ...body]),
    ].flat(),
  );
}

function section(id: number, body: number[]): number[] {
  return [id, ...leb(body.length), ...body];
}

function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)];
}

function signedLeb(value: bigint): number[] {
  const low = Number(value & 127n);
  const rest = value >> 7n;
  const done = (rest === 0n && low < 64) || (rest === -1n && low >= 64);
  return done ? [low] : [low | 128, ...signedLeb(rest)];
}

/** Advances `state` (low to high 32-bit limbs, then the increment's) and fills `words` with (low, high) pairs. */
export type FillWords = (state: Int32Array, words: Int32Array) => void;

/** At most (65,536 - 32) / 4 words a call: one page of memory. `undefined` where WebAssembly cannot be had. */
export function loadWasmFill(): FillWords | undefined {
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(assemble()));
    const fill = exports["f"] as (end: number) => void;
    const memory = new Int32Array((exports["m"] as WebAssembly.Memory).buffer);
    return (state, words) => {
      memory.set(state);
      fill(OUTPUTS + words.length * 4);
      state.set(memory.subarray(0, 4));
      words.set(memory.subarray(OUTPUTS / 4, OUTPUTS / 4 + words.length));
    };
  } catch {
    return undefined;
  }
}
