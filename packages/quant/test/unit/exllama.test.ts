import { expect, test } from "bun:test";
import { packExllama, unpackExllama } from "@moe/quant";
import { codeOf } from "../_support/codeOf.ts";

const ASCENDING = Uint8Array.from({ length: 16 }, (_, i) => i);

test("nibbles sit at k = 0 2 4 6 1 3 5 7 from bit 0 up (oracle: the word written by hand)", () => {
  const words = packExllama(ASCENDING, { rows: 1, k: 16 });
  expect([...words].map((word) => (word >>> 0).toString(16))).toEqual(["75316420", "fdb9eca8"]);
});

test("row padding is zero when packed and ignored when unpacked", () => {
  const packed = packExllama(ASCENDING, { rows: 2, k: 8, rowStride: 3 });
  expect([...packed].map((word) => (word >>> 0).toString(16))).toEqual([
    "75316420",
    "0",
    "0",
    "fdb9eca8",
    "0",
    "0",
  ]);
  packed[1] = packed[5] = -1;
  expect(unpackExllama(packed, { rows: 2, k: 8, rowStride: 3 })).toEqual(ASCENDING);
});

test("shapes that do not fit and values above 15 are typed errors", () => {
  const ok = { rows: 1, k: 8 };
  const wrong: [() => unknown, string][] = [
    [() => packExllama(new Uint8Array(8).fill(16), ok), "E_VALUE_RANGE"],
    [() => packExllama(new Uint8Array(7), ok), "E_SHAPE_LENGTH"],
    [() => packExllama(new Uint8Array(8), { rows: 1, k: 12 }), "E_SHAPE_SIZE"],
    [() => packExllama(new Uint8Array(8), { rows: -1, k: 8 }), "E_SHAPE_SIZE"],
    [() => packExllama(new Uint8Array(8), { rows: 2 ** 31, k: 8 }), "E_SHAPE_SIZE"],
    [() => packExllama(new Uint8Array(16), { rows: 1, k: 16, rowStride: 1 }), "E_SHAPE_STRIDE"],
    [() => packExllama(new Uint8Array(8), { ...ok, stride: 1 } as never), "E_OPTION"],
    [() => packExllama(new Uint8Array(8), null as never), "E_DTYPE"],
    [() => packExllama(new Int8Array(8) as never, ok), "E_DTYPE"],
    [() => unpackExllama(new Int32Array(1), { rows: 2, k: 8 }), "E_SHAPE_LENGTH"],
    [() => unpackExllama(new Uint32Array(1) as never, ok), "E_DTYPE"],
  ];
  for (const [call, code] of wrong) expect(codeOf(call)).toBe(code);
});
