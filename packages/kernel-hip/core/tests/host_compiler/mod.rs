//! Compiles CUDA sources for this machine, with clang-19.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

const RUNTIME: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../mock/cuda");

pub fn object(source: &Path, options: &[String]) -> PathBuf {
    let object = source.with_extension("o");
    let files = ["-x".as_ref(), "c++".as_ref(), "-c".as_ref(), source.as_os_str(), "-o".as_ref(), object.as_os_str()];
    clang(options.iter().map(OsString::from).chain(files.map(OsString::from)));
    object
}

/// A library that [`HostKernels`](moe_mock_driver::host_kernels::HostKernels) opens.
pub fn link(objects: &[PathBuf], library: &Path) {
    // A library that cannot be opened is no fault that was found.
    let options = ["-shared".as_ref(), "-Wl,--no-undefined".as_ref(), "-o".as_ref(), library.as_os_str()];
    let inputs = objects.iter().map(PathBuf::as_path).chain([runtime()]).map(OsString::from);
    clang(options.map(OsString::from).into_iter().chain(inputs));
}

/// What all of them run on, compiled once.
fn runtime() -> &'static Path {
    static OBJECT: OnceLock<PathBuf> = OnceLock::new();
    OBJECT.get_or_init(|| {
        let object = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cuda-block.o");
        let source = Path::new(RUNTIME).join("block.cpp");
        clang(["-O2".into(), "-c".into(), source.into(), "-o".into(), object.clone().into()]);
        object
    })
}

fn clang(arguments: impl IntoIterator<Item = OsString>) {
    let mut clang = Command::new("clang++-19");
    clang.args(["-std=c++20", "-fPIC", "-march=native", "-include", "cuda.h", "-I", RUNTIME]).args(arguments);
    let output = clang.output().unwrap_or_else(|error| panic!("{clang:?}: {error}; install clang-19"));
    assert!(output.status.success(), "{clang:?}: {}", String::from_utf8_lossy(&output.stderr));
}
