// MessagePack as code objects use it: maps, arrays, text, whole numbers, booleans, nothing. What is damaged throws RangeError.
import { viewOf } from "./_elf.ts";

/** A decoded value. */
export type MessagePack =
  null | boolean | number | string | MessagePack[] | { [key: string]: MessagePack };

/** Code objects need 5. */
const MAX_DEPTH = 16;

/** The first value of the bytes. */
export function decodeMessagePack(bytes: Uint8Array): MessagePack {
  return new Reader(bytes).value(0);
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
  }

  value(depth: number): MessagePack {
    if (depth > MAX_DEPTH) throw new RangeError("nested too deeply");
    const tag = this.#unsigned(1);
    if (tag < 0x80) return tag;
    if (tag < 0x90) return this.#map(tag & 15, depth);
    if (tag < 0xa0) return this.#array(tag & 15, depth);
    if (tag < 0xc0) return this.#text(tag & 31);
    if (tag >= 0xe0) return tag - 0x100;
    switch (tag) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xcc:
      case 0xcd:
      case 0xce:
      case 0xcf:
        return this.#unsigned(1 << (tag - 0xcc));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#unsigned(1 << (tag - 0xd9)));
      case 0xdc:
      case 0xdd:
        return this.#array(this.#unsigned(2 << (tag - 0xdc)), depth);
      case 0xde:
      case 0xdf:
        return this.#map(this.#unsigned(2 << (tag - 0xde)), depth);
      default:
        throw new RangeError(`no value begins with ${tag}`);
    }
  }

  /** Big endian. */
  #unsigned(bytes: number): number {
    let value = 0;
    for (let i = 0; i < bytes; i++) value = value * 256 + this.#view.getUint8(this.#at++);
    return value;
  }

  #text(bytes: number): string {
    if (this.#at + bytes > this.#bytes.length) throw new RangeError("text ends too early");
    this.#at += bytes;
    return new TextDecoder().decode(this.#bytes.subarray(this.#at - bytes, this.#at));
  }

  #array(length: number, depth: number): MessagePack[] {
    const values: MessagePack[] = [];
    for (let i = 0; i < length; i++) values.push(this.value(depth + 1));
    return values;
  }

  #map(length: number, depth: number): { [key: string]: MessagePack } {
    const entries: [string, MessagePack][] = [];
    for (let i = 0; i < length; i++)
      entries.push([String(this.value(depth + 1)), this.value(depth + 1)]);
    return Object.fromEntries(entries);
  }
}
