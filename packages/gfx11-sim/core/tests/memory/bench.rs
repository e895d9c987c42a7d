//! Runs one instruction after another on the same memory: each begins with the input's bytes and leaves its own output.

use crate::assembly::Assembly;
use moe_gfx11_sim::execute::{Launch, Memory, Options, Watch, launch};
use std::fmt::Write;

/// Bytes that one lane has for itself.
pub const LANE_BYTES: usize = 128;
pub const IMAGE_BYTES: usize = 32 * LANE_BYTES;
/// What one instruction leaves: the memory, and four registers of every lane.
const OUTPUT_BYTES: usize = IMAGE_BYTES + 32 * 16;
/// Lanes that execute the instructions.
pub const EXEC: u32 = 0xdfff_7bfe;
/// What the loaded registers hold before.
pub const BEFORE: u32 = 0x5a6b_7c8d;
/// The offset in each instruction.
pub const OFFSET: usize = 8;

/// A way to the memory under test. Addresses: v2 any, v3 a multiple of 8, both with the lane's own bytes; v8 and v9 the same
/// inside of these, v[4:5] and v[6:7] the same as 64 bits for flat instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Global,
    FlatGlobal,
    FlatLds,
    FlatScratch,
    Scratch,
    Buffer,
    Lds,
}

impl Way {
    pub const ALL: [Way; 7] =
        [Way::Global, Way::FlatGlobal, Way::FlatLds, Way::FlatScratch, Way::Scratch, Way::Buffer, Way::Lds];

    /// The text of an instruction. `registers` are the destination (`""` for none) and the data.
    pub fn instruction(self, name: &str, [destination, data]: [&str; 2], is_aligned: bool) -> String {
        let (wide, address, own) = if is_aligned { ("v[6:7]", "v3", "v9") } else { ("v[4:5]", "v2", "v8") };
        let list =
            |operands: [&str; 3]| operands.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ");
        let returning = if !destination.is_empty() && name.starts_with("atomic") { " glc" } else { "" };
        match self {
            Way::Global => {
                format!("global_{name} {}, s[4:5] offset:{OFFSET}{returning}", list([destination, address, data]))
            }
            Way::Scratch => format!("scratch_{name} {}, off offset:{OFFSET}", list([destination, own, data])),
            Way::Buffer => {
                let value = if data.is_empty() { destination } else { data };
                format!("buffer_{name} {value}, {address}, s[8:11], 0 offen offset:{OFFSET}{returning}")
            }
            Way::Lds => format!("ds_{name} {} offset:{OFFSET}", list([destination, address, data])),
            _ => format!("flat_{name} {} offset:{OFFSET}{returning}", list([destination, wide, data])),
        }
    }

    /// The low and high part of the 64-bit address of v19, an offset in the lane's bytes.
    fn wide(self, low: &str, high: &str) -> String {
        match self {
            Way::FlatLds => format!("v_add_nc_u32_e32 {low}, v18, v19\nv_mov_b32_e32 {high}, s13\n"),
            Way::FlatScratch => format!("v_mov_b32_e32 {low}, v19\nv_mov_b32_e32 {high}, s15\n"),
            _ => format!(
                "v_add_nc_u32_e32 v20, v18, v19\nv_add_co_u32 {low}, vcc_lo, s4, v20\nv_mov_b32_e32 v20, s5\n\
                 v_add_co_ci_u32_e64 {high}, vcc_lo, v20, 0, vcc_lo\n"
            ),
        }
    }

    /// Moves a dword of the lane's bytes from v19 into the memory under test, or back.
    fn copy(self, verb: &str, at: usize) -> String {
        let (destination, source) = if verb == "load" { ("v19, ", "") } else { ("", ", v19") };
        match self {
            Way::Global | Way::FlatGlobal | Way::Buffer => {
                format!("global_{verb}_b32 {destination}v18{source}, s[4:5] offset:{at}\n")
            }
            Way::Lds | Way::FlatLds => format!("ds_{verb}_b32 {destination}v18{source} offset:{at}\n"),
            Way::Scratch | Way::FlatScratch => {
                format!("scratch_{verb}_b32 {destination}off{source}, off offset:{at}\n")
            }
        }
    }
}

const WAIT: &str = "s_waitcnt vmcnt(0) lgkmcnt(0)\ns_waitcnt_vscnt null, 0x0\n";

fn block(way: Way, instruction: &str) -> String {
    let mut text = String::new();
    for at in (0..LANE_BYTES).step_by(4) {
        write!(text, "global_load_b32 v19, v18, s[6:7] offset:{at}\n{WAIT}{}", way.copy("store", at)).unwrap();
    }
    for (own, low, high) in [("v8", "v4", "v5"), ("v9", "v6", "v7")] {
        write!(text, "v_mov_b32_e32 v19, {own}\n{}", way.wide(low, high)).unwrap();
    }
    text += "s_mov_b32 s8, s4\ns_and_b32 s9, s5, 0xffff\ns_mov_b32 s10, 0x1000\ns_mov_b32 s11, 0x30000000\n";
    (10..14).for_each(|register| writeln!(text, "v_mov_b32_e32 v{register}, {BEFORE:#x}").unwrap());
    // The data may be written over by what an atomic returns.
    writeln!(text, "global_load_b128 v[14:17], v1, s[2:3]\n{WAIT}").unwrap();
    writeln!(text, "s_mov_b32 exec_lo, {EXEC:#x}\n{instruction}\n{WAIT}s_mov_b32 exec_lo, -1").unwrap();
    for at in (0..LANE_BYTES).step_by(4) {
        writeln!(text, "{}{WAIT}global_store_b32 v18, v19, s[4:5] offset:{at}", way.copy("load", at)).unwrap();
    }
    writeln!(text, "s_add_u32 s4, s4, {IMAGE_BYTES}\ns_addc_u32 s5, s5, 0").unwrap();
    let returned = if way == Way::Buffer && instruction.contains("atomic") { "v[14:17]" } else { "v[10:13]" };
    writeln!(text, "global_store_b128 v1, {returned}, s[4:5]\n{WAIT}").unwrap();
    writeln!(text, "s_add_u32 s4, s4, 512\ns_addc_u32 s5, s5, 0").unwrap();
    text
}

fn kernel(way: Way, instructions: &[String]) -> String {
    let mut text = format!(
        "s_load_b128 s[4:7], s[0:1], 0\ns_waitcnt lgkmcnt(0)\ns_add_u32 s2, s6, {}\ns_addc_u32 s3, s7, 0\n\
         v_lshlrev_b32_e32 v1, 4, v0\nv_lshlrev_b32_e32 v18, 7, v0\nv_lshl_add_u32 v19, v0, 2, {:#x}\n\
         global_load_b32 v8, v19, s[6:7]\n{WAIT}v_and_b32_e32 v9, -8, v8\n\
         v_add_nc_u32_e32 v2, v18, v8\nv_add_nc_u32_e32 v3, v18, v9\n\
         s_mov_b64 s[12:13], src_shared_base\ns_mov_b64 s[14:15], src_private_base\n",
        IMAGE_BYTES + 128,
        IMAGE_BYTES
    );
    instructions.iter().for_each(|instruction| text += &block(way, instruction));
    text + "s_endpgm\n"
}

/// The bytes that all instructions begin with.
pub struct Input {
    pub image: Vec<u8>,
    /// Where each lane's address is in its bytes.
    pub offsets: [usize; 32],
    /// Four registers of each lane.
    pub data: [[u32; 4]; 32],
}

impl Input {
    pub fn new() -> Input {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 32) as u32
        };
        let mut image: Vec<u8> = (0..IMAGE_BYTES).map(|_| next() as u8).collect();
        let offsets = std::array::from_fn(|_| next() as usize % (LANE_BYTES - 16 - OFFSET));
        let mut data = std::array::from_fn(|_| std::array::from_fn(|_| next()));
        // Some lanes compare equal, one way or the other, and some find the edges of counters.
        for lane in (0..32).step_by(3) {
            let at = lane * LANE_BYTES + (offsets[lane] & !7) + OFFSET;
            let old: [u32; 2] =
                std::array::from_fn(|word| u32::from_le_bytes(image[at + 4 * word..][..4].try_into().unwrap()));
            data[lane] = match lane % 4 {
                0 => [next(), old[0], old[1], next()],
                1 => [next(), next(), old[0], old[1]],
                2 => [old[0], old[1], next(), next()],
                _ => [0, 0, old[0], old[1]],
            };
            if lane % 5 == 0 {
                image[at..at + 8].fill(0);
            }
        }
        Input { image, offsets, data }
    }

    /// The address of a lane in the image.
    pub fn at(&self, lane: usize, is_aligned: bool) -> usize {
        let own = if is_aligned { self.offsets[lane] & !7 } else { self.offsets[lane] };
        lane * LANE_BYTES + own + OFFSET
    }

    fn bytes(&self) -> Vec<u8> {
        let words = self.offsets.iter().map(|&offset| offset as u32).chain(self.data.iter().flatten().copied());
        self.image.iter().copied().chain(words.flat_map(u32::to_le_bytes)).collect()
    }
}

/// What one instruction left.
pub struct Output {
    pub image: Vec<u8>,
    /// Of each lane; those of buffer atomics are the data registers.
    pub registers: [[u32; 4]; 32],
}

/// Runs all instructions and gives what each left.
pub fn run(name: &str, way: Way, instructions: &[String], input: &Input) -> Vec<Output> {
    let code = kernel(way, instructions);
    let object = Assembly { name, code: &code, lds_bytes: 4096, scratch_bytes: 128 }.load();
    let mut memory = Memory::default();
    let out = memory.create("out", (instructions.len() * OUTPUT_BYTES) as u64).unwrap();
    let data = memory.add("in", &input.bytes());
    let arguments = [out.to_le_bytes(), data.to_le_bytes()].concat();
    let request =
        Launch { kernel: "test", grid: [1; 3], block: [32, 1, 1], arguments: &arguments, dynamic_lds_bytes: 0 };
    launch(&object, &mut memory, &request, &Options::default(), &Watch::default())
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let bytes = memory.buffer(out).unwrap().to_vec();
    let word = |bytes: &[u8], index: usize| u32::from_le_bytes(bytes[4 * index..][..4].try_into().unwrap());
    let output = |bytes: &[u8]| Output {
        image: bytes[..IMAGE_BYTES].to_vec(),
        registers: std::array::from_fn(|lane| std::array::from_fn(|r| word(&bytes[IMAGE_BYTES..], 4 * lane + r))),
    };
    bytes.chunks_exact(OUTPUT_BYTES).map(output).collect()
}
