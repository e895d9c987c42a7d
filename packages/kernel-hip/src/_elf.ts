// As much of ELF64, little endian, as code objects need. A damaged file throws RangeError.
const MAGIC = 0x464c457f;
const CLASS_64 = 2;
const SECTION_BYTES = 64;
const NOTE = 7;

/** A section of an ELF file. */
export interface ElfSection {
  name: string;
  type: number;
  bytes: Uint8Array;
}

/** A note: whose it is, of which kind, and what it holds. */
export interface ElfNote {
  owner: string;
  type: number;
  bytes: Uint8Array;
}

/** The machine that an ELF file is for; undefined where it is no ELF64 file. */
export function elfMachine(image: Uint8Array): number | undefined {
  const view = viewOf(image);
  if (image.length < 64 || view.getUint32(0, true) !== MAGIC || image[4] !== CLASS_64) {
    return undefined;
  }
  return view.getUint16(18, true);
}

/** Its sections, in order. */
export function elfSections(image: Uint8Array): ElfSection[] {
  const view = viewOf(image);
  const [table, count, names] = [
    word64(view, 40),
    view.getUint16(60, true),
    view.getUint16(62, true),
  ];
  const headers = Array.from({ length: count }, (_, i) => {
    const at = table + i * SECTION_BYTES;
    const type = view.getUint32(at + 4, true);
    const bytes = part(image, word64(view, at + 24), type === 8 ? 0 : word64(view, at + 32));
    return { nameAt: view.getUint32(at, true), type, bytes };
  });
  const text = headers[names]?.bytes ?? new Uint8Array(0);
  return headers.map(({ nameAt, type, bytes }) => ({ name: textAt(text, nameAt), type, bytes }));
}

/** The notes of all sections that hold notes. */
export function elfNotes(image: Uint8Array): ElfNote[] {
  return elfSections(image)
    .filter(({ type }) => type === NOTE)
    .flatMap(({ bytes }) => notesOf(bytes));
}

function notesOf(bytes: Uint8Array): ElfNote[] {
  const view = viewOf(bytes);
  const notes: ElfNote[] = [];
  for (let at = 0; at + 12 <= bytes.length;) {
    const [nameBytes, size] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
    const from = at + 12 + roundUp4(nameBytes);
    const owner = textAt(part(bytes, at + 12, nameBytes), 0);
    notes.push({ owner, type: view.getUint32(at + 8, true), bytes: part(bytes, from, size) });
    at = from + roundUp4(size);
  }
  return notes;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function word64(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

function part(bytes: Uint8Array, from: number, length: number): Uint8Array {
  if (from + length > bytes.length) throw new RangeError("outside of the file");
  return bytes.subarray(from, from + length);
}

function textAt(bytes: Uint8Array, from: number): string {
  const end = bytes.indexOf(0, from);
  return new TextDecoder().decode(bytes.subarray(from, end < 0 ? bytes.length : end));
}

function roundUp4(value: number): number {
  return Math.ceil(value / 4) * 4;
}
