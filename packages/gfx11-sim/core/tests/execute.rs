//! Control flow against a reference in Rust, and every way in which a launch fails.

#[path = "support/assembly.rs"]
mod assembly;
mod support;

use assembly::Assembly;
use moe_gfx11_sim::execute::{Launch, Memory, Options, Report, Watch, launch};
use moe_gfx11_sim::{CodeObject, SimError};

fn load(file: &str, level: &str) -> CodeObject {
    CodeObject::load(&std::fs::read(support::compile(file, "gfx1151", level, &[])).unwrap()).unwrap()
}

fn request<'a>(kernel: &'a str, arguments: &'a [u8]) -> Launch<'a> {
    Launch { kernel, grid: [2, 1, 1], block: [48, 1, 1], arguments, dynamic_lds_bytes: 0 }
}

fn run(object: &CodeObject, memory: &mut Memory, request: &Launch<'_>, limit: u64) -> Result<Report, SimError> {
    let options = Options { max_instructions: limit, ..Options::default() };
    launch(object, memory, request, &options, &Watch::default())
}

const THREADS: u32 = 96;

/// Runs a kernel `(out, in)` of 32-bit elements.
fn map(object: &CodeObject, kernel: &str, input: &[u32]) -> Result<(Vec<u32>, Report), SimError> {
    let mut memory = Memory::default();
    let out = memory.add("out", &vec![0; input.len() * 4]);
    let data = memory.add("in", &input.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>());
    let arguments = [out.to_le_bytes(), data.to_le_bytes()].concat();
    let report = run(object, &mut memory, &request(kernel, &arguments), 100_000)?;
    let bytes = memory.buffer(out).unwrap().to_vec();
    let words = bytes.chunks_exact(4);
    Ok((words.map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect(), report))
}

/// What a thread computes from its element.
type Reference = fn(u32) -> u32;

fn collatz(mut value: u32) -> u32 {
    let mut steps = 0;
    while value > 1 && steps < 1000 {
        value = if value & 1 != 0 { value.wrapping_mul(3).wrapping_add(1) } else { value / 2 };
        steps += 1;
    }
    steps
}

fn cases(x: u32) -> u32 {
    match x % 9 {
        0 => x.wrapping_add(1),
        1 => x.wrapping_mul(5),
        2 => (x ^ x >> 3).wrapping_sub(9),
        3 => x.wrapping_sub(9),
        5 => !x,
        8 => x.count_ones(),
        _ => 0,
    }
}

fn nested_branches(x: u32) -> u32 {
    match (x & 1 != 0, x & 2 != 0, x & 4 != 0) {
        (true, true, _) => x.wrapping_mul(3),
        (true, false, true) => x ^ 0x55,
        (true, false, false) => 7,
        (false, ..) => {
            (0..(x & 15).min(11)).filter(|i| i % 2 == 0).fold(0, |y, i| u32::wrapping_add(y, i.wrapping_mul(x)))
        }
    }
}

#[test]
fn divergent_loops_and_branches_agree_with_rust() {
    let input: Vec<u32> = (0..THREADS).map(|i| i.wrapping_mul(2_654_435_761) >> (i % 29)).collect();
    for level in ["-O1", "-O3"] {
        let object = load("control.hip", level);
        let references: [(&str, Reference); 3] =
            [("collatz", collatz), ("cases", cases), ("nested_branches", nested_branches)];
        for (kernel, reference) in references {
            let (found, report) = map(&object, kernel, &input).unwrap();
            let expected: Vec<u32> = input.iter().map(|&x| reference(x)).collect();
            assert_eq!(found, expected, "{kernel} {level}");
            assert_eq!(report.waves, 4);
        }
    }
}

#[test]
fn an_access_past_a_buffer_names_the_lane_and_the_instruction() {
    let object = load("control.hip", "-O3");
    let input = vec![5; THREADS as usize - 1];
    let error = map(&object, "cases", &input).unwrap_err();
    assert_eq!(error.code(), "E_BOUNDS");
    let text = error.to_string();
    assert!(text.contains("workgroup [1, 0, 0], wave 1, lane 15: 4 bytes at"), "{error}");
    assert!(text.contains("0 bytes behind the end of buffer 'in' of 380 bytes"), "{error}");
}

#[test]
fn a_loop_without_end_stops_at_the_limit() {
    let object = load("control.hip", "-O3");
    let mut memory = Memory::default();
    let out = memory.add("out", &[0; 1024]);
    let arguments = [out.to_le_bytes().as_slice(), &1_u32.to_le_bytes(), &u32::MAX.to_le_bytes()].concat();
    let error = run(&object, &mut memory, &request("scalar_loop", &arguments), 100_000).unwrap_err();
    assert_eq!(error.code(), "E_LOOP", "{error}");
}

#[test]
fn an_instruction_that_is_not_implemented_is_named() {
    let code = "exp mrt0 v0, v0, v0, v0 done\ns_endpgm";
    let object = Assembly { name: "export", code, lds_bytes: 0, scratch_bytes: 0 }.load();
    let error = run(&object, &mut Memory::default(), &request("test", &[]), 1000).unwrap_err();
    assert_eq!(error.code(), "E_UNIMPLEMENTED");
    assert!(error.to_string().contains("exp mrt0 v0, v0, v0, v0 done"), "{error}");
}

#[test]
fn a_launch_with_impossible_sizes_or_needs_is_refused() {
    let control = load("control.hip", "-O3");
    let run = |object: &CodeObject, launched: Launch<'_>| {
        run(object, &mut Memory::default(), &launched, 1000).map_err(|error| error.code())
    };
    let arguments = [0; 16];
    let good = request("cases", &arguments);
    for bad in [
        Launch { block: [0, 1, 1], ..good.clone() },
        Launch { block: [1025, 1, 1], ..good.clone() },
        Launch { block: [u32::MAX, u32::MAX, 2], ..good.clone() },
        Launch { grid: [1, 0, 1], ..good.clone() },
        Launch { arguments: &[0; 4096], ..good.clone() },
        Launch { dynamic_lds_bytes: 65_537, ..good.clone() },
    ] {
        assert_eq!(run(&control, bad), Err("E_LAUNCH"));
    }
    assert_eq!(run(&control, request("nothing", &arguments)), Err("E_KERNEL_UNKNOWN"));
}

#[test]
fn damaged_code_ends_in_an_error_or_at_its_limit() {
    let object = load("control.hip", "-O3");
    let bits = load("bits.hip", "-O1");
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % bound as u64) as usize
    };
    let mut failed = 0;
    for round in 0..3000 {
        let mut damaged = if round % 2 == 0 { object.clone() } else { bits.clone() };
        let kernel = damaged.kernels[next(damaged.kernels.len())].clone();
        for _ in 0..1 + next(6) {
            let at = kernel.entry as usize + next(kernel.code_bytes.max(1) as usize);
            damaged.image[at] ^= 1 << next(8);
        }
        let mut memory = Memory::default();
        let buffers: Vec<u8> = (0..4).flat_map(|_| memory.add("data", &[3; 4096]).to_le_bytes()).collect();
        let arguments = &buffers[..buffers.len().min(kernel.descriptor.kernarg_bytes as usize)];
        let request = request(&kernel.metadata.name, arguments);
        failed += u32::from(run(&damaged, &mut memory, &request, 500).is_err());
    }
    assert!(failed > 300, "only {failed} of 3000 damaged kernels failed");
}
