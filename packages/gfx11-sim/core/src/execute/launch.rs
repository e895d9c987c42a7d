//! Runs a kernel over a grid: checks the request, sets up what the hardware and the runtime would, spreads the
//! workgroups over threads.

use super::buffer::Buffer;
use super::checks::Checks;
use super::fault::Fault;
use super::group::{Group, Interrupted, Shared};
use super::host_isa::HostIsa;
use super::memory::Memory;
use super::program::Program;
use super::races::Races;
use super::schedule::Schedule;
use super::setup::{self, Addresses};
use super::tally::Tally;
use super::wave::Wave;
use crate::code_object::{CodeObject, Kernel};
use crate::error::SimError;
use crate::place::Place;
use crate::statistics::{self, Counted, Launched, Recorder, Report, Role, WaveRoles};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// What is launched.
#[derive(Clone, Debug)]
pub struct Launch<'a> {
    pub kernel: &'a str,
    /// Workgroups in x, y, z, each at least 1.
    pub grid: [u32; 3],
    /// Threads of a workgroup in x, y, z; their product is 1 to 1024 (included).
    pub block: [u32; 3],
    /// The explicit arguments at their offsets.
    pub arguments: &'a [u8],
    /// LDS beyond what the kernel declares; both together at most 64 KiB.
    pub dynamic_lds_bytes: u32,
}

/// How it is run.
#[derive(Clone, Debug)]
pub struct Options {
    pub checks: Checks,
    pub schedule: Schedule,
    /// Host threads, at least 1. Kernels with global atomics run on one, so that their results do not vary.
    pub threads: usize,
    /// A wave that executes more instructions than this is taken to loop for ever.
    pub max_instructions: u64,
    /// Vector instructions of the host; must be available.
    pub isa: HostIsa,
    /// Whether to look at the addresses of memory accesses and at chains of matrix operations; what is executed is always
    /// counted.
    pub statistics: bool,
    /// Parts of the work that are counted apart; at most 64.
    pub roles: Vec<Role>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            checks: Checks::default(),
            schedule: Schedule::default(),
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            max_instructions: 1 << 32,
            isa: HostIsa::best(),
            statistics: true,
            roles: Vec::new(),
        }
    }
}

/// A way to see how far a launch is, and to end it; shared with other threads.
#[derive(Debug, Default)]
pub struct Watch {
    /// Set it to end the launch with `E_ABORTED`.
    pub abort: AtomicBool,
    /// Workgroups that have finished.
    pub finished_groups: AtomicU64,
}

/// Runs a kernel to its end. Its stores go to `memory`; the code and the arguments are there only while it runs.
///
/// # Errors
/// `E_LAUNCH` for sizes out of range and roles that overlap; what [`Checks`] finds, with the place; `E_UNIMPLEMENTED`, `E_ENCODING`, `E_LOOP`,
/// `E_ABORTED`; and those of [`CodeObject::kernel`]. Of several errors the one of the first workgroup is given.
pub fn launch(
    object: &CodeObject,
    memory: &mut Memory,
    launch: &Launch<'_>,
    options: &Options,
    watch: &Watch,
) -> Result<Report, SimError> {
    let kernel = object.kernel(launch.kernel)?;
    setup::check(kernel, launch)?;
    statistics::check_roles(&options.roles)?;
    let base = setup::add_image(object, memory);
    let addresses = setup::add_arguments(kernel, launch, memory);
    let vgprs = kernel.descriptor.vgprs;
    let shared = Shared {
        program: Program::new(object, base, vgprs, options.isa),
        memory,
        checks: options.checks,
        schedule: options.schedule,
        max_instructions: options.max_instructions,
        abort: &watch.abort,
    };
    let report = run(kernel, launch, options, watch, &shared, addresses);
    drop(shared);
    for address in [base, addresses.arguments, addresses.packet] {
        memory.remove(address);
    }
    report
}

/// The error of the workgroup with the lowest number so far.
type FirstError = Mutex<Option<(u64, SimError)>>;

fn run(
    kernel: &Kernel,
    launch: &Launch<'_>,
    options: &Options,
    watch: &Watch,
    shared: &Shared<'_>,
    addresses: Addresses,
) -> Result<Report, SimError> {
    let groups: u64 = launch.grid.iter().map(|&size| u64::from(size)).product();
    let wanted = options.threads.max(1).min(usize::try_from(groups).unwrap_or(usize::MAX));
    let threads = if wanted > 1 && setup::has_global_atomics(shared.program.object) { 1 } else { wanted };
    let next = AtomicU64::new(0);
    let failed = AtomicU64::new(u64::MAX);
    let error: FirstError = Mutex::new(None);
    let work = || {
        let mut worker = Worker::new(kernel, launch, options, shared, addresses);
        loop {
            let number = next.fetch_add(1, Relaxed);
            // Groups before a failed one still run: one of them may have failed first.
            if number >= groups || number > failed.load(Relaxed) {
                return worker.counted();
            }
            if let Err(interrupted) = worker.run(number) {
                failed.fetch_min(number, Relaxed);
                keep_first(&error, number, worker.explain(interrupted, number));
            }
            watch.finished_groups.fetch_add(1, Relaxed);
        }
    };
    let (counted, threads) = std::thread::scope(|scope| {
        let spawn = |_| std::thread::Builder::new().spawn_scoped(scope, work).ok();
        // Where the system refuses a thread, those that it gave do the work.
        let others: Vec<_> = (1..threads).map_while(spawn).collect();
        let threads = 1 + others.len();
        let mut counted = work();
        for other in others {
            // A panic of a worker is one of this function.
            counted.merge(&other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        (counted, threads)
    });
    match error.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()) {
        Some((_, error)) => Err(error),
        None => Ok(report(kernel, launch, options, shared, &counted, threads)),
    }
}

fn keep_first(first: &FirstError, number: u64, error: SimError) {
    let mut first = first.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if first.as_ref().is_none_or(|(earlier, _)| number < *earlier) {
        *first = Some((number, error));
    }
}

fn report(
    kernel: &Kernel,
    launch: &Launch<'_>,
    options: &Options,
    shared: &Shared<'_>,
    counted: &Counted,
    threads: usize,
) -> Report {
    let waves_per_group = setup::waves(launch) as u32;
    let groups = launch.grid.iter().map(|&size| u64::from(size)).product();
    let launched = Launched {
        object: shared.program.object,
        kernel,
        memory: shared.memory,
        groups,
        threads_per_group: launch.block.iter().product(),
        waves_per_group,
        lds_bytes: setup::lds_bytes(kernel, launch),
        threads,
    };
    statistics::report(&launched, counted, &options.roles)
}

/// One host thread: a workgroup's waves and memory, used again for each workgroup.
struct Worker<'a> {
    kernel: &'a Kernel,
    launch: &'a Launch<'a>,
    shared: &'a Shared<'a>,
    addresses: Addresses,
    group: Group<'a>,
    waves: Vec<Wave>,
}

impl<'a> Worker<'a> {
    fn new(
        kernel: &'a Kernel,
        launch: &'a Launch<'a>,
        options: &Options,
        shared: &'a Shared<'a>,
        addresses: Addresses,
    ) -> Worker<'a> {
        let slots = options.roles.len() + 1;
        let mode = setup::mode(&kernel.descriptor);
        let group = Group {
            program: &shared.program,
            memory: shared.memory,
            checks: shared.checks,
            interval: 0,
            tally: Tally::new(WaveRoles::new(&options.roles), slots),
            recorder: options.statistics.then(|| Box::new(Recorder::new(slots))),
            wgp_mode: kernel.descriptor.wgp_mode,
            lds: Buffer::lds(setup::lds_bytes(kernel, launch), shared.checks.poison),
            races: (shared.checks.races && setup::waves(launch) > 1).then(Races::default),
        };
        let waves = (0..setup::waves(launch)).map(|_| Wave::new(mode)).collect();
        Worker { kernel, launch, shared, addresses, group, waves }
    }

    fn run(&mut self, number: u64) -> Result<(), Interrupted> {
        let place = setup::place(number, self.launch.grid);
        for (index, wave) in self.waves.iter_mut().enumerate() {
            setup::start(wave, index as u32, self.kernel, self.launch, place, self.addresses, self.shared.checks);
        }
        self.group.run(&mut self.waves, self.shared, number)
    }

    fn counted(self) -> Counted {
        Counted { executions: self.group.tally.into_slots(), recorder: self.group.recorder }
    }

    fn explain(&self, interrupted: Interrupted, number: u64) -> SimError {
        let at = |wave: u32, pc: u32| Place {
            pc: u64::from(pc) * 4,
            group: setup::place(number, self.launch.grid),
            wave,
            instruction: self
                .group
                .program
                .decode(pc)
                .map_or_else(|_| "?".into(), |instruction| instruction.to_string()),
        };
        match interrupted {
            Interrupted::Aborted => SimError::Aborted,
            Interrupted::Loop { wave, pc } => {
                SimError::Loop { place: at(wave, pc), limit: self.shared.max_instructions }
            }
            Interrupted::Fault { wave, pc, fault } => self.explain_fault(*fault, at(wave, pc)),
        }
    }

    fn explain_fault(&self, fault: Fault, place: Place) -> SimError {
        super::explain::explain(fault, place, self.shared.memory, &self.shared.program)
    }
}
