//! The run-time compiler's whole path, through a mock that calls clang-19 and fails at any call.

mod support;

use moe_kernel_hip::{Arguments, Compiler, Driver, GpuError, LaunchSize, Start, Vendor};
use support::Mock;

const SOURCE: &str = include_str!("data/scale.hip");
const CODE_OBJECT: &[u8] = include_bytes!("data/scale.gfx1151.co");

fn whole_path(arch: &str) -> Result<Vec<u8>, GpuError> {
    Compiler::load()?.compile("scale.hip", SOURCE, arch)
}

/// Runs `scale` on one value.
fn triple(code: &[u8], value: u32) -> u32 {
    let device = Driver::load(Vendor::Amd).unwrap().open(0).unwrap();
    let source = device.upload(&value.to_le_bytes()).unwrap();
    let out = device.allocate(4).unwrap();
    let function = device.load_module(code).unwrap().function("scale").unwrap();
    let stream = device.stream().unwrap();
    let size = LaunchSize { grid: [1, 1, 1], block: [64, 1, 1], shared_bytes: 0 };
    function
        .launch(&size, &Arguments::new().buffer(&out).buffer(&source).u32(1).u32(3), &stream, Start::AfterPrevious)
        .unwrap();
    stream.wait().unwrap();
    let mut bytes = [0; 4];
    out.read(0, &mut bytes).unwrap();
    u32::from_le_bytes(bytes)
}

#[test]
fn what_was_compiled_runs_on_a_processor_that_no_prebuilt_object_is_for() {
    let mock = Mock::take();
    mock.reset("gfx1153", 1, 1 << 20);
    mock.compile_to(CODE_OBJECT);
    assert_eq!(triple(&whole_path("gfx1153").unwrap(), 14), 42);
    assert_eq!(mock.live(), 0);
}

#[test]
fn a_failure_of_any_call_is_an_error_that_leaks_nothing() {
    let mock = Mock::take();
    let calls = [
        "hiprtcCreateProgram",
        "hiprtcCompileProgram",
        "hiprtcGetCodeSize",
        "hiprtcGetCode",
        "hiprtcGetProgramLogSize",
        "hiprtcGetProgramLog",
        "hiprtcDestroyProgram",
    ];
    for call in calls {
        for number in [1, 3, 4, 5, 6, 7, 11, 12_345] {
            mock.reset("gfx1151", 1, 1 << 20);
            mock.compile_to(CODE_OBJECT);
            let reads_log = call.contains("Log");
            if reads_log {
                mock.compile_to(b""); // the log is read where nothing was compiled
            }
            mock.fail(call, 1, number);
            let result = whole_path("gfx1151");
            let case = format!("{call} returning {number}");
            assert_eq!(mock.calls(call), 1, "{case}");
            let is_release = call == "hiprtcDestroyProgram";
            assert_eq!(result.is_ok(), is_release, "{case}");
            assert_eq!(mock.live(), i64::from(is_release), "{case}");
            if let Err(error) = result {
                let expected = if call == "hiprtcCompileProgram" && number == 6 { "E_COMPILE" } else { "E_DRIVER" };
                assert_eq!(error.code(), expected, "{case}: {error}");
                assert!(error.to_string().contains(call) && error.to_string().contains(&number.to_string()), "{error}");
            }
        }
    }
}

#[test]
fn a_source_that_is_wrong_is_an_error_with_the_compilers_log() {
    let mock = Mock::take();
    mock.reset("gfx1151", 1, 1 << 20);
    mock.compile_to(b"");
    let Err(GpuError::Compile { log, what, .. }) = whole_path("gfx1151") else { panic!("it compiled") };
    assert_eq!(
        (log.as_str(), what.as_str()),
        ("note: a mock\nscale.hip:1:1: error: no code\n", "scale.hip for gfx1151")
    );
    let message = whole_path("gfx1151").unwrap_err().to_string();
    assert!(
        message.ends_with(
            "(hiprtcCompileProgram failed with HIPRTC_ERROR_COMPILATION (6)): scale.hip:1:1: error: no code"
        ),
        "{message}"
    );
    assert_eq!(mock.live(), 0);
}

#[test]
fn a_processor_that_the_compiler_does_not_know_never_reaches_it() {
    let mock = Mock::take();
    mock.reset("gfx1151", 1, 1 << 20);
    let error = whole_path("gfx1199").unwrap_err();
    assert_eq!(error.code(), "E_ARCH");
    assert!(error.to_string().contains("does not compile for gfx1199; it does for gfx1100, gfx1101, "), "{error}");
    assert_eq!((mock.calls("hiprtcCompileProgram"), mock.live()), (0, 0));
    // A list that cannot be had is no reason to refuse.
    mock.compile_to(CODE_OBJECT);
    mock.fail("amd_comgr_get_isa_count", 1, 2);
    assert_eq!(whole_path("gfx1199").unwrap().len(), CODE_OBJECT.len());
}

#[test]
fn a_missing_library_and_text_with_a_zero_are_told() {
    let _mock = Mock::take();
    let error = Compiler::load_from(Some("/nowhere/libhiprtc.so")).err().unwrap();
    assert_eq!(error.code(), "E_NO_LIBRARY");
    let start = "no HIP run-time compiler: tried /nowhere/libhiprtc.so (";
    assert!(error.to_string().starts_with(start) && error.to_string().contains("MOE_HIPRTC_LIBRARY"), "{error}");
    let error = Compiler::load_from(Some("libc.so.6")).err().unwrap();
    assert_eq!(error.code(), "E_DRIVER_OLD");
    let error = Compiler::load().unwrap().compile("a\0b", SOURCE, "gfx1151").unwrap_err();
    assert_eq!(error.to_string(), "the source's name is text with a zero inside, but must be text without zero");
}
