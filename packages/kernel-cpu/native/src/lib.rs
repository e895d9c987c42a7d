//! The Node-API binding of `moe-kernel-cpu`: conversion only, no logic.
//!
//! Errors do not throw here: every call returns an [`Outcome`], so that sync and async calls report the same codes and
//! the TypeScript side builds one error class from them.

mod problem;

use moe_kernel_cpu::{Control, Isa, KernelError, RunOptions, RunReport, cache, peaks};
use napi::Task;
use napi::bindgen_prelude::*;
use napi_derive::napi;
use problem::{GemmArgs, LayerArgs};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

/// Version of the crate, which must equal the version of the npm package that loads it.
#[napi]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// How to run; unset fields take the kernel's defaults.
#[napi(object, object_to_js = false)]
pub struct Options {
    pub isa: Option<String>,
    pub threads: Option<u32>,
}

impl Options {
    fn resolve<'a>(&self, control: Option<&'a dyn Control>) -> std::result::Result<RunOptions<'a>, KernelError> {
        let isa = self.isa.as_deref().map(Isa::parse).transpose()?;
        Ok(RunOptions { isa, threads: self.threads.map(|threads| threads as usize), control })
    }
}

/// What ran, or why nothing did.
#[napi(object, object_from_js = false)]
pub struct Outcome {
    pub isa: Option<String>,
    pub threads: Option<u32>,
    pub time_ns: Option<f64>,
    pub code: Option<String>,
    pub message: Option<String>,
}

impl Outcome {
    /// Runs `call`; an error or a panic becomes a code and a message.
    fn of(call: impl FnOnce() -> std::result::Result<RunReport, KernelError>) -> Self {
        let failed = |code: &str, message: String| Self {
            isa: None,
            threads: None,
            time_ns: None,
            code: Some(code.to_owned()),
            message: Some(message),
        };
        match catch_unwind(AssertUnwindSafe(call)) {
            Ok(Ok(report)) => Self {
                isa: Some(report.isa.name().to_owned()),
                threads: Some(report.threads as u32),
                time_ns: Some(report.time.as_nanos() as f64),
                code: None,
                message: None,
            },
            Ok(Err(error)) => failed(error.code(), error.to_string()),
            Err(panic) => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
                failed("E_INTERNAL", format!("the kernel panicked: {text}; please report this"))
            }
        }
    }
}

/// Watches and stops an async call from the JavaScript thread.
#[napi]
#[derive(Default)]
pub struct Job {
    state: Arc<JobState>,
}

#[derive(Default)]
struct JobState {
    cancelled: AtomicBool,
    done: AtomicU32,
    total: AtomicU32,
}

impl Control for JobState {
    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
    fn progress(&self, done: usize, total: usize) {
        self.done.fetch_max(done as u32, Ordering::Relaxed);
        self.total.store(total as u32, Ordering::Relaxed);
    }
}

#[napi]
impl Job {
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }
    #[napi]
    pub fn cancel(&self) {
        self.state.cancelled.store(true, Ordering::Relaxed);
    }
    #[napi(getter)]
    pub fn done(&self) -> u32 {
        self.state.done.load(Ordering::Relaxed)
    }
    #[napi(getter)]
    pub fn total(&self) -> u32 {
        self.state.total.load(Ordering::Relaxed)
    }
}

#[napi]
pub fn gemm(mut args: GemmArgs, options: Options) -> Outcome {
    Outcome::of(|| moe_kernel_cpu::moe_gemm_w4a16(&mut args.problem()?, &options.resolve(None)?))
}

#[napi]
pub fn reference_gemm(mut args: GemmArgs, options: Options) -> Outcome {
    Outcome::of(|| moe_kernel_cpu::reference_gemm(&mut args.problem()?, &options.resolve(None)?))
}

#[napi]
pub fn forward(mut args: LayerArgs, options: Options) -> Outcome {
    Outcome::of(|| moe_kernel_cpu::moe_forward(&mut args.problem()?, &options.resolve(None)?))
}

/// A GEMM on a thread of the runtime's pool.
pub struct GemmTask {
    args: GemmArgs,
    options: Options,
    job: Arc<JobState>,
}

impl Task for GemmTask {
    type Output = Outcome;
    type JsValue = Outcome;

    fn compute(&mut self) -> Result<Outcome> {
        let Self { args, options, job } = self;
        Ok(Outcome::of(|| moe_kernel_cpu::moe_gemm_w4a16(&mut args.problem()?, &options.resolve(Some(job.as_ref()))?)))
    }

    fn resolve(&mut self, _env: Env, outcome: Outcome) -> Result<Outcome> {
        Ok(outcome)
    }
}

#[napi]
pub fn gemm_async(args: GemmArgs, options: Options, job: &Job) -> AsyncTask<GemmTask> {
    AsyncTask::new(GemmTask { args, options, job: job.state.clone() })
}

/// What this CPU is.
#[napi(object, object_from_js = false)]
pub struct CpuInfo {
    pub isas: Vec<String>,
    pub cores: u32,
    pub last_level_cache_bytes: Option<f64>,
}

#[napi]
pub fn cpu_info() -> CpuInfo {
    CpuInfo {
        isas: Isa::available().into_iter().map(|isa| isa.name().to_owned()).collect(),
        cores: std::thread::available_parallelism().map_or(1, |cores| cores.get() as u32),
        last_level_cache_bytes: cache::last_level_bytes().map(|bytes| bytes as f64),
    }
}

/// The rates of [`peaks::Peaks`], or an error's code and message.
#[napi(object, object_from_js = false)]
pub struct PeaksOutcome {
    pub isas: Vec<String>,
    pub gflops: Vec<f64>,
    pub read_gbytes: f64,
    pub code: Option<String>,
    pub message: Option<String>,
}

#[napi]
pub fn machine_peaks(seconds: f64, threads: Option<u32>) -> PeaksOutcome {
    match peaks::measure(Duration::from_secs_f64(seconds.clamp(0.01, 60.0)), threads.map(|threads| threads as usize)) {
        Ok(peaks) => PeaksOutcome {
            isas: peaks.gflops.iter().map(|rate| rate.0.name().to_owned()).collect(),
            gflops: peaks.gflops.iter().map(|rate| rate.1).collect(),
            read_gbytes: peaks.read_gbytes,
            code: None,
            message: None,
        },
        Err(error) => PeaksOutcome {
            isas: Vec::new(),
            gflops: Vec::new(),
            read_gbytes: 0.0,
            code: Some(error.code().to_owned()),
            message: Some(error.to_string()),
        },
    }
}

/// Returns `[code, message]` of an error.
#[napi]
pub fn evict_caches(bytes: f64, by_write: bool, threads: Option<u32>) -> Option<Vec<String>> {
    let by = if by_write { cache::EvictBy::Write } else { cache::EvictBy::Read };
    let evicted = cache::evict(bytes as usize, by, threads.map(|threads| threads as usize));
    evicted.err().map(|error| vec![error.code().to_owned(), error.to_string()])
}
