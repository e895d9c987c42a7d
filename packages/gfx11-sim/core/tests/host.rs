//! Kernels of the corpus, executed here and compiled for the host: the outputs must agree bit for bit.

mod support;

use moe_gfx11_sim::CodeObject;
use moe_gfx11_sim::execute::{Launch, Memory, launch};
use std::ffi::{CString, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::process::Command;

const THREADS: u32 = 200;
/// More than the threads that store, so that some lanes must stay idle.
const LAUNCHED: u32 = 256;
/// The largest element of the compared kernels.
const ELEMENT_BYTES: usize = 16;

unsafe extern "C" {
    fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
}

/// A corpus file as a shared library of the host; stays loaded.
struct Host(*mut c_void);

impl Host {
    fn compile(file: &str) -> Host {
        const RTLD_NOW: c_int = 2;
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus").join(file);
        let library: PathBuf = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{file}.so"));
        let mut clang = Command::new("clang++-19");
        clang.args(["-x", "c++", "-O1", "-fwrapv", "-fPIC", "-shared", "-nostdlib", "-w", "-o"]);
        support::run(clang.arg(&library).arg(&source));
        let path = CString::new(library.to_str().unwrap()).unwrap();
        // SAFETY: the library was built above and has no initializers.
        let handle = unsafe { dlopen(path.as_ptr(), RTLD_NOW) };
        assert!(!handle.is_null(), "{library:?} does not load");
        Host(handle)
    }

    fn symbol(&self, name: &str) -> *mut c_void {
        let name = CString::new(name).unwrap();
        // SAFETY: the handle is of a loaded library.
        let symbol = unsafe { dlsym(self.0, name.as_ptr()) };
        assert!(!symbol.is_null(), "no symbol {name:?}");
        symbol
    }

    /// Calls a kernel once per thread.
    fn run(&self, kernel: &str, inputs: &[Vec<u8>; 3]) -> Vec<u8> {
        type Kernel = unsafe extern "C" fn(*mut u8, *const u8, *const u8, *const u8, u32);
        let mut out = vec![0; LAUNCHED as usize * ELEMENT_BYTES];
        let thread = self.symbol("corpus_global_id").cast::<u32>();
        // SAFETY: all compared kernels have this signature (macro MAP) and touch one element of at most 16 bytes.
        unsafe {
            let function = std::mem::transmute::<*mut c_void, Kernel>(self.symbol(kernel));
            for id in 0..LAUNCHED {
                *thread = id;
                let [a, b, c] = inputs.each_ref().map(Vec::as_ptr);
                function(out.as_mut_ptr(), a, b, c, THREADS);
            }
        }
        out
    }
}

/// Random words, with small and extreme ones among them.
fn inputs(seed: u64) -> [Vec<u8>; 3] {
    const EDGES: [u32; 10] = [0, 1, 2, 31, 32, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, u32::MAX];
    let mut state = seed;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let words = LAUNCHED as usize * ELEMENT_BYTES / 4;
    let mut word = move || match next() {
        random if random % 4 == 0 => EDGES[(random >> 32) as usize % EDGES.len()],
        random if random % 4 == 1 => (random >> 32) as u32 % 64,
        random => (random >> 32) as u32,
    };
    std::array::from_fn(|_| (0..words).flat_map(|_| word().to_le_bytes()).collect())
}

fn simulate(object: &CodeObject, kernel: &str, inputs: &[Vec<u8>; 3]) -> Vec<u8> {
    let mut memory = Memory::default();
    let out = memory.add("out", vec![0; LAUNCHED as usize * ELEMENT_BYTES]);
    let mut arguments = out.to_le_bytes().to_vec();
    for (name, input) in ["a", "b", "c"].into_iter().zip(inputs) {
        arguments.extend(memory.add(name, input.clone()).to_le_bytes());
    }
    arguments.extend(THREADS.to_le_bytes());
    // Four workgroups of two waves, the last wave partly past the end.
    let request = Launch {
        kernel,
        grid: [4, 1, 1],
        block: [LAUNCHED / 4, 1, 1],
        arguments: &arguments,
        max_instructions: 10_000,
    };
    let report = launch(object, &mut memory, &request).unwrap_or_else(|error| panic!("{kernel}: {error}"));
    assert_eq!(report.waves, 8, "{kernel}");
    memory.buffer(out).unwrap().data.clone()
}

fn compare(file: &str) {
    let host = Host::compile(file);
    let data: Vec<_> = [0x9e37_79b9_7f4a_7c15, 0x1234_5678_9abc_def1].map(inputs).to_vec();
    let mut compared = 0;
    for arch in ["gfx1100", "gfx1151"] {
        for level in ["-O1", "-O3"] {
            let path = support::compile(file, arch, level, &[]);
            let object = CodeObject::load(&std::fs::read(path).unwrap()).unwrap();
            for kernel in &object.kernels {
                let name = &kernel.metadata.name;
                for inputs in &data {
                    assert_eq!(simulate(&object, name, inputs), host.run(name, inputs), "{name} {arch} {level}");
                    compared += 1;
                }
            }
        }
    }
    println!("{file}: {compared} runs agree");
}

#[test]
fn integer_kernels_agree_with_the_host() {
    compare("integers.hip");
}

#[test]
fn bit_kernels_agree_with_the_host() {
    compare("bits.hip");
}
