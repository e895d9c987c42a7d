//! What the driver remembers.

use crate::cubin::Cubin;
use crate::host_kernels::HostKernels;
use crate::memory::DeviceMemory;
use moe_gfx11_sim::CodeObject;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, OnceLock};

pub const SUCCESS: i32 = 0;
pub const INVALID_VALUE: i32 = 1;
pub const OUT_OF_MEMORY: i32 = 2;
pub const NO_DEVICE: i32 = 100;
pub const INVALID_DEVICE: i32 = 101;
pub const INVALID_IMAGE: i32 = 200;
pub const NO_BINARY_FOR_GPU: i32 = 209;
pub const INVALID_HANDLE: i32 = 400;
pub const NOT_FOUND: i32 = 500;
pub const NOT_READY: i32 = 600;
pub const LAUNCH_FAILURE: i32 = 719;
/// Of the compiler.
pub const INVALID_PROGRAM: i32 = 4;
pub const COMPILATION: i32 = 6;

/// A call that fails when it comes for the n-th time from now on.
pub struct Failure {
    pub call: String,
    pub countdown: u64,
    pub number: i32,
}

/// What a CUDA function may have without asking, and with it (Hopper).
pub const SHARED_BYTES_WITHOUT_OPT_IN: u32 = 48 << 10;
pub const MOST_SHARED_BYTES: i32 = 232_448;

pub struct Function {
    pub module: usize,
    pub kernel: String,
    /// Dynamic shared memory that it was granted.
    pub shared_bytes: u32,
}

/// What a module holds. NVIDIA's run as code of the host, by their kernels' names.
pub enum Code {
    Amd(Box<CodeObject>),
    Cubin(Cubin),
    Ptx,
}

impl Code {
    /// PTX is not read: it may have any kernel.
    pub fn has(&self, kernel: &str) -> bool {
        match self {
            Code::Amd(object) => object.kernel(kernel).is_ok(),
            Code::Cubin(cubin) => cubin.kernels.iter().any(|name| name == kernel),
            Code::Ptx => true,
        }
    }
}

/// What a handle stands for.
pub enum Thing {
    Stream,
    /// Nanoseconds since the driver's start, once recorded.
    Event(Option<u64>),
    Module(Code),
    Program(Program),
}

/// A program of the compiler.
#[derive(Default)]
pub struct Program {
    pub name: String,
    pub source: String,
    pub log: Vec<u8>,
    pub code: Vec<u8>,
}

#[derive(Default)]
pub struct State {
    pub devices: i32,
    pub arch: String,
    pub memory_bytes: u64,
    pub memory: DeviceMemory,
    /// What NVIDIA kernels run as; without it they are only recorded.
    pub host_kernels: Option<HostKernels>,
    /// Sizes of live buffers by address.
    pub buffers: HashMap<u64, u64>,
    pub things: HashMap<usize, Thing>,
    pub functions: HashMap<usize, Function>,
    pub contexts: i64,
    /// How often NVML was initialized and not shut down.
    pub nvml: i64,
    /// Every launch that was accepted, as a line of JSON.
    pub launches: Vec<String>,
    /// Ranges of profilers, begun and ended.
    pub ranges: Vec<String>,
    /// Whether ranges are taken the way of NVTX 3.
    pub injects: bool,
    next_handle: usize,
    pub calls: HashMap<&'static str, u64>,
    pub failure: Option<Failure>,
    /// What compiling gives, in place of clang's code.
    pub compiled: Option<Vec<u8>>,
    /// Of a launch, told by the next call that waits.
    pub pending: i32,
    /// Functions of the host that streams have to call, each on a thread of its own.
    pub host_calls: Vec<std::thread::JoinHandle<()>>,
    /// How much was put behind the last of them before it returned.
    pub held: u64,
    /// Threads that have a device.
    pub current: HashSet<std::thread::ThreadId>,
}

/// Devices lie in the opposite order on their bus, as they may with a real driver.
pub fn pci_bus_id(device: i32) -> String {
    format!("0000:{:02X}:00.0", 0xF0 - device)
}

pub fn state() -> MutexGuard<'static, State> {
    static STATE: OnceLock<Mutex<State>> = OnceLock::new();
    let state = STATE.get_or_init(|| Mutex::new(State::new("gfx1151", 1, 1 << 30)));
    state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl State {
    pub fn new(arch: &str, devices: i32, memory_bytes: u64) -> State {
        let memory = DeviceMemory::of(arch);
        State { devices, arch: arch.to_owned(), memory_bytes, memory, next_handle: 1, ..State::default() }
    }

    /// Counts a call; its error number if it is the one that has to fail.
    pub fn enter(&mut self, call: &'static str) -> Option<i32> {
        *self.calls.entry(call).or_default() += 1;
        let failure = self.failure.as_mut().filter(|failure| failure.call == call)?;
        failure.countdown -= 1;
        if failure.countdown > 0 {
            return None;
        }
        self.failure.take().map(|failure| failure.number)
    }

    /// Fills, copies, launches and events so far.
    pub fn enqueued(&self) -> u64 {
        let work = ["MemsetD8Async", "MemcpyDtoDAsync", "LaunchKernel", "EventRecord"];
        let is_work = |call: &str| work.iter().any(|part| call.contains(part));
        self.calls.iter().filter(|(call, _)| is_work(call)).map(|(_, count)| count).sum()
    }

    pub fn handle(&mut self, thing: Thing) -> usize {
        let handle = self.new_handle();
        self.things.insert(handle, thing);
        handle
    }

    pub fn new_handle(&mut self) -> usize {
        self.next_handle += 16;
        self.next_handle
    }

    /// Everything that was made and not given back.
    pub fn live(&self) -> i64 {
        self.buffers.len() as i64 + self.things.len() as i64 + self.contexts + self.nvml
    }

    /// The failure of a launch before, once.
    pub fn wait(&mut self) -> i32 {
        std::mem::take(&mut self.pending)
    }

    pub fn free_bytes(&self) -> u64 {
        self.memory_bytes - self.buffers.values().sum::<u64>()
    }

    /// The buffer that holds a range: its address and the offset in it.
    pub fn find(&self, address: u64, bytes: u64) -> Option<(u64, u64)> {
        let (&start, &size) =
            self.buffers.iter().find(|(start, size)| (**start..**start + **size).contains(&address))?;
        (address - start + bytes <= size).then_some((start, address - start))
    }
}
