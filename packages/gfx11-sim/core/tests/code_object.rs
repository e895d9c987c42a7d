//! The loader on compiled kernels, and on damaged files.

mod support;

use moe_gfx11_sim::{Abi, Arch, CodeObject, Rounding, SimError};
use std::sync::LazyLock;

fn compile(file: &str, arch: &str, level: &str, options: &[&str]) -> Vec<u8> {
    std::fs::read(support::compile(file, arch, level, options)).unwrap()
}

/// memory.hip for gfx1151 at -O3.
static MEMORY: LazyLock<Vec<u8>> = LazyLock::new(|| compile("memory.hip", "gfx1151", "-O3", &[]));

fn code(result: Result<CodeObject, SimError>) -> &'static str {
    result.map_or_else(|error| error.code(), |_| "loaded")
}

#[test]
fn a_kernels_arguments_and_descriptor_are_what_its_source_says() {
    let object = CodeObject::load(&MEMORY).unwrap();
    assert_eq!((object.arch, object.abi), (Arch::Gfx1151, Abi::V5));
    let kernel = object.kernel("uniform_loads").unwrap();
    let explicit = kernel.metadata.arguments.iter().filter(|argument| !argument.is_hidden());
    let explicit: Vec<_> =
        explicit.map(|a| (a.offset_bytes, a.size_bytes, a.value_kind.as_str(), a.address_space.as_str())).collect();
    assert_eq!(
        explicit,
        [(0, 8, "global_buffer", "global"), (8, 8, "global_buffer", "global"), (16, 8, "by_value", "")]
    );
    let hidden =
        kernel.metadata.arguments.iter().find(|argument| argument.value_kind == "hidden_group_size_x").unwrap();
    assert_eq!((hidden.offset_bytes, hidden.size_bytes), (36, 2));
    let descriptor = &kernel.descriptor;
    assert!(descriptor.wave32 && descriptor.user_sgprs.kernarg_pointer && descriptor.workgroup_id[0]);
    assert_eq!(descriptor.round_f32, Rounding::NearestEven);
    assert!(descriptor.denormals_f32.keep_inputs && descriptor.denormals_f16_f64.keep_outputs);
    assert_eq!(u64::from(descriptor.kernarg_bytes), kernel.metadata.kernarg_bytes);
    assert!(u64::from(descriptor.vgprs) >= kernel.metadata.vgpr_count);
}

#[test]
fn lds_and_scratch_sizes_are_those_of_the_arrays() {
    let object = CodeObject::load(&MEMORY).unwrap();
    let lds = |name| object.kernel(name).unwrap().descriptor.lds_bytes;
    assert_eq!((lds("reverse_in_lds"), lds("bytes_in_lds"), lds("copy_u8")), (1024, 3584, 0));
    let unoptimized = CodeObject::load(&compile("memory.hip", "gfx1100", "-O0", &[])).unwrap();
    assert!(unoptimized.kernel("scratch_array").unwrap().descriptor.scratch_bytes >= 24 * 4);
}

#[test]
fn code_object_version_6_loads_and_older_ones_are_refused() {
    let version = |number: &str| {
        let option = format!("-mcode-object-version={number}");
        CodeObject::load(&compile("wmma.hip", "gfx1100", "-O3", &[&option]))
    };
    assert_eq!(version("6").unwrap().abi, Abi::V6);
    assert_eq!(version("4").unwrap_err().code(), "E_ABI");
}

#[test]
fn a_wave64_kernel_and_an_unknown_name_are_named_errors() {
    let object = compile("control.hip", "gfx1100", "-O3", &["-mwavefrontsize64"]);
    let object = CodeObject::load(&object).unwrap();
    assert_eq!(object.kernel("cases").unwrap_err().code(), "E_WAVE64");
    let error = object.kernel("Cases").unwrap_err();
    assert_eq!(error.code(), "E_KERNEL_UNKNOWN");
    assert!(error.to_string().contains("nested_branches"), "{error}");
}

#[test]
fn another_processor_and_another_file_are_refused() {
    let other = compile("integers.hip", "gfx1030", "-O1", &[]);
    assert_eq!(code(CodeObject::load(&other)), "E_ARCH");
    let host = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    assert_eq!(code(CodeObject::load(&host)), "E_FORMAT");
    assert_eq!(code(CodeObject::load(b"")), "E_FORMAT");
    assert_eq!(code(CodeObject::load(b"\x7fELF")), "E_TRUNCATED");
}

#[test]
fn a_file_cut_anywhere_is_an_error() {
    for length in (0..MEMORY.len()).step_by(37).chain(MEMORY.len() - 64..MEMORY.len()) {
        match CodeObject::load(&MEMORY[..length]) {
            // The section headers come last, so loading needs the whole file.
            Ok(_) => panic!("{length} of {} bytes loaded", MEMORY.len()),
            Err(error) => assert!(["E_FORMAT", "E_TRUNCATED"].contains(&error.code()), "{length}: {error}"),
        }
    }
}

#[test]
fn an_entry_point_that_is_misaligned_or_outside_is_refused() {
    let object = CodeObject::load(&MEMORY).unwrap();
    let symbol = object.symbols.iter().find(|symbol| symbol.name == "uniform_loads.kd").unwrap();
    let descriptor = &object.image[symbol.address as usize..][..64];
    let at = MEMORY.windows(64).position(|window| window == descriptor).unwrap() + 16;
    for (xor, byte) in [(2, 0), (0x40, 4), (0x40, 7)] {
        let mut damaged = MEMORY.clone();
        damaged[at + byte] ^= xor;
        let error = CodeObject::load(&damaged).unwrap_err();
        assert_eq!(error.code(), "E_DESCRIPTOR", "{error}");
        assert!(error.to_string().contains("uniform_loads"), "{error}");
    }
}

#[test]
fn flipped_bits_never_panic_and_never_allocate_without_bound() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % bound as u64) as usize
    };
    let mut bytes = MEMORY.clone();
    let mut failed = 0;
    for round in 0..4000 {
        // Half of the flips hit the headers, where most of the structure is.
        let flips: Vec<(usize, u8)> =
            (0..1 + next(4)).map(|_| (next(if round % 2 == 0 { 512 } else { MEMORY.len() }), 1 << next(8))).collect();
        flips.iter().for_each(|&(at, bit)| bytes[at] ^= bit);
        match CodeObject::load(&bytes) {
            Ok(object) => {
                for kernel in object.kernels.iter().take(3) {
                    object.instructions(kernel.entry, kernel.code_bytes).for_each(drop);
                }
            }
            Err(error) => {
                assert!(!error.to_string().is_empty());
                failed += 1;
            }
        }
        flips.iter().for_each(|&(at, bit)| bytes[at] ^= bit);
    }
    assert_eq!(bytes, *MEMORY);
    assert!(failed > 400, "only {failed} of 4000 damaged files were refused");
}

/// Writes the bytes of a section header: its kind, offset, size and link.
fn set_section(file: &mut [u8], index: usize, kind: u32, offset: u64, size: u64, link: u32) {
    let headers = u64::from_le_bytes(file[40..48].try_into().unwrap()) as usize;
    let header = &mut file[headers + 64 * index..][..64];
    header[4..8].copy_from_slice(&kind.to_le_bytes());
    header[24..32].copy_from_slice(&offset.to_le_bytes());
    header[32..40].copy_from_slice(&size.to_le_bytes());
    header[40..44].copy_from_slice(&link.to_le_bytes());
}

const DYNAMIC_SYMBOLS: u32 = 11;
const RELOCATIONS: u32 = 4;

#[test]
fn tables_that_lie_over_each_other_are_refused() {
    let mut file = MEMORY.clone();
    let bytes = file.len() as u64;
    set_section(&mut file, 1, RELOCATIONS, 0, bytes / 2 + 1, 0);
    set_section(&mut file, 2, DYNAMIC_SYMBOLS, 0, bytes / 2, 3);
    let error = CodeObject::load(&file).unwrap_err();
    assert_eq!((error.code(), error.to_string().contains("tables overlap")), ("E_FORMAT", true), "{error}");
}

#[test]
fn symbols_that_share_one_long_name_are_refused() {
    let mut file = MEMORY.clone();
    let (name, symbols) = (vec![b'a'; 1 << 20], vec![0; 24 * 17]);
    let at = file.len() as u64;
    file.extend([&name[..], &symbols].concat());
    set_section(&mut file, 1, DYNAMIC_SYMBOLS, at + name.len() as u64, symbols.len() as u64, 2);
    set_section(&mut file, 2, 3, at, name.len() as u64, 0);
    assert_eq!(code(CodeObject::load(&file)), "E_TOO_LARGE");
}
