//! Functions of the host that a stream calls.

use crate::state::*;
use std::ffi::c_void;
use std::sync::MutexGuard;

const WAITING: [&str; 4] = ["hipStreamSynchronize", "cuStreamSynchronize", "hipEventSynchronize", "cuEventSynchronize"];

/// The state for a call of a driver; one that waits for a stream has waited for what the stream calls.
pub fn turn(call: &str) -> MutexGuard<'static, State> {
    if WAITING.contains(&call) {
        end();
    }
    state()
}

/// Waits until all of them have returned.
pub fn end() {
    let calls = std::mem::take(&mut state().host_calls);
    for call in calls {
        let _ = call.join();
    }
}

/// Calls beside the caller, which may be the one that lets the function return.
fn call(state: &mut State, stream: usize, function: impl FnOnce() + Send + 'static) -> i32 {
    if !matches!(state.things.get(&stream), Some(Thing::Stream)) {
        return INVALID_HANDLE;
    }
    let before = state.enqueued();
    state.host_calls.push(std::thread::spawn(move || {
        function();
        let mut state = crate::state::state();
        state.held = state.enqueued() - before;
    }));
    SUCCESS
}

only! { hipStreamAddCallback (
    state, stream: usize, function: unsafe extern "C" fn(usize, i32, *mut c_void), data: *mut c_void, _flags: u32
) {
    let data = data as usize;
    call(state, stream, move || function(stream, SUCCESS, data as *mut c_void))
} }

only! { cuLaunchHostFunc (state, stream: usize, function: unsafe extern "C" fn(*mut c_void), data: *mut c_void) {
    let data = data as usize;
    call(state, stream, move || function(data as *mut c_void))
} }
