//! Runs the CUDA kernels of a problem as code of the host.

use super::bytes::{bytes16, bytes32, values16};
use super::case::Instantiation;
use super::device::UNTOUCHED;
use super::problem::Problem;
use moe_mock_driver::host_kernels::HostKernels;
use moe_mock_driver::host_memory::HostMemory;
use moe_mock_driver::launch::Request;
use std::ffi::CString;
use std::path::Path;

/// Thread blocks of the persistent grid: fewer than tiles, and more.
const GRIDS: [u32; 3] = [1, 3, 12];
const BLOCK: usize = 128;
const PLAN_HEADER_BYTES: usize = 32;
const CHUNK_BYTES: usize = 8;

/// Rows that a thread block of the kernel without a plan computes.
const PART_ROWS: usize = 16;

/// One of the GEMM kernels, as a launcher has to know it.
pub struct CudaKernel {
    /// In the names of its instantiations.
    pub name: &'static str,
    pub source: &'static str,
    /// What its sources are told of it, and in the name of its library.
    pub number: u32,
    threads: u32,
    shared_bytes: fn(Instantiation) -> usize,
    /// Whether it goes through the tiles of a plan; else it has a thread block for each part.
    planned: bool,
}

impl CudaKernel {
    pub const SM80: CudaKernel = CudaKernel {
        name: "sm80",
        source: "gemm_sm80.cu",
        number: 80,
        threads: 288,
        shared_bytes: sm80_shared_bytes,
        planned: true,
    };
    pub const SM90: CudaKernel = CudaKernel {
        name: "sm90",
        source: "gemm_sm90.cu",
        number: 90,
        threads: 384,
        shared_bytes: sm90_shared_bytes,
        planned: true,
    };
    pub const SM90_LOW: CudaKernel = CudaKernel {
        name: "sm90_low",
        source: "gemm_low.cu",
        number: 90,
        threads: 128,
        shared_bytes: low_shared_bytes,
        planned: false,
    };
}

/// A library of `mock/cuda`.
pub struct CudaKernels {
    kernel: &'static CudaKernel,
    host: HostKernels,
}

/// A launch's only argument, a struct of abi.h.
#[derive(Default)]
struct Struct(Vec<u8>);

impl Struct {
    fn of(longs: &[u64], words: &[usize]) -> Struct {
        let longs = longs.iter().flat_map(|long| long.to_le_bytes());
        Struct(longs.chain(words.iter().flat_map(|word| (*word as u32).to_le_bytes())).collect())
    }
}

impl CudaKernels {
    pub fn new(kernel: &'static CudaKernel, library: &Path) -> CudaKernels {
        let path = CString::new(library.to_str().unwrap()).unwrap();
        // SAFETY: a library that was built for this.
        let host = unsafe { HostKernels::open(&path, 0) };
        CudaKernels { kernel, host: host.unwrap_or_else(|| panic!("{} cannot be opened", library.display())) }
    }

    /// C of a problem. What the seed decides: when asynchronous work happens, and how many thread blocks there are.
    ///
    /// # Errors
    /// What a kernel does that hardware leaves undefined.
    pub fn run(&self, problem: &Problem, seed: u64) -> Result<Vec<u16>, String> {
        let case = &problem.case;
        let (k, cols, one) = (case.k(), case.cols, case.instantiation);
        let (a_stride, w_stride) = (k + case.a_gap, k / 8 + case.w_gap);
        let mut kernels = self.host;
        kernels.timing = seed % 4;
        let mut device = Device { kernels, memory: HostMemory::default() };
        let a = device.add_rows(&bytes16(&problem.a), 2 * k, 2 * a_stride);
        let words = device.add_rows(&bytes32(&problem.packed), k / 2, 4 * w_stride);
        let scales = device.add(&bytes16(&problem.scales));
        let zeros = if one.zeros { device.add(&problem.zeros) } else { 0 };
        let sorted = device.add(&bytes32(&problem.sorted));
        let experts = device.add(&bytes32(&problem.blocks));
        let untouched = bytes16(&vec![UNTOUCHED; problem.routes * cols]);
        let c = device.add(&untouched);
        let blocks = [k.div_ceil(BLOCK), cols.div_ceil(BLOCK), problem.experts];
        let repacked = device.create(blocks.iter().product::<usize>() * block_bytes(one));

        let layout = if one.zeros { one.suffix() } else { format!("g{}", one.group) };
        let weights = Struct::of(&[words, scales, zeros, repacked, w_stride as u64], &[k, cols]);
        device.launch(&format!("moe_repack_{layout}"), blocks.map(|size| size as u32), 256, 0, &weights)?;
        let CudaKernel { name, threads, shared_bytes, planned, .. } = self.kernel;
        let plan = if *planned { device.plan(problem, experts)? } else { 0 };
        let numbers = [problem.sorted.len(), problem.routes, case.top_k, case.block_m, k, cols];
        let mut gemm = Struct::of(&[a, repacked, c, sorted, plan, a_stride as u64, cols as u64], &numbers);
        let mut grid = [GRIDS[seed as usize % GRIDS.len()], 1, 1];
        if !planned {
            gemm.0.extend(Struct::of(&[experts], &[problem.experts, 0]).0);
            let parts = case.block_m.div_ceil(2 * PART_ROWS);
            grid = [cols.div_ceil(BLOCK), problem.blocks.len(), parts].map(|size| size as u32);
        }
        let name = format!("moe_w4a16_{name}_{}", one.suffix());
        // Twice where there is a plan: a GEMM leaves it as it found it.
        for _ in 0..=usize::from(*planned) {
            device.memory.bytes(c, 0, untouched.len()).copy_from_slice(&untouched);
            device.launch(&name, grid, *threads, shared_bytes(one), &gemm)?;
        }
        Ok(values16(device.memory.bytes(c, 0, untouched.len())))
    }
}

struct Device {
    kernels: HostKernels,
    memory: HostMemory,
}

impl Device {
    fn create(&mut self, bytes: usize) -> u64 {
        self.memory.create(bytes as u64).expect("memory")
    }

    fn add(&mut self, bytes: &[u8]) -> u64 {
        self.add_rows(bytes, bytes.len().max(1), bytes.len())
    }

    /// Rows at a stride, with poison between them and nothing behind the last.
    fn add_rows(&mut self, rows: &[u8], row: usize, stride: usize) -> u64 {
        let count = rows.len().div_ceil(row);
        let address = self.create(count.saturating_sub(1) * stride + row);
        for (at, bytes) in rows.chunks_exact(row).enumerate() {
            self.memory.bytes(address, (at * stride) as u64, row).copy_from_slice(bytes);
        }
        address
    }

    /// Plans; returns where the plan is.
    fn plan(&mut self, problem: &Problem, experts: u64) -> Result<u64, String> {
        let blocks = problem.blocks.len();
        let plan = self.create(PLAN_HEADER_BYTES + CHUNK_BYTES * blocks);
        let numbers = [blocks, problem.case.block_m, problem.experts, 0];
        self.launch("moe_plan", [1; 3], 512, 8 * blocks + 4, &Struct::of(&[experts, plan], &numbers))?;
        Ok(plan)
    }

    fn launch(&self, kernel: &str, grid: [u32; 3], threads: u32, shared: usize, of: &Struct) -> Result<(), String> {
        let request = Request { grid, block: [threads, 1, 1], shared_bytes: shared as u32, overlaps: false };
        self.kernels.run(kernel, &request, &of.0)
    }
}

/// `moeBlockBytes` of abi.h.
fn block_bytes(one: Instantiation) -> usize {
    BLOCK * BLOCK / 2 + BLOCK / one.group * 2 * BLOCK * (1 + usize::from(one.zeros))
}

/// `moeSm90SharedBytes`.
fn sm90_shared_bytes(one: Instantiation) -> usize {
    let (stage, fixed) =
        (2 * 144 * 128 + 2 * block_bytes(one), 4 * (16 + 2 * 4 * 144) + 8 * (2 * 4 + 2 * 4 + 1) + 1024);
    fixed + if fixed + 4 * stage <= 232_448 { 4 } else { 3 } * stage
}

/// `moeSm80SharedBytes`.
fn sm80_shared_bytes(one: Instantiation) -> usize {
    let tables = (64 / one.group).max(1) * 2 * BLOCK * (1 + usize::from(one.zeros));
    5 * (64 * 128 + 2 * (BLOCK * 64 / 2 + tables)) + 8 * (16 + 2 * 4 * 64) + 8 * (2 * 8 + 1) + 128
}

/// `moeLowSharedBytes`.
fn low_shared_bytes(one: Instantiation) -> usize {
    4 * (PART_ROWS * 2 * BLOCK + block_bytes(one)) + 128
}
