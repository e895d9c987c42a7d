//! Corpus kernels on the host, from the same source: a fiber for each thread of a workgroup (`corpus/host_group.h`).

use super::case::{Argument, Case};
use std::ffi::{CString, c_char, c_int, c_void};
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

unsafe extern "C" {
    fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
}

/// A corpus file as a shared library of the host; stays loaded.
pub struct Host {
    library: *mut c_void,
    /// Workgroups run in the library's own variables, one launch at a time.
    launching: Mutex<()>,
}

// SAFETY: the handle is only looked up in, and launches exclude each other.
unsafe impl Send for Host {}
// SAFETY: as above.
unsafe impl Sync for Host {}

impl Host {
    /// Compiles a file with an entry point for each of its kernels.
    pub fn compile<'a>(file: &str, kernels: impl Iterator<Item = &'a str>) -> Host {
        const RTLD_NOW: c_int = 2;
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        // Tests that run at the same time each have their own.
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("{file}-host{}", COUNT.fetch_add(1, Relaxed));
        let (source, library) = (folder.join(format!("{name}.cpp")), folder.join(format!("{name}.so")));
        let entries: String = kernels.map(entry).collect();
        std::fs::write(&source, format!("#include \"{file}\"\n{entries}")).unwrap();
        let mut clang = Command::new("clang++-19");
        clang.args(["-std=c++20", "-O1", "-fwrapv", "-ffp-contract=off", "-fPIC", "-shared", "-w"]);
        for format in ["float16", "bfloat16"] {
            clang.args(["-Xclang", &format!("-f{format}-excess-precision=none")]);
        }
        crate::support::run(clang.arg("-I").arg(corpus).arg("-o").arg(&library).arg(&source));
        let path = CString::new(library.to_str().unwrap()).unwrap();
        // SAFETY: the library was built above and has no initializers.
        let library = unsafe { dlopen(path.as_ptr(), RTLD_NOW) };
        assert!(!library.is_null(), "{path:?} does not load");
        Host { library, launching: Mutex::new(()) }
    }

    fn symbol(&self, name: &str) -> *mut c_void {
        let name = CString::new(name).unwrap();
        // SAFETY: the handle is of a loaded library.
        let symbol = unsafe { dlsym(self.library, name.as_ptr()) };
        assert!(!symbol.is_null(), "no symbol {name:?}");
        symbol
    }

    /// Runs a launch; gives all buffers as they are afterwards.
    pub fn run(&self, case: &Case) -> Vec<Vec<u8>> {
        type Entry = unsafe extern "C" fn(*const u8);
        type Launch = unsafe extern "C" fn(Entry, *const u32, *const u32, *const u8);
        // 64-byte units: kernels store whole vectors.
        let mut buffers: Vec<Vec<[u64; 8]>> = Vec::new();
        let arguments = case.segment(|argument| {
            let mut buffer = vec![[0; 8]; contents(argument).0.div_ceil(64).max(1)];
            for (at, byte) in contents(argument).1.iter().enumerate() {
                buffer[at / 64][at % 64 / 8] |= u64::from(*byte) << (at % 8 * 8);
            }
            buffers.push(buffer);
            buffers.last_mut().unwrap().as_mut_ptr() as u64
        });
        let _turn = self.launching.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        // SAFETY: the entry point reads as many arguments as the case gives; the kernel stays inside of its buffers, as
        // the simulator's bounds check shows for the same launch.
        unsafe {
            let launch = std::mem::transmute::<*mut c_void, Launch>(self.symbol("host_launch"));
            let entry = std::mem::transmute::<*mut c_void, Entry>(self.symbol(&format!("host_run_{}", case.kernel)));
            launch(entry, case.grid.as_ptr(), case.block.as_ptr(), arguments.as_ptr());
        }
        let sizes = case.arguments.iter().filter(|argument| !matches!(argument, Argument::Value(_)));
        buffers.into_iter().zip(sizes).map(|(buffer, argument)| flat(&buffer, contents(argument).0)).collect()
    }
}

/// Size and initial bytes of a buffer.
fn contents(argument: &Argument) -> (usize, &[u8]) {
    match argument {
        Argument::Buffer(_, bytes) => (bytes.len(), bytes),
        Argument::Fresh(_, bytes) => (*bytes as usize, &[]),
        Argument::Value(_) => (0, &[]),
    }
}

fn flat(buffer: &[[u64; 8]], bytes: usize) -> Vec<u8> {
    let mut flat: Vec<u8> = buffer.iter().flatten().flat_map(|word| word.to_le_bytes()).collect();
    flat.truncate(bytes);
    flat
}

fn entry(kernel: &str) -> String {
    format!(
        "extern \"C\" void host_run_{kernel}(const unsigned char *arguments) {{ host_call(&{kernel}, arguments); }}\n"
    )
}
