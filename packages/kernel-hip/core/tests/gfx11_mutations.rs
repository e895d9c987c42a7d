//! Faults that are put into the kernel's source have to be found, by value or by a check of the simulator. Needs
//! clang-19 and lld-19.

mod gemm;

use gemm::fault::{self, Fault, fault};
use gemm::{Case, Family, Float, Instantiation, Random};
use moe_gfx11_sim::CodeObject;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

const KERNELS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../kernels");
/// Zero points, row sums and more than one chunk in a group: all code but that of f16.
const INSTANTIATION: Instantiation = Instantiation { float: Float::Bf16, group: 64, zeros: true };
const SEED: u64 = 1;

const FAULTS: [Fault; 18] = [
    fault(
        "row sums of the other half of the wave",
        "gemm/gemm.h",
        "KINDS * SUMS + lane_id() / 16 * 32;",
        "KINDS * SUMS + (1 - lane_id() / 16) * 32;",
    ),
    fault("nibbles one bit off", "common/types.h", "((word >> 5) & 0x00780078u)", "((word >> 4) & 0x00780078u)"),
    fault(
        "no barrier before a chunk",
        "gemm/gemm.h",
        "        lds_barrier(lds);\n        if (chunk == 0) start",
        "        if (chunk != 1) lds_barrier(lds);\n        if (chunk == 0) start",
    ),
    fault("barrier without a wait for the LDS", "common/gfx11.h", "s_waitcnt lgkmcnt(0)\\n\\ts_barrier", "s_barrier"),
    fault(
        "columns past the end stored",
        "gemm/gemm.h",
        "if (col >= args.cols) return;",
        "if (col > args.cols) return;",
    ),
    fault("zero point of the next column tile", "gemm/gemm.h", "f32(zeros[j]);", "f32(zeros[COL_TILES - 1 - j]);"),
    fault(
        "zero point of the group before",
        "gemm/gemm.h",
        "zero_base = opaque(zero_base + 1);",
        "zero_base = opaque(zero_base + (groups & 0));",
    ),
    fault(
        "one scale left out",
        "gemm/gemm.h",
        "s[j] = T::widen(scale[j]);",
        "s[j] = j == 1 ? 1.0f : T::widen(scale[j]);",
    ),
    fault("row sums of the group before", "gemm/gemm.h", "store_sums(parity ^ 1);", "store_sums(parity);"),
    fault(
        "row sums of the last lanes halved",
        "gemm/row_sums.h",
        "bits_as<f32>(two);",
        "(lane_id() == WAVE - QUAD ? 0 : bits_as<f32>(two));",
    ),
    fault(
        "weights of an expert one row short",
        "gemm/weights.h",
        "u64(tile.expert) * args.cols * args.row_stride",
        "u64(tile.expert) * (args.cols - 1) * args.row_stride",
    ),
    fault(
        "padded rows stored",
        "gemm/gemm.h",
        "if (flat < args.num_valid) {\n        *(GLOBAL",
        "if (flat <= args.num_valid) {\n        *(GLOBAL",
    ),
    fault(
        "last group not loaded",
        "gemm/gemm.h",
        "const bool more = g + 1 < groups;",
        "const bool more = g + 2 < groups;",
    ),
    fault("rows of A at the distance of W", "gemm/gemm.h", "fragment(a, A_PLANE)", "fragment(a, W_PLANE)"),
    fault("quotient not corrected", "gemm/tile.h", ">= args.top_k ? 1 : 0", "> args.top_k ? 1 : 0"),
    fault(
        "rows with a NaN not marked",
        "gemm/row_sums.h",
        "(large & mine) != 0) out[0]",
        "(large & mine) == 1) out[0]",
    ),
    fault(
        "experts out of range not skipped",
        "gemm/tile.h",
        "if (tile.expert >= args.num_experts) return false;",
        "if (i32(tile.expert) < 0) return false;",
    ),
    fault(
        "blocks of the next expert fused too",
        "gemm/tile.h",
        "const u32 after = others >> place;",
        "const u32 after = others >> place & ~2u;",
    ),
];

/// Compiles the kernel with a fault, or without one, for one instantiation.
fn compile(number: usize, fault: Option<&Fault>) -> CodeObject {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fault-{number}"));
    for file in sources(Path::new(KERNELS)) {
        let to = folder.join(&file);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        let text = std::fs::read_to_string(Path::new(KERNELS).join(&file)).unwrap();
        std::fs::write(to, edited(&file, text, fault)).unwrap();
    }
    let object = folder.join("code.co");
    let mut clang = Command::new("clang-19");
    clang.args(["-x", "hip", "--cuda-device-only", "--no-gpu-bundle-output", "-nogpuinc", "-nogpulib", "-O3"]);
    clang.args(["-std=c++20", "--offload-arch=gfx1151", "-o"]).arg(&object).arg(folder.join("moe_w4a16_gemm.hip"));
    let output = clang.output().unwrap_or_else(|error| panic!("{clang:?}: {error}; install clang-19 lld-19"));
    assert!(output.status.success(), "{clang:?}: {}", String::from_utf8_lossy(&output.stderr));
    CodeObject::load(&std::fs::read(object).unwrap()).unwrap()
}

/// The gfx11 sources, below the folder.
fn sources(root: &Path) -> Vec<PathBuf> {
    let entries = |folder: &Path| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let all = ["", "common", "gemm"].into_iter().flat_map(|folder| entries(&root.join(folder)));
    all.filter(|path| path.is_file()).map(|path| path.strip_prefix(root).unwrap().to_owned()).collect()
}

fn edited(file: &Path, text: String, fault: Option<&Fault>) -> String {
    if file == Path::new("moe_w4a16_gemm.hip") {
        // The rows of the table but the one; their sums stay.
        let kept = format!("X({}, ", INSTANTIATION.suffix());
        let name = |line: &str| line.trim_start().split([' ', ',']).next().unwrap_or_default().to_owned();
        let other = |line: &&str| !name(line).starts_with("X(bf16") && !name(line).starts_with("X(f16");
        let lines: Vec<&str> = text.lines().filter(other).collect();
        let row = format!("{kept}Bf16, {}, {})", INSTANTIATION.group, INSTANTIATION.zeros);
        return lines.join("\n").replacen(
            "#define INSTANTIATIONS(X)",
            &format!("#define INSTANTIATIONS(X) {row} //"),
            1,
        );
    }
    match fault {
        Some(fault) => fault.put(file, text),
        None => text,
    }
}

/// Who found it: the code of a check, or what was compared.
fn finder(why: &str) -> &str {
    let code = why.split(':').next().unwrap_or_default();
    match why {
        _ if code.starts_with("E_") => code,
        _ if why.contains("instead of") => "value",
        _ if why.contains("has no route") => "untouched row",
        _ if why.contains("matrix operations") => "count",
        _ => why,
    }
}

fn findings(object: &CodeObject, cases: &[Case]) -> BTreeSet<String> {
    let prove = |(number, case): (usize, &Case)| {
        let (problem, schedule) = gemm::problem_of(*case, SEED, number);
        gemm::prove(object, &problem, schedule).err()
    };
    cases.iter().enumerate().filter_map(prove).map(|why| finder(&why).to_owned()).collect()
}

#[test]
fn every_fault_that_is_put_into_the_source_is_found() {
    let cases = gemm::covering_family(&Family::GFX11, &[INSTANTIATION], &mut Random::new(SEED));
    assert_eq!(findings(&compile(0, None), &cases), BTreeSet::new(), "the source as it is");
    fault::find_all(&FAULTS, |number, fault| findings(&compile(number + 1, Some(fault)), &cases));
}
