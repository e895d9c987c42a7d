//! A launch on a thread of its own.

use crate::code_object::CodeObject;
use crate::device::{Device, Lent};
use crate::failure::{Failure, guarded};
use crate::report::Report;
use moe_gfx11_sim::execute::{Checks, HostIsa, Launch, Options, Schedule, Watch, launch};
use moe_gfx11_sim::statistics::{Part, Role};
use napi::bindgen_prelude::*;
use napi_derive::napi;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

/// Which checks are on.
#[napi(object, object_to_js = false)]
pub struct CheckFlags {
    pub bounds: bool,
    pub alignment: bool,
    pub poison: bool,
    pub races: bool,
    pub waits: bool,
    pub barriers: bool,
    pub hazards: bool,
}

/// A launch and how to run it; JavaScript has checked types and ranges.
#[napi(object, object_to_js = false)]
pub struct Request {
    pub kernel: String,
    pub grid: Vec<u32>,
    pub block: Vec<u32>,
    pub arguments: Uint8Array,
    pub dynamic_lds_bytes: u32,
    pub checks: CheckFlags,
    /// Absent: round robin.
    pub seed: Option<BigInt>,
    pub threads: Option<u32>,
    pub max_instructions: Option<f64>,
    pub statistics: bool,
    pub roles: Vec<RoleArgs>,
}

/// A part of the work: waves, or instructions.
#[napi(object, object_to_js = false)]
pub struct RoleArgs {
    pub name: String,
    pub is_code: bool,
    pub start: f64,
    pub end: f64,
}

/// Watches and stops a launch from the JavaScript thread.
#[napi]
#[derive(Default)]
pub struct Job {
    watch: Arc<Watch>,
}

#[napi]
impl Job {
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    #[napi]
    pub fn abort(&self) {
        self.watch.abort.store(true, Relaxed);
    }

    #[napi(getter)]
    pub fn finished_groups(&self) -> f64 {
        self.watch.finished_groups.load(Relaxed) as f64
    }
}

/// A launch with everything that its thread needs.
struct Task {
    object: Arc<moe_gfx11_sim::CodeObject>,
    request: OwnedRequest,
    options: Options,
    watch: Arc<Watch>,
}

struct OwnedRequest {
    kernel: String,
    grid: [u32; 3],
    block: [u32; 3],
    arguments: Vec<u8>,
    dynamic_lds_bytes: u32,
}

type Settled = Either<Report, Failure>;
type Resolver = Box<dyn FnOnce(Env) -> Result<Settled> + Send>;

/// Runs a kernel on a new thread. The promise is settled when the memory is back.
#[napi(ts_return_type = "Promise<Report | Failure> | Failure")]
pub fn run_launch<'env>(
    env: &'env Env,
    device: &Device,
    object: &CodeObject,
    request: Request,
    job: &Job,
) -> Result<Either<Object<'env>, Failure>> {
    let mut memory = match device.lend() {
        Ok(memory) => memory,
        Err(failure) => return Ok(Either::B(*failure)),
    };
    let task = Task::new(object, request, job);
    let (deferred, promise) = env.create_deferred::<Settled, Resolver>()?;
    let work = move || {
        let settled = task.run(&mut memory);
        drop(memory);
        deferred.resolve(Box::new(move |_| Ok(settled)));
    };
    match std::thread::Builder::new().name("gfx11-sim".into()).spawn(work) {
        Ok(_) => Ok(Either::A(promise)),
        Err(error) => Ok(Either::B(Failure::new("E_THREADS", format!("the system refuses a thread: {error}")))),
    }
}

impl Task {
    fn new(loaded: &CodeObject, request: Request, job: &Job) -> Task {
        let defaults = Options::default();
        let options = Options {
            checks: request.checks.checks(),
            schedule: match &request.seed {
                Some(seed) => Schedule::Random { seed: seed.get_u64().1 },
                None => Schedule::RoundRobin,
            },
            threads: request.threads.map_or(defaults.threads, |threads| threads as usize),
            max_instructions: request.max_instructions.map_or(defaults.max_instructions, |limit| limit as u64),
            isa: HostIsa::best(),
            statistics: request.statistics,
            roles: request.roles.into_iter().map(RoleArgs::role).collect(),
        };
        let request = OwnedRequest {
            kernel: request.kernel,
            grid: three(&request.grid),
            block: three(&request.block),
            arguments: request.arguments.to_vec(),
            dynamic_lds_bytes: request.dynamic_lds_bytes,
        };
        Task { object: loaded.object.clone(), request, options, watch: job.watch.clone() }
    }

    fn run(&self, memory: &mut Lent) -> Settled {
        let start = Instant::now();
        let request = Launch {
            kernel: &self.request.kernel,
            grid: self.request.grid,
            block: self.request.block,
            arguments: &self.request.arguments,
            dynamic_lds_bytes: self.request.dynamic_lds_bytes,
        };
        guarded(|| {
            let report = launch(&self.object, memory.get(), &request, &self.options, &self.watch)?;
            Ok(Report::new(report, self.object.clone(), start.elapsed().as_nanos() as f64))
        })
    }
}

impl RoleArgs {
    fn role(self) -> Role {
        let part = if self.is_code {
            Part::Code(self.start as u64..self.end as u64)
        } else {
            Part::Waves(self.start as u32..self.end as u32)
        };
        Role { name: self.name, part }
    }
}

impl CheckFlags {
    fn checks(&self) -> Checks {
        let Self { bounds, alignment, poison, races, waits, barriers, hazards } = *self;
        Checks { bounds, alignment, poison, races, waits, barriers, hazards }
    }
}

fn three(sizes: &[u32]) -> [u32; 3] {
    std::array::from_fn(|axis| sizes.get(axis).copied().unwrap_or(1))
}
