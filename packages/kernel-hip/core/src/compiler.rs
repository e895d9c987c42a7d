//! HIP's run-time compiler.
//!
//! Signatures: ROCm/HIP include/hip/hiprtc.h, and amd_comgr.h of ROCm's compiler support, which is what it is made of.

use crate::error::{GpuError, Problem};
use crate::library::Library;
use crate::role::Role;
use std::ffi::{CStr, CString, c_char, c_void};

/// A program of the compiler.
type Program = *mut c_void;
type Read<T> = unsafe extern "C" fn(Program, *mut T) -> i32;
type Create = unsafe extern "C" fn(
    *mut Program,
    *const c_char,
    *const c_char,
    i32,
    *const *const c_char,
    *const *const c_char,
) -> i32;

/// HIP's run-time compiler: `libhiprtc.so`, loaded and never linked.
pub struct Compiler {
    create: Create,
    compile: unsafe extern "C" fn(Program, i32, *const *const c_char) -> i32,
    destroy: unsafe extern "C" fn(*mut Program) -> i32,
    log_size: Read<usize>,
    log: Read<c_char>,
    code_size: Read<usize>,
    code: Read<c_char>,
    error_name: unsafe extern "C" fn(i32) -> *const c_char,
    library: Library,
}

/// `hiprtcResult` of a source that does not compile.
const COMPILATION: i32 = 6;
/// What the target names of [`known_archs`] begin with.
const TARGET: &str = "amdgcn-amd-amdhsa--";

/// A program that goes when it is forgotten.
struct Owned<'a> {
    compiler: &'a Compiler,
    program: Program,
}

impl Drop for Owned<'_> {
    fn drop(&mut self) {
        // SAFETY: the program was created and goes once. There is nobody to tell of a failure.
        unsafe { (self.compiler.destroy)(&mut self.program) };
    }
}

impl Compiler {
    /// Loads the library that `MOE_HIPRTC_LIBRARY` names, else the usual ones.
    ///
    /// # Errors
    /// `E_NO_LIBRARY`, `E_DRIVER_OLD` where it lacks a function.
    pub fn load() -> Result<Compiler, GpuError> {
        Compiler::load_from(std::env::var("MOE_HIPRTC_LIBRARY").ok().as_deref())
    }

    /// As [`Compiler::load`], from the library of that name and no other; from the usual ones when there is none or it is empty.
    ///
    /// # Errors
    /// As [`Compiler::load`].
    pub fn load_from(library: Option<&str>) -> Result<Compiler, GpuError> {
        let library = Library::find(Role::Compiler, library)?;
        // SAFETY: the types are those of hiprtc.h.
        unsafe {
            Ok(Compiler {
                create: library.symbol("hiprtcCreateProgram")?,
                compile: library.symbol("hiprtcCompileProgram")?,
                destroy: library.symbol("hiprtcDestroyProgram")?,
                log_size: library.symbol("hiprtcGetProgramLogSize")?,
                log: library.symbol("hiprtcGetProgramLog")?,
                code_size: library.symbol("hiprtcGetCodeSize")?,
                code: library.symbol("hiprtcGetCode")?,
                error_name: library.symbol("hiprtcGetErrorString")?,
                library,
            })
        }
    }

    /// The name that the library was found by.
    pub fn library(&self) -> &str {
        &self.library.name
    }

    /// Compiles HIP source, which includes nothing, for a processor such as `gfx1153`. Takes seconds.
    ///
    /// # Errors
    /// `E_ARCH` where the compiler does not know the processor, `E_COMPILE` with its log where the source is wrong, `E_RANGE` for
    /// text with a zero in it, `E_DRIVER`.
    pub fn compile(&self, source_name: &str, source: &str, arch: &str) -> Result<Vec<u8>, GpuError> {
        let [name, text, target] = [("the source's name", source_name), ("the source", source), ("arch", arch)]
            .map(|(what, text)| CString::new(text).map_err(|_| zero_inside(what)));
        let (name, text, target) = (name?, text?, target?);
        let program = self.program(&name, &text)?;
        // A processor that it does not know ends the process in several releases, without an error.
        if let Some(known) = known_archs(&self.library).filter(|known| !known.iter().any(|known| known == arch)) {
            let library = self.library().to_owned();
            return Err(GpuError::CompilerArch { library, arch: arch.to_owned(), known });
        }
        match self.run(&program, &target) {
            Err(problem) if problem.number == COMPILATION => Err(GpuError::Compile {
                library: self.library().to_owned(),
                what: format!("{source_name} for {arch}"),
                log: self.read_log(&program).map_err(|problem| GpuError::Driver { problem })?,
                problem,
            }),
            result => result
                .and_then(|()| self.read("hiprtcGetCodeSize", self.code_size, "hiprtcGetCode", self.code, &program))
                .map_err(|problem| GpuError::Driver { problem }),
        }
    }

    fn program(&self, name: &CStr, text: &CStr) -> Result<Owned<'_>, GpuError> {
        let mut program = std::ptr::null_mut();
        let none = std::ptr::null();
        // SAFETY: the place is valid, the texts end with a zero, there are no headers.
        let number = unsafe { (self.create)(&mut program, text.as_ptr(), name.as_ptr(), 0, none, none) };
        self.result("hiprtcCreateProgram", number).map_err(|problem| GpuError::Driver { problem })?;
        Ok(Owned { compiler: self, program })
    }

    fn run(&self, program: &Owned, target: &CStr) -> Result<(), Problem> {
        let target = [c"--offload-arch=".to_bytes(), target.to_bytes_with_nul()].concat();
        let options = [target.as_ptr().cast(), c"-O3".as_ptr(), c"-std=c++20".as_ptr()];
        // SAFETY: the program is live, the options end with a zero each.
        let number = unsafe { (self.compile)(program.program, options.len() as i32, options.as_ptr()) };
        self.result("hiprtcCompileProgram", number)
    }

    fn read_log(&self, program: &Owned) -> Result<String, Problem> {
        let log = self.read("hiprtcGetProgramLogSize", self.log_size, "hiprtcGetProgramLog", self.log, program)?;
        Ok(String::from_utf8_lossy(&log).trim_end_matches('\0').to_owned())
    }

    /// What the compiler made, by the function that says how much and the one that writes it.
    fn read(
        &self,
        size_call: &'static str,
        size: Read<usize>,
        call: &'static str,
        write: Read<c_char>,
        program: &Owned,
    ) -> Result<Vec<u8>, Problem> {
        let mut bytes = 0;
        // SAFETY: the program is live, the place is valid.
        self.result(size_call, unsafe { size(program.program, &mut bytes) })?;
        // One more: a log of no characters may still be ended with a zero.
        let mut data = vec![0_u8; bytes + 1];
        // SAFETY: the program is live, the place has at least the size that was asked for.
        self.result(call, unsafe { write(program.program, data.as_mut_ptr().cast()) })?;
        data.truncate(bytes);
        Ok(data)
    }

    fn result(&self, call: &'static str, number: i32) -> Result<(), Problem> {
        // SAFETY: it gives a static string, or null for a number that it does not know.
        unsafe { Problem::check(call, number, || (self.error_name)(number)) }
    }
}

fn zero_inside(what: &'static str) -> GpuError {
    GpuError::Range { what, given: "text with a zero inside".into(), allowed: "text without zero".into() }
}

/// The processors that the compiler knows, as its code object manager lists them, which it has loaded once it has a program;
/// none where that cannot be found.
fn known_archs(compiler: &Library) -> Option<Vec<String>> {
    type Count = unsafe extern "C" fn(*mut usize) -> i32;
    type Name = unsafe extern "C" fn(usize, *mut *const c_char) -> i32;
    let find = |library: &Library| {
        // SAFETY: the types are those of amd_comgr.h.
        unsafe {
            let count = library.symbol::<Count>("amd_comgr_get_isa_count").ok()?;
            Some((count, library.symbol::<Name>("amd_comgr_get_isa_name").ok()?))
        }
    };
    let names = ["libamd_comgr.so.3", "libamd_comgr.so.2"];
    let (count, name) =
        find(compiler).or_else(|| names.iter().find_map(|name| find(&Library::loaded(Role::Compiler, name)?)))?;
    let mut all = 0;
    // SAFETY: the place is valid.
    if unsafe { count(&mut all) } != 0 {
        return None;
    }
    let target = |index| {
        let mut text = std::ptr::null();
        // SAFETY: the place is valid; the names are static.
        unsafe { (name(index, &mut text) == 0 && !text.is_null()).then(|| CStr::from_ptr(text).to_str().ok())? }
    };
    let archs = (0..all).filter_map(|index| target(index)?.strip_prefix(TARGET).map(str::to_owned));
    Some(archs.collect())
}
