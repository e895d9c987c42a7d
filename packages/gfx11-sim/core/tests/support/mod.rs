//! Compiles the corpus with Debian's clang 19; the tests need the packages clang-19, lld-19 and llvm-19.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Compiles one file; `options` come last.
pub fn compile(file: &str, arch: &str, level: &str, options: &[&str]) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus").join(file);
    let stem = Path::new(file).file_name().and_then(|name| name.to_str()).unwrap_or(file);
    let name = format!("{stem}-{arch}{level}{}.co", options.concat());
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    // The compiler removes what it overwrites, and tests of one binary compile the same file at the same time.
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let own = path.with_extension(format!("co{}", COUNT.fetch_add(1, Relaxed)));
    let mut clang = Command::new("clang-19");
    clang.args(["-x", "hip", "--cuda-device-only", "--no-gpu-bundle-output", "-nogpuinc", "-nogpulib"]);
    clang.arg(format!("--offload-arch={arch}")).arg(level).args(options).arg("-o").arg(&own).arg(&source);
    run(&mut clang);
    std::fs::rename(&own, &path).expect("the folder is writable");
    path
}

/// What a command prints; a failure fails the test with what it said.
pub fn run(command: &mut Command) -> String {
    let output =
        command.output().unwrap_or_else(|error| panic!("{command:?}: {error}; install clang-19 lld-19 llvm-19"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("the output is UTF-8")
}
