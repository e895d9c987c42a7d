//! The functions that both vendors have, under both names.

use crate::launch::{Request, packed_arguments, run};
use crate::state::*;
use std::ffi::{CStr, c_char, c_void};
use std::time::Instant;

macro_rules! exports {
    ($($hip:ident $cuda:ident ($state:ident $(, $argument:ident: $type:ty)*) $body:block)*) => {
        $(
            exports!(@one $hip ($state $(, $argument: $type)*) $body);
            exports!(@one $cuda ($state $(, $argument: $type)*) $body);
        )*
    };
    (@one $name:ident ($state:ident $(, $argument:ident: $type:ty)*) $body:block) => {
        #[allow(non_snake_case, clippy::too_many_arguments, reason = "the driver's name and signature")]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($argument: $type),*) -> i32 {
            let $state = &mut *$crate::host_calls::turn(stringify!($name));
            if let Some(number) = $state.enter(stringify!($name)) {
                return number;
            }
            // SAFETY: the caller keeps the contract of the driver's function.
            #[allow(unused_unsafe, reason = "some functions touch no pointer")]
            unsafe { $body }
        }
    };
}

exports! {
    hipInit cuInit (state, _flags: u32) {
        if state.devices == 0 { NO_DEVICE } else { SUCCESS }
    }
    hipDriverGetVersion cuDriverGetVersion (state, version: *mut i32) {
        _ = state;
        *version = 12_345;
        SUCCESS
    }
    hipGetDeviceCount cuDeviceGetCount (state, count: *mut i32) {
        *count = state.devices;
        if state.devices == 0 { NO_DEVICE } else { SUCCESS }
    }
    hipDeviceGet cuDeviceGet (state, device: *mut i32, index: i32) {
        *device = index;
        if index < state.devices { SUCCESS } else { INVALID_DEVICE }
    }
    hipDeviceGetName cuDeviceGetName (state, name: *mut c_char, length: i32, _device: i32) {
        let text = format!("Mock {}", state.arch);
        let count = text.len().min(length as usize - 1);
        std::ptr::copy_nonoverlapping(text.as_ptr().cast(), name, count);
        *name.add(count) = 0;
        SUCCESS
    }
    hipDeviceGetAttribute cuDeviceGetAttribute (state, value: *mut i32, attribute: i32, _device: i32) {
        let capability = state.arch.strip_prefix("sm_").and_then(|text| text.parse::<i32>().ok());
        *value = match (capability, attribute) {
            (Some(number), 75) => number / 10,
            (Some(number), 76) => number % 10,
            (None, 87) | (Some(_), 10) => 32,
            (None, 63) | (Some(_), 16) => 40,
            (None, 74) => 65_536,
            (Some(_), 97) => MOST_SHARED_BYTES,
            _ => 1_000_000,
        };
        SUCCESS
    }
    hipDeviceTotalMem cuDeviceTotalMem_v2 (state, bytes: *mut usize, _device: i32) {
        *bytes = state.memory_bytes as usize;
        SUCCESS
    }
    hipMemGetInfo cuMemGetInfo_v2 (state, free: *mut usize, total: *mut usize) {
        (*free, *total) = (state.free_bytes() as usize, state.memory_bytes as usize);
        SUCCESS
    }
    hipMalloc cuMemAlloc_v2 (state, address: *mut u64, bytes: usize) {
        if bytes as u64 > state.free_bytes() {
            return OUT_OF_MEMORY;
        }
        let Some(new) = state.memory.create(bytes as u64) else { return OUT_OF_MEMORY };
        state.buffers.insert(new, bytes as u64);
        *address = new;
        SUCCESS
    }
    hipFree cuMemFree_v2 (state, address: u64) {
        state.memory.remove(address);
        if state.buffers.remove(&address).is_some() { SUCCESS } else { INVALID_VALUE }
    }
    hipMemcpyHtoD cuMemcpyHtoD_v2 (state, to: u64, from: *const c_void, bytes: usize) {
        let Some((start, offset)) = state.find(to, bytes as u64) else { return INVALID_VALUE };
        let data = std::slice::from_raw_parts(from.cast::<u8>(), bytes);
        state.memory.write(start, offset, data);
        state.wait()
    }
    hipMemcpyDtoH cuMemcpyDtoH_v2 (state, to: *mut c_void, from: u64, bytes: usize) {
        let Some((start, offset)) = state.find(from, bytes as u64) else { return INVALID_VALUE };
        let data = std::slice::from_raw_parts_mut(to.cast::<u8>(), bytes);
        state.memory.read(start, offset, data);
        state.wait()
    }
    hipMemcpyDtoDAsync cuMemcpyDtoDAsync_v2 (state, to: u64, from: u64, bytes: usize, _stream: *mut c_void) {
        let size = bytes as u64;
        let (Some((source, at)), Some((target, offset))) = (state.find(from, size), state.find(to, size)) else {
            return INVALID_VALUE;
        };
        let mut data = vec![0; bytes];
        state.memory.read(source, at, &mut data);
        state.memory.write(target, offset, &data);
        SUCCESS
    }
    hipMemsetD8Async cuMemsetD8Async (state, to: u64, value: u8, count: usize, _stream: *mut c_void) {
        let Some((start, offset)) = state.find(to, count as u64) else { return INVALID_VALUE };
        state.memory.write(start, offset, &vec![value; count]);
        SUCCESS
    }
    hipStreamCreateWithFlags cuStreamCreate (state, stream: *mut usize, _flags: u32) {
        *stream = state.handle(Thing::Stream);
        SUCCESS
    }
    hipStreamDestroy cuStreamDestroy_v2 (state, stream: usize) {
        if state.things.remove(&stream).is_some() { SUCCESS } else { INVALID_HANDLE }
    }
    hipStreamSynchronize cuStreamSynchronize (state, _stream: usize) {
        state.wait()
    }
    hipEventCreateWithFlags cuEventCreate (state, event: *mut usize, _flags: u32) {
        *event = state.handle(Thing::Event(None));
        SUCCESS
    }
    hipEventDestroy cuEventDestroy_v2 (state, event: usize) {
        if state.things.remove(&event).is_some() { SUCCESS } else { INVALID_HANDLE }
    }
    hipEventRecord cuEventRecord (state, event: usize, _stream: usize) {
        let now = now();
        match state.things.get_mut(&event) {
            Some(Thing::Event(time)) => {
                *time = Some(now);
                SUCCESS
            }
            _ => INVALID_HANDLE,
        }
    }
    hipEventSynchronize cuEventSynchronize (state, _event: usize) {
        state.wait()
    }
    hipEventElapsedTime cuEventElapsedTime (state, milliseconds: *mut f32, start: usize, stop: usize) {
        match (state.things.get(&start), state.things.get(&stop)) {
            (Some(Thing::Event(Some(start))), Some(Thing::Event(Some(stop)))) => {
                *milliseconds = stop.saturating_sub(*start) as f32 * 1e-6;
                SUCCESS
            }
            (Some(Thing::Event(_)), Some(Thing::Event(_))) => NOT_READY,
            _ => INVALID_HANDLE,
        }
    }
    hipModuleUnload cuModuleUnload (state, module: usize) {
        state.functions.retain(|_, function| function.module != module);
        if state.things.remove(&module).is_some() { SUCCESS } else { INVALID_HANDLE }
    }
    hipModuleGetFunction cuModuleGetFunction (state, function: *mut usize, module: usize, name: *const c_char) {
        let kernel = CStr::from_ptr(name).to_string_lossy().into_owned();
        match state.things.get(&module) {
            Some(Thing::Module(code)) if !code.has(&kernel) => return NOT_FOUND,
            Some(Thing::Module(_)) => {}
            _ => return INVALID_HANDLE,
        }
        let handle = state.new_handle();
        state.functions.insert(handle, Function { module, kernel, shared_bytes: SHARED_BYTES_WITHOUT_OPT_IN });
        *function = handle;
        SUCCESS
    }
    hipFuncSetAttribute cuFuncSetAttribute (state, function: usize, _attribute: i32, value: i32) {
        let Some(function) = state.functions.get_mut(&function) else { return INVALID_HANDLE };
        if !(0..=MOST_SHARED_BYTES).contains(&value) {
            return INVALID_VALUE;
        }
        function.shared_bytes = value as u32;
        SUCCESS
    }
    hipModuleLaunchKernel cuLaunchKernel (
        state, function: usize, x: u32, y: u32, z: u32, width: u32, height: u32, depth: u32, shared: u32,
        _stream: usize, _parameters: *mut *mut c_void, extra: *mut *mut c_void
    ) {
        let (grid, block) = ([x, y, z], [width, height, depth]);
        run(state, function, Request { grid, block, shared_bytes: shared, overlaps: false }, packed_arguments(extra))
    }
}

fn now() -> u64 {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_nanos() as u64
}

macro_rules! only {
    ($name:ident ($state:ident $(, $argument:ident: $type:ty)*) $body:block) => {
        exports!(@one $name ($state $(, $argument: $type)*) $body);
    };
}
