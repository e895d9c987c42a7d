//! Every variant of `KernelError`: its code, its whole message, and that a refused call wrote nothing.

mod support;

use moe_kernel_cpu::{GemmProblem, Isa, KernelError, RunOptions, moe_gemm_w4a16, reference_gemm};
use std::process::Command;
use support::case::{Case, POISON};
use support::{Random, Shape};

const HUGE: usize = usize::MAX;

/// 2 experts, n = 3, k = 16, G = 8, rows of 3 words (2 used); 4 routes in blocks of 2, zero points.
fn case() -> Case {
    let shape = Shape { experts: 2, n: 3, k: 16, group: 8, row_stride: 3, zeros: true };
    Case::exact(shape, &[0, 1, 1, 0], 2, 2, &mut Random(41))
}

/// Runs a spoilt problem on the kernel and the reference; both must refuse it alike and leave C alone.
fn refused(spoil: impl Fn(&mut GemmProblem)) -> (&'static str, String) {
    let case = case();
    let mut c = vec![POISON; 12];
    let mut call = |kernel: bool| {
        let mut problem = case.problem(&mut c);
        spoil(&mut problem);
        let options = RunOptions { threads: Some(2), ..RunOptions::default() };
        let result =
            if kernel { moe_gemm_w4a16(&mut problem, &options) } else { reference_gemm(&mut problem, &options) };
        let error = result.expect_err("refused");
        (error.code(), error.to_string())
    };
    let found = call(true);
    assert_eq!(found, call(false), "the reference refuses for the same reason");
    assert_eq!(c, [POISON; 12], "a refused call wrote to C");
    found
}

/// What a spoilt problem gives that is still allowed: no error and no panic.
fn accepted(spoil: impl Fn(&mut GemmProblem)) {
    let case = case();
    for path in support::case::paths() {
        let mut c = vec![POISON; 12];
        let mut problem = case.problem(&mut c);
        spoil(&mut problem);
        let options = RunOptions { isa: path, threads: Some(2), control: None };
        match path {
            Some(_) => moe_gemm_w4a16(&mut problem, &options).unwrap(),
            None => reference_gemm(&mut problem, &options).unwrap(),
        };
    }
}

macro_rules! refuses {
    ($($spoil:expr => $code:literal, $message:literal;)*) => {
        $(assert_eq!(refused($spoil), ($code, String::from($message)), "{}", stringify!($spoil));)*
    };
}

#[test]
fn a_wrong_size_is_named_with_what_is_allowed() {
    refuses! {
        |p| p.weights.group_size = 0 => "E_SHAPE", "groupSize is 0, but must be a positive multiple of 8";
        |p| p.weights.group_size = 12 => "E_SHAPE", "groupSize is 12, but must be a positive multiple of 8";
        |p| p.weights.group_size = 24 => "E_SHAPE", "k is 16, but must be a multiple of groupSize 24";
        |p| p.weights.k = 12 => "E_SHAPE", "k is 12, but must be a multiple of groupSize 8";
        |p| p.weights.row_stride = 1 => "E_SHAPE", "rowStride is 1, but must be at least k / 8 = 2";
        |p| p.block_m = 0 => "E_SHAPE", "blockM is 0, but must be at least 1";
        |p| p.top_k = 0 => "E_SHAPE", "topK is 0, but must be at least 1";
        |p| p.num_valid_tokens = 1 << 31 => "E_SHAPE", "numValidTokens is 2147483648, but must be below 2^31";
    }
}

#[test]
fn a_tensor_that_is_one_element_short_is_named_with_both_lengths() {
    refuses! {
        |p| p.weights.packed = &p.weights.packed[..16] => "E_SIZE", "packed has 16 elements, but this problem needs at least 17";
        |p| p.weights.scales = &p.weights.scales[..11] => "E_SIZE", "scales has 11 elements, but this problem needs at least 12";
        |p| p.weights.zeros = Some(&p.weights.zeros.unwrap()[..11]) => "E_SIZE", "zeros has 11 elements, but this problem needs at least 12";
        |p| p.a = &p.a[..31] => "E_SIZE", "a has 31 elements, but this problem needs at least 32";
        |p| (p.num_valid_tokens, p.a) = (3, &p.a[..31]) => "E_SIZE", "a has 31 elements, but this problem needs at least 32";
        |p| p.expert_ids = &p.expert_ids[..1] => "E_SIZE", "expertIds has 1 elements, but this problem needs at least 2";
        |p| p.c = &mut std::mem::take(&mut p.c)[..11] => "E_SIZE", "c has 11 elements, but this problem needs at least 12";
    }
    accepted(|p| p.weights.packed = &p.weights.packed[..17]); // the padding of the last row is not needed
    accepted(|p| p.sorted_token_ids = &p.sorted_token_ids[..1]); // what lies past the end is padding
}

#[test]
fn huge_sizes_are_refused_before_they_overflow_or_take_memory() {
    refuses! {
        |p| p.weights.num_experts = HUGE => "E_SHAPE", "numExperts is 18446744073709551615, but must be at most 1048576";
        |p| p.weights.n = HUGE => "E_SHAPE", "n is 18446744073709551615, but must be at most 2147483647";
        |p| p.weights.k = HUGE - 7 => "E_SHAPE", "k is 18446744073709551608, but must be at most 2147483647";
        |p| p.weights.k = 1 << 63 => "E_SHAPE", "k is 9223372036854775808, but must be at most 2147483647";
        |p| p.weights.row_stride = HUGE => "E_SHAPE", "rowStride is 18446744073709551615, but must be at most 2147483647";
        |p| p.weights.group_size = HUGE - 7 => "E_SHAPE", "k is 16, but must be a multiple of groupSize 18446744073709551608";
        |p| p.weights.row_stride = 1 << 30 => "E_SIZE", "packed has 18 elements, but this problem needs at least 5368709122";
        |p| (p.weights.n, p.weights.row_stride) = (1 << 24, 1 << 30) => "E_SHAPE", "packed is 33554432 × 1073741824, but must be at most 281474976710656 elements";
        |p| (p.weights.num_experts, p.weights.n) = (1 << 20, 1 << 30) => "E_SHAPE", "numExperts × n is 1048576 × 1073741824, but must be at most 281474976710656 elements";
        |p| p.num_blocks = HUGE => "E_SIZE", "expertIds has 2 elements, but this problem needs at least 18446744073709551615";
        |p| p.block_m = HUGE => "E_SHAPE", "numBlocks × blockM is 2 × 18446744073709551615, but must be at most 281474976710656 elements";
        |p| p.block_m = 1 << 63 => "E_SHAPE", "numBlocks × blockM is 2 × 9223372036854775808, but must be at most 281474976710656 elements";
        |p| p.num_valid_tokens = (1 << 31) - 1 => "E_SIZE", "c has 12 elements, but this problem needs at least 6442450941";
    }
    // The same sizes beside a dimension of 0 need no memory, so nothing but the limits can stop them.
    refuses! {
        |p| (p.weights.num_experts, p.weights.k) = (0, 1 << 63) => "E_SHAPE", "k is 9223372036854775808, but must be at most 2147483647";
        |p| (p.weights.n, p.weights.num_experts) = (0, HUGE) => "E_SHAPE", "numExperts is 18446744073709551615, but must be at most 1048576";
        |p| (p.weights.n, p.weights.row_stride) = (0, HUGE) => "E_SHAPE", "rowStride is 18446744073709551615, but must be at most 2147483647";
    }
    accepted(|p| (p.num_blocks, p.block_m) = (0, HUGE));
    accepted(|p| p.block_m = 1 << 40);
    accepted(|p| p.top_k = HUGE);
    accepted(|p| (p.weights.n, p.num_valid_tokens, p.top_k) = (0, (1 << 31) - 1, HUGE));
    accepted(|p| (p.weights.n, p.weights.num_experts) = (0, 1 << 20));
    accepted(|p| (p.weights.k, p.weights.group_size) = (0, HUGE - 7));
    accepted(|p| {
        (p.num_valid_tokens, p.weights.n) = (0, 0);
        (p.weights.k, p.weights.row_stride) = ((1 << 31) - 8, (1 << 31) - 1);
    });
    accepted(|p| p.num_blocks = 0);
    accepted(|p| p.num_valid_tokens = 0);
}

#[test]
fn an_id_out_of_range_is_named_with_its_place() {
    refuses! {
        |p| p.expert_ids = &[0, 2] => "E_ID_RANGE", "expertIds[1] is 2, but must be below numExperts 2, or negative for no expert";
        |p| p.expert_ids = &[i32::MAX, 0] => "E_ID_RANGE", "expertIds[0] is 2147483647, but must be below numExperts 2, or negative for no expert";
        |p| p.sorted_token_ids = &[0, 3, i32::MIN, 2] => "E_ID_RANGE", "sortedTokenIds[2] is -2147483648, but must be 0 or more";
        |p| p.sorted_token_ids = &[-1] => "E_ID_RANGE", "sortedTokenIds[0] is -1, but must be 0 or more";
        |p| (p.weights.num_experts, p.expert_ids) = (0, &[-1, 0]) => "E_ID_RANGE", "expertIds[1] is 0, but must be below numExperts 0, or negative for no expert";
    }
    accepted(|p| p.expert_ids = &[i32::MIN, -1]);
    accepted(|p| p.sorted_token_ids = &[i32::MAX, 4, 5]);
    accepted(|p| (p.expert_ids, p.sorted_token_ids) = (&[-1, 0], &[i32::MIN, -5, 0])); // a skipped block is not read
}

#[test]
fn a_route_that_two_rows_would_write_is_refused() {
    refuses! {
        |p| p.sorted_token_ids = &[3, 3] => "E_ID_REPEATED", "route 3 appears more than once in sortedTokenIds; each row of C may be written by one block only";
        |p| p.sorted_token_ids = &[0, 1, 2, 0] => "E_ID_REPEATED", "route 0 appears more than once in sortedTokenIds; each row of C may be written by one block only";
    }
    accepted(|p| (p.expert_ids, p.sorted_token_ids) = (&[-1, 0], &[0, 1, 1, 0]));
}

#[test]
fn a_zero_point_above_16_is_refused_in_an_expert_that_is_used_and_in_no_other() {
    refuses! {
        |p| p.weights.zeros = Some(&[16, 0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0]) => "E_ID_RANGE", "zeros[5] is 17, but must be 0 to 16";
        |p| p.weights.zeros = Some(&[0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0]) => "E_ID_RANGE", "zeros[6] is 255, but must be 0 to 16";
    }
    accepted(|p| {
        p.weights.zeros = Some(&[16, 0, 0, 0, 0, 16, 99, 0, 0, 0, 0, 99]);
        p.expert_ids = &[0, 0];
    });
}

#[test]
fn a_thread_count_outside_1_to_1024_is_refused() {
    let mut c = vec![POISON; 12];
    for (given, message) in
        [(0, "threads is 0, but must be 1 to 1024"), (1025, "threads is 1025, but must be 1 to 1024")]
    {
        let options = RunOptions { threads: Some(given), ..RunOptions::default() };
        let error = moe_gemm_w4a16(&mut case().problem(&mut c), &options).unwrap_err();
        assert_eq!((error.code(), error.to_string().as_str()), ("E_THREADS", message));
    }
}

#[test]
fn a_path_that_this_cpu_lacks_is_refused_and_the_others_are_listed() {
    let missing = Isa::ALL.into_iter().find(|isa| !isa.is_available()).expect("no CPU has both NEON and AVX");
    let options = RunOptions { isa: Some(missing), ..RunOptions::default() };
    let error = moe_gemm_w4a16(&mut case().problem(&mut [POISON; 12]), &options).unwrap_err();
    let list = Isa::available().into_iter().map(Isa::name).collect::<Vec<_>>().join(", ");
    let message = format!("the {missing} path is not available on this CPU, which has: {list}");
    assert_eq!((error.code(), error.to_string()), ("E_ISA_UNAVAILABLE", message));
    assert!(list.ends_with("portable"));
}

#[test]
fn an_unknown_path_is_refused_and_the_known_ones_are_listed() {
    let error = Isa::parse("sse9").unwrap_err();
    let message = "'sse9' is no CPU path; allowed are: amx, avx512bf16, avx512, avx2, neon, portable";
    assert_eq!((error.code(), error.to_string().as_str()), ("E_ISA_UNKNOWN", message));
    for isa in Isa::ALL {
        assert_eq!(Isa::parse(isa.name()), Ok(isa));
    }
}

/// Runs one test of this file in a process of its own, where `ROLE` tells it to act. `TEST_RUNNER` is the command of an
/// emulator where this program needs one.
fn in_a_process_with(test: &str, name: &str, value: &str) {
    let runner = std::env::var("TEST_RUNNER").unwrap_or_default();
    let mut words = runner.split_whitespace().map(Into::into).chain([std::env::current_exe().unwrap()]);
    let mut child = Command::new(words.next().unwrap());
    child.args(words);
    child.args([test, "--exact", "--test-threads=1"]).env("ROLE", "child").env(name, value);
    let output = child.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}{}", String::from_utf8_lossy(&output.stderr));
}

fn is_child() -> bool {
    std::env::var_os("ROLE").is_some()
}

#[test]
fn the_environment_variable_replaces_the_default_path_only() {
    const NAME: &str = "the_environment_variable_replaces_the_default_path_only";
    if !is_child() {
        for value in ["portable", "", "sse9"] {
            in_a_process_with(NAME, "MOE_CPU_ISA", value);
        }
        return;
    }
    let run = |isa| {
        let options = RunOptions { isa, ..RunOptions::default() };
        moe_gemm_w4a16(&mut case().problem(&mut [POISON; 12]), &options).map(|report| report.isa)
    };
    let best = Isa::available()[0];
    assert_eq!(run(Some(best)), Ok(best), "an explicit path wins");
    match std::env::var("MOE_CPU_ISA").unwrap().as_str() {
        "" => assert_eq!(run(None), Ok(best)),
        "portable" => assert_eq!(run(None), Ok(Isa::Portable)),
        other => assert_eq!(run(None), Err(KernelError::IsaUnknown { given: other.to_owned() })),
    }
}

#[test]
fn threads_that_the_system_refuses_are_an_error() {
    const NAME: &str = "threads_that_the_system_refuses_are_an_error";
    if !is_child() {
        return in_a_process_with(NAME, "RUST_MIN_STACK", &(1u64 << 60).to_string()); // more than any address space
    }
    let mut c = vec![POISON; 12];
    let options = RunOptions { threads: Some(2), ..RunOptions::default() };
    let error = moe_gemm_w4a16(&mut case().problem(&mut c), &options).unwrap_err();
    assert_eq!(error.code(), "E_THREADS");
    let message = error.to_string();
    assert!(message.starts_with("could not start 2 threads: "), "{message}");
    assert!(message.ends_with("; ask for fewer"), "{message}");
    assert_eq!(c, [POISON; 12]);
}

#[test]
fn a_flush_of_more_than_16_gib_is_refused() {
    use moe_kernel_cpu::cache::{EvictBy, evict};
    let error = evict((16 << 30) + 1, EvictBy::Read, Some(1)).unwrap_err();
    let message = "bytes is 17179869185, but must be at most 17179869184";
    assert_eq!((error.code(), error.to_string().as_str()), ("E_SHAPE", message));
    for by in [EvictBy::Read, EvictBy::Write] {
        for bytes in [0, 1, 3 << 20] {
            evict(bytes, by, Some(2)).unwrap();
        }
    }
}
