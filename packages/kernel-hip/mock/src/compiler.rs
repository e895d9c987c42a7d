//! The functions of the run-time compiler.

use crate::compile::compile;
use crate::state::*;
use std::ffi::{CStr, c_char};

only! { hiprtcCreateProgram (
    state, program: *mut usize, source: *const c_char, name: *const c_char, _headers: i32,
    _texts: *const *const c_char, _names: *const *const c_char
) {
    let [source, name] = [source, name].map(|text| CStr::from_ptr(text).to_string_lossy().into_owned());
    *program = state.handle(Thing::Program(Program { name, source, ..Program::default() }));
    SUCCESS
} }

only! { hiprtcCompileProgram (state, program: usize, count: i32, options: *const *const c_char) {
    let options: Vec<String> =
        (0..count as usize).map(|at| CStr::from_ptr(*options.add(at)).to_string_lossy().into_owned()).collect();
    let compiled = state.compiled.clone();
    match state.things.get_mut(&program) {
        Some(Thing::Program(program)) => compile(program, &options, compiled),
        _ => INVALID_PROGRAM,
    }
} }

only! { hiprtcDestroyProgram (state, program: *mut usize) {
    if state.things.remove(&*program).is_some() { SUCCESS } else { INVALID_PROGRAM }
} }

only! { hiprtcGetProgramLogSize (state, program: usize, bytes: *mut usize) {
    let Some(Thing::Program(program)) = state.things.get(&program) else { return INVALID_PROGRAM };
    *bytes = program.log.len() + 1;
    SUCCESS
} }

only! { hiprtcGetProgramLog (state, program: usize, log: *mut c_char) {
    let Some(Thing::Program(program)) = state.things.get(&program) else { return INVALID_PROGRAM };
    std::ptr::copy_nonoverlapping(program.log.as_ptr().cast(), log, program.log.len());
    *log.add(program.log.len()) = 0;
    SUCCESS
} }

only! { hiprtcGetCodeSize (state, program: usize, bytes: *mut usize) {
    let Some(Thing::Program(program)) = state.things.get(&program) else { return INVALID_PROGRAM };
    *bytes = program.code.len();
    SUCCESS
} }

only! { hiprtcGetCode (state, program: usize, code: *mut c_char) {
    let Some(Thing::Program(program)) = state.things.get(&program) else { return INVALID_PROGRAM };
    std::ptr::copy_nonoverlapping(program.code.as_ptr().cast(), code, program.code.len());
    SUCCESS
} }

/// What the compiler knows: the processors of the simulator.
const TARGETS: [&CStr; 8] = [
    c"amdgcn-amd-amdhsa--gfx1100",
    c"amdgcn-amd-amdhsa--gfx1101",
    c"amdgcn-amd-amdhsa--gfx1102",
    c"amdgcn-amd-amdhsa--gfx1103",
    c"amdgcn-amd-amdhsa--gfx1150",
    c"amdgcn-amd-amdhsa--gfx1151",
    c"amdgcn-amd-amdhsa--gfx1152",
    c"amdgcn-amd-amdhsa--gfx1153",
];

only! { amd_comgr_get_isa_count (state, count: *mut usize) {
    _ = state;
    *count = TARGETS.len();
    SUCCESS
} }

only! { amd_comgr_get_isa_name (state, index: usize, name: *mut *const c_char) {
    _ = state;
    *name = TARGETS[index].as_ptr();
    SUCCESS
} }

#[allow(non_snake_case, reason = "the compiler's name")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hiprtcGetErrorString(number: i32) -> *const c_char {
    match number {
        1 => c"HIPRTC_ERROR_OUT_OF_MEMORY",
        INVALID_PROGRAM => c"HIPRTC_ERROR_INVALID_PROGRAM",
        COMPILATION => c"HIPRTC_ERROR_COMPILATION",
        _ => c"HIPRTC_ERROR_INTERNAL_ERROR",
    }
    .as_ptr()
}
