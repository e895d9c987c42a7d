//! Compares random encodings of every family with `llvm-mc-19`: the same text, or invalid for both.
//!
//! cargo run --release --example against_llvm -- gfx1151 100000 1

use moe_gfx11_sim::Arch;
use moe_gfx11_sim::isa::decode;
use std::io::Write;
use std::process::{Command, ExitCode, Stdio};
use std::thread;

/// Name, fixed high bits and how many low bits of the first word are free.
const FAMILIES: [(&str, u32, u32); 19] = [
    ("sop2", 0x8000_0000, 30),
    ("sop1", 0xbe80_0000, 23),
    ("sopc", 0xbf00_0000, 23),
    ("sopk", 0xb000_0000, 28),
    ("sopp", 0xbf80_0000, 23),
    ("smem", 0xf400_0000, 26),
    ("vop1", 0x7e00_0000, 25),
    ("vop2", 0x0000_0000, 31),
    ("vopc", 0x7c00_0000, 25),
    ("vop3", 0xd400_0000, 26),
    ("vop3p", 0xcc00_0000, 24),
    ("vopd", 0xc800_0000, 26),
    ("vinterp", 0xcd00_0000, 24),
    ("ldsdir", 0xce00_0000, 24),
    ("ds", 0xd800_0000, 26),
    ("flat", 0xdc00_0000, 26),
    ("mubuf", 0xe000_0000, 26),
    ("mtbuf", 0xe800_0000, 26),
    ("exp", 0xf800_0000, 26),
];

/// Stands between two encodings; random words are this one in 2^32 cases.
const MARK: (&str, &str) = ("[0xcd,0xab,0x82,0xbf]", "s_sethalt 0xabcd");

type Words = [u32; 3];

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        ((mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 32) as u32
    }

    /// A source code, vector registers and special codes more often than chance.
    fn source(&mut self) -> u32 {
        const SPECIAL: [u32; 10] = [255, 250, 233, 234, 254, 253, 124, 125, 126, 106];
        match self.next() % 4 {
            0 => SPECIAL[self.next() as usize % SPECIAL.len()],
            1 => self.next() % 512,
            _ => 256 + self.next() % 256,
        }
    }

    fn words(&mut self, family: (&str, u32, u32)) -> Words {
        let (name, prefix, free) = family;
        let mut words = [prefix | self.next() & ((1 << free) - 1), self.next(), self.next()];
        // Uniform bits are rarely valid: unused fields must be zero. So most encodings get plausible fields.
        let choice = self.next() % 8;
        if choice == 0 {
            return words;
        }
        match name {
            "vop1" | "vop2" | "vopc" => words[0] = words[0] & !0x1ff | self.source(),
            "vop3" | "vop3p" | "vinterp" => {
                let third = if choice < 4 { 0 } else { self.source() };
                let second = if choice < 2 { 0 } else { self.source() };
                words[1] = self.source() | second << 9 | third << 18;
                words[1] |=
                    if choice == 7 { self.next() & 0xf800_0000 } else { 0x1800_0000 * u32::from(name == "vop3p") };
                words[0] &= if choice == 7 { u32::MAX } else { !0x8700 };
                words[0] &= if name == "vop3" { u32::MAX } else { !0x0080_0000 };
            }
            "vopd" => words[1] = words[1] & !0x1ff | self.source(),
            "smem" => words[0] &= !(0xd0 << 18),
            "ds" => words[1] &= [0xff00_00ff, 0xff00_ffff, 0xffff, 0xff_ffff, 0xff, 0xffff_ffff][choice as usize % 6],
            "flat" if choice < 6 => words[1] = words[1] & !0x00ff_0000 | 124 << 16,
            "flat" | "mubuf" | "mtbuf" => words[1] &= !0x0020_0000,
            _ => {}
        }
        words
    }
}

/// What LLVM prints for each encoding, up to the first instruction that is invalid.
fn llvm(arch: Arch, encodings: &[Words]) -> Vec<Vec<String>> {
    let mut command = Command::new("llvm-mc-19");
    command.args(["--disassemble", "--triple=amdgcn", &format!("--mcpu={arch}")]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("llvm-mc-19 starts; install llvm-19");
    let mut input = String::new();
    for words in encodings {
        let bytes: Vec<String> = words.iter().flat_map(|w| w.to_le_bytes()).map(|b| format!("{b:#04x}")).collect();
        input += &format!("{}\n[{}]\n", MARK.0, bytes.join(","));
    }
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let writer = thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("llvm-mc-19 ends");
    writer.join().expect("the writer ends").expect("llvm-mc-19 reads its input");
    let mut results: Vec<Vec<String>> = Vec::new();
    for line in String::from_utf8_lossy(&output.stdout).lines().map(str::trim) {
        match results.last_mut() {
            _ if line == MARK.1 => results.push(Vec::new()),
            Some(result) if !line.is_empty() => result.push(line.to_owned()),
            _ => {}
        }
    }
    // LLVM prints some invalid operands with a remark inside the text.
    let invalid = ["/*Invalid", "/* Invalid", "not supported starting from", "image_"];
    for result in &mut results {
        let end = result.iter().position(|text| invalid.iter().any(|remark| text.contains(remark)));
        result.truncate(end.unwrap_or(result.len()));
    }
    results
}

fn ours(arch: Arch, words: &Words) -> Vec<String> {
    let mut rest = words.as_slice();
    let mut texts = Vec::new();
    while let Ok(instruction) = decode(rest, arch) {
        texts.push(instruction.to_string());
        rest = &rest[usize::from(instruction.size_bytes) / 4..];
    }
    texts
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arch = arguments.first().and_then(|name| Arch::parse(name)).unwrap_or(Arch::Gfx1151);
    let count: usize = arguments.get(1).and_then(|text| text.parse().ok()).unwrap_or(100_000);
    let seed: u64 = arguments.get(2).and_then(|text| text.parse().ok()).unwrap_or(1);
    println!("{arch}, {count} encodings a family, seed {seed}");
    let mut all_equal = true;
    for family in FAMILIES {
        let mut random = Random(seed ^ u64::from(family.1));
        let encodings: Vec<Words> = (0..count).map(|_| random.words(family)).collect();
        let expected = llvm(arch, &encodings);
        assert_eq!(expected.len(), count, "llvm-mc lost an encoding");
        let (mut valid, mut different) = (0, 0);
        for (words, expected) in encodings.iter().zip(&expected) {
            let found = ours(arch, words);
            valid += usize::from(!expected.is_empty());
            if found != *expected {
                different += 1;
                println!("  {words:08x?}\n    LLVM {expected:?}\n    here {found:?}");
            }
        }
        println!("{:8} {valid:8} valid, {different} different", family.0);
        all_equal &= different == 0;
    }
    if all_equal { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
