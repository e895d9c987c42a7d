//! CUDA kernels as code of the host that do what none may: it is found, and the test is none the worse. Needs clang-19.

mod gemm;
mod host_compiler;

use gemm::own_process;
use moe_mock_driver::host_kernels::HostKernels;
use moe_mock_driver::launch::Request;
use std::ffi::CString;
use std::path::{Path, PathBuf};

/// Bodies of kernels, and how what is found begins.
const KERNELS: [(&str, Option<&str>); 5] = [
    ("", None),
    (r#"moe_host::asynchronously([] { moe_host::fail("too late"); });"#, Some("kernel: too late")),
    ("*(volatile int*)16 = 1;", Some("died of signal 11")),
    ("std::abort();", Some("died of signal 6")),
    ("std::exit(0);", Some("ended too early with exit status: 0")),
];
/// Work that is put off is done as late as it can be.
const LATE: u64 = 1;

#[test]
fn what_no_kernel_may_do_is_found() {
    own_process::answer(|library| run(library).err());
    for (number, (body, wrong)) in KERNELS.into_iter().enumerate() {
        let found = own_process::first_wrong("what_no_kernel_may_do_is_found", &compile(number, body));
        let is_right = match (&found, wrong) {
            (Some(found), Some(wrong)) => found.starts_with(wrong),
            _ => found.as_deref() == wrong,
        };
        assert!(is_right, "{body}\n{found:?} instead of {wrong:?}");
    }
}

fn compile(number: usize, body: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cuda-kernel-{number}"));
    std::fs::create_dir_all(&folder).unwrap();
    let (source, library) = (folder.join("kernel.cu"), folder.join("kernel.so"));
    std::fs::write(&source, format!("extern \"C\" __global__ void kernel(const void*) {{ {body} }}\n")).unwrap();
    host_compiler::link(&[host_compiler::object(&source, &[])], &library);
    library
}

fn run(library: &Path) -> Result<(), String> {
    let path = CString::new(library.to_str().unwrap()).unwrap();
    // SAFETY: a library that was built for this.
    let kernels = unsafe { HostKernels::open(&path, LATE) }.unwrap();
    kernels.run("kernel", &Request { grid: [1; 3], block: [32, 1, 1], shared_bytes: 0, overlaps: false }, &[])
}
