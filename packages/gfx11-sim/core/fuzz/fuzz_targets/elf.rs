//! A code object with one kernel, `k`, valid but for what the input asks for.

use crate::input::Input;

const HEADER_BYTES: usize = 64;
const PROGRAM_BYTES: usize = 56;
const SECTION_BYTES: usize = 64;
const SYMBOL_BYTES: usize = 24;
const DESCRIPTOR_BYTES: usize = 64;
const NAMES: &[u8] = b"\0k\0k.kd\0";

/// Offsets in the file, which are also addresses.
struct Layout {
    symbols: usize,
    names: usize,
    note: usize,
    descriptor: usize,
    code: usize,
    end: usize,
}

fn lay_out(note_bytes: usize, code_bytes: usize) -> Layout {
    let symbols = HEADER_BYTES + 2 * PROGRAM_BYTES + 3 * SECTION_BYTES;
    let names = symbols + 3 * SYMBOL_BYTES;
    let note = (names + NAMES.len()).next_multiple_of(4);
    let descriptor = (note + note_bytes).next_multiple_of(DESCRIPTOR_BYTES);
    let code = (descriptor + DESCRIPTOR_BYTES).next_multiple_of(256);
    Layout { symbols, names, note, descriptor, code, end: code + code_bytes }
}

pub fn file(input: &mut Input<'_>, code: &[u32]) -> Vec<u8> {
    let note = note(input);
    let layout = lay_out(note.len(), code.len() * 4);
    let mut file = vec![0; layout.end];
    let mut put = |at: usize, bytes: &[u8]| file[at..at + bytes.len()].copy_from_slice(bytes);
    // gfx1151, and now and then another processor.
    let machine = if input.rarely(16) { input.u32() } else { 0x4a };
    put(0, &[0x7f, b'E', b'L', b'F', 2, 1, 1, 64, 4]);
    put(18, &224_u16.to_le_bytes());
    put(32, &(HEADER_BYTES as u64).to_le_bytes());
    put(40, &((HEADER_BYTES + 2 * PROGRAM_BYTES) as u64).to_le_bytes());
    put(48, &machine.to_le_bytes());
    for (at, value) in [(54, PROGRAM_BYTES), (56, 2), (58, SECTION_BYTES), (60, 3)] {
        put(at, &(value as u16).to_le_bytes());
    }
    // Everything is one readable and executable segment.
    put(HEADER_BYTES, &program(1, 5, 0, layout.end));
    put(HEADER_BYTES + PROGRAM_BYTES, &program(4, 4, layout.note, note.len()));
    let sections = HEADER_BYTES + 2 * PROGRAM_BYTES;
    put(sections + SECTION_BYTES, &section(11, layout.symbols, 3 * SYMBOL_BYTES, 2));
    put(sections + 2 * SECTION_BYTES, &section(3, layout.names, NAMES.len(), 0));
    put(layout.symbols + SYMBOL_BYTES, &symbol(1, layout.code, code.len() * 4));
    put(layout.symbols + 2 * SYMBOL_BYTES, &symbol(3, layout.descriptor, DESCRIPTOR_BYTES));
    put(layout.names, NAMES);
    put(layout.note, &note);
    put(layout.descriptor, &descriptor(input, layout.code - layout.descriptor));
    for (index, word) in code.iter().enumerate() {
        put(layout.code + 4 * index, &word.to_le_bytes());
    }
    damage(input, &mut file);
    file
}

/// Changes some bytes, cuts the end off.
fn damage(input: &mut Input<'_>, file: &mut Vec<u8>) {
    if !input.rarely(4) {
        return;
    }
    for _ in 0..input.u8() % 8 {
        let at = usize::from(input.u16()) % file.len();
        file[at] = input.u8();
    }
    if input.rarely(4) {
        file.truncate(usize::from(input.u16()) % file.len());
    }
}

fn program(kind: u32, flags: u32, offset: usize, bytes: usize) -> Vec<u8> {
    let [offset, bytes] = [offset, bytes].map(|value| (value as u64).to_le_bytes());
    [&kind.to_le_bytes()[..], &flags.to_le_bytes(), &offset, &offset, &offset, &bytes, &bytes, &[0; 8]].concat()
}

fn section(kind: u32, offset: usize, bytes: usize, link: u32) -> Vec<u8> {
    let [offset, bytes] = [offset, bytes].map(|value| (value as u64).to_le_bytes());
    [&[0; 4][..], &kind.to_le_bytes(), &[0; 16], &offset, &bytes, &link.to_le_bytes()].concat()
}

fn symbol(name: u32, address: usize, bytes: usize) -> Vec<u8> {
    let [address, bytes] = [address, bytes].map(|value| (value as u64).to_le_bytes());
    [&name.to_le_bytes()[..], &[0x12, 0, 1, 0], &address, &bytes].concat()
}

/// As clang writes it for a small kernel; rarely with other bits.
fn descriptor(input: &mut Input<'_>, entry_offset: usize) -> [u8; DESCRIPTOR_BYTES] {
    let mut bytes = [0; DESCRIPTOR_BYTES];
    let mut put = |at: usize, value: u32| bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
    put(0, input.size(2048));
    put(4, input.size(512));
    put(8, input.size(256));
    put(16, entry_offset as u32);
    let strange = input.rarely(4);
    let flips = |input: &mut Input<'_>| if strange { input.u32() } else { 0 };
    put(44, flips(input));
    // 256 vector registers; denormals kept, IEEE.
    put(48, 0x60af_001f ^ flips(input));
    // Two user SGPRs hold the arguments, then the three workgroup ids; scratch.
    put(52, 0x0000_0385 ^ flips(input));
    put(56, 0x0408 ^ flips(input));
    bytes
}

/// The metadata note: MessagePack behind a header.
fn note(input: &mut Input<'_>) -> Vec<u8> {
    let mut map = vec![0x81];
    text(&mut map, "amdhsa.kernels");
    map.push(0x91);
    map.push(0x88);
    for (key, value) in [(".name", "k"), (".symbol", "k.kd")] {
        text(&mut map, key);
        text(&mut map, value);
    }
    let sizes = [
        (".kernarg_segment_size", 64),
        (".group_segment_fixed_size", 0),
        (".private_segment_fixed_size", 0),
        (".wavefront_size", 32),
        (".max_flat_workgroup_size", if input.rarely(8) { input.u64() } else { 1024 }),
    ];
    for (key, value) in sizes {
        text(&mut map, key);
        number(&mut map, value);
    }
    text(&mut map, ".args");
    let arguments = input.u8() % 8;
    map.push(0x90 | arguments);
    for _ in 0..arguments {
        argument(input, &mut map);
    }
    let name = [&7_u32.to_le_bytes()[..], &(map.len() as u32).to_le_bytes(), &32_u32.to_le_bytes(), b"AMDGPU\0\0"];
    [&name.concat()[..], &map].concat()
}

/// One that the runtime fills in.
fn argument(input: &mut Input<'_>, map: &mut Vec<u8>) {
    const KINDS: [&str; 8] = [
        "hidden_block_count_x",
        "hidden_group_size_y",
        "hidden_grid_dims",
        "hidden_dynamic_lds_size",
        "hidden_shared_base",
        "hidden_private_base",
        "hidden_",
        "global_buffer",
    ];
    map.push(0x83);
    for key in [".offset", ".size"] {
        text(map, key);
        let value = if input.rarely(8) { input.u64() } else { input.u8().into() };
        number(map, value);
    }
    text(map, ".value_kind");
    text(map, KINDS[usize::from(input.u8()) % KINDS.len()]);
}

fn text(map: &mut Vec<u8>, text: &str) {
    map.extend([0xd9, text.len() as u8]);
    map.extend(text.bytes());
}

fn number(map: &mut Vec<u8>, value: u64) {
    map.push(0xcf);
    map.extend(value.to_be_bytes());
}
