//! Launches: the arguments as the driver gets them, the kernel as the simulator or the host runs it.

use crate::memory::DeviceMemory;
use crate::state::{Code, INVALID_HANDLE, INVALID_VALUE, LAUNCH_FAILURE, SUCCESS, State, Thing};
use moe_gfx11_sim::CodeObject;
use moe_gfx11_sim::execute::{Launch, Memory, Options, Watch, launch};
use std::ffi::c_void;

/// The packed arguments of a launch's `extra` list.
///
/// # Safety
/// The list is as the driver's documentation says.
pub unsafe fn packed_arguments(extra: *mut *mut c_void) -> Option<Vec<u8>> {
    const BUFFER_POINTER: usize = 1;
    const BUFFER_SIZE: usize = 2;
    let (mut pointer, mut size) = (std::ptr::null::<u8>(), 0);
    let mut at = extra;
    // SAFETY: the caller's promise: pairs of key and value, then another key.
    unsafe {
        loop {
            match *at as usize {
                BUFFER_POINTER => pointer = (*at.add(1)).cast(),
                BUFFER_SIZE => size = *(*at.add(1)).cast::<usize>(),
                _ => break,
            }
            at = at.add(2);
        }
        (!pointer.is_null()).then(|| std::slice::from_raw_parts(pointer, size).to_vec())
    }
}

/// How a kernel is to be launched.
#[derive(Clone, Copy)]
pub struct Request {
    pub grid: [u32; 3],
    pub block: [u32; 3],
    pub shared_bytes: u32,
    /// Whether it may start before the one before it has ended.
    pub overlaps: bool,
}

/// `CUlaunchConfig` of CUDA's cuda.h.
#[repr(C)]
pub struct LaunchConfig {
    grid: [u32; 3],
    block: [u32; 3],
    shared_bytes: u32,
    stream: usize,
    attributes: *const LaunchAttribute,
    num_attributes: u32,
}

/// `CUlaunchAttribute` likewise; all that is known here have a number as their value.
#[repr(C)]
struct LaunchAttribute {
    id: i32,
    padding: i32,
    value: i32,
    rest: [i32; 15],
}

const PROGRAMMATIC_STREAM_SERIALIZATION: i32 = 6;

impl LaunchConfig {
    /// What it asks for; `None` for an attribute that nobody of this project uses.
    ///
    /// # Safety
    /// The attributes are as many as it says.
    pub unsafe fn request(&self) -> Option<Request> {
        let (mut overlaps, attributes) = (false, self.attributes);
        for index in 0..self.num_attributes as usize {
            // SAFETY: the caller's promise.
            let attribute = unsafe { &*attributes.add(index) };
            if attribute.id != PROGRAMMATIC_STREAM_SERIALIZATION {
                return None;
            }
            overlaps = attribute.value != 0;
        }
        Some(Request { grid: self.grid, block: self.block, shared_bytes: self.shared_bytes, overlaps })
    }
}

/// Runs a kernel now; its failure is told later.
pub fn run(state: &mut State, function: usize, request: Request, arguments: Option<Vec<u8>>) -> i32 {
    let Some(arguments) = arguments else { return INVALID_VALUE };
    if request.grid.contains(&0) || request.block.contains(&0) {
        return INVALID_VALUE;
    }
    let State { functions, things, memory, host_kernels, pending, launches, .. } = state;
    let Some(function) = functions.get(&function) else { return INVALID_HANDLE };
    let Some(Thing::Module(code)) = things.get(&function.module) else { return INVALID_HANDLE };
    if !matches!(code, Code::Amd(_)) && request.shared_bytes > function.shared_bytes {
        return INVALID_VALUE;
    }
    launches.push(describe(&function.kernel, &request, &arguments));
    let outcome = match (code, memory) {
        (Code::Amd(object), DeviceMemory::Simulated(memory)) => {
            simulate(object, memory, &function.kernel, request, &arguments)
        }
        (Code::Cubin(_), _) => host_kernels.map_or(Ok(()), |host| host.run(&function.kernel, &request, &arguments)),
        _ => Ok(()),
    };
    if let Err(reason) = outcome {
        eprintln!("mock driver: {reason}");
        *pending = LAUNCH_FAILURE;
    }
    SUCCESS
}

fn simulate(
    object: &CodeObject,
    memory: &mut Memory,
    kernel: &str,
    request: Request,
    arguments: &[u8],
) -> Result<(), String> {
    let Request { grid, block, shared_bytes, .. } = request;
    let request = Launch { kernel, grid, block, arguments, dynamic_lds_bytes: shared_bytes };
    let report = launch(object, memory, &request, &Options::default(), &Watch::default());
    report.map(drop).map_err(|error| error.to_string())
}

/// A line of JSON.
fn describe(kernel: &str, request: &Request, arguments: &[u8]) -> String {
    let Request { grid, block, shared_bytes, overlaps } = request;
    let bytes: String = arguments.iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        r#"{{"kernel":"{kernel}","grid":{grid:?},"block":{block:?},"sharedBytes":{shared_bytes},"overlaps":{overlaps},"arguments":"{bytes}"}}"#
    )
}
