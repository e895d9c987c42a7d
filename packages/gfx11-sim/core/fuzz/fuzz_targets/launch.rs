//! Hostile code objects and launches: each must end, within its limits, in a report or a typed error.
//!
//! `check` runs it for a minute (`scripts/fuzz.ts`).
#![no_main]

mod code;
mod elf;
mod input;

use input::Input;
use libfuzzer_sys::fuzz_target;
use moe_gfx11_sim::execute::{Checks, HostIsa, Launch, Memory, Options, Schedule, Watch, launch};
use moe_gfx11_sim::{CodeObject, SimError};
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

const MAX_INSTRUCTIONS: u64 = 2000;
/// Launches of more workgroups are aborted from outside.
const MAX_GROUPS: u64 = 16;
const ABORT_AFTER: Duration = Duration::from_millis(20);

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input(bytes);
    if input.rarely(16) {
        // Nothing but the input.
        let _ = CodeObject::load(input.0).map_err(|error| describe(&error));
        return;
    }
    let code = code::words(&mut input);
    let file = elf::file(&mut input, &code);
    match CodeObject::load(&file) {
        Ok(object) => run(&mut input, &object),
        Err(error) => describe(&error),
    }
});

/// The texts of errors are made of what was wrong, so they are part of what is tested.
fn describe(error: &SimError) {
    assert!(error.code().starts_with("E_"));
    assert!(!error.to_string().is_empty());
}

fn run(input: &mut Input<'_>, object: &CodeObject) {
    for segment in object.segments.iter().filter(|segment| segment.executable) {
        object.instructions(segment.address, segment.size_bytes.min(4096)).for_each(|instruction| {
            let _ = instruction.map(|(_, instruction)| instruction.to_string());
        });
    }
    let Some(kernel) = object.kernels.first() else { return };
    let mut memory = Memory::default();
    let arguments = arguments(input, &mut memory);
    let request = Launch {
        kernel: &kernel.metadata.name,
        grid: std::array::from_fn(|_| input.size(3).wrapping_add(u32::from(!input.rarely(16)))),
        block: std::array::from_fn(|_| input.size(12).wrapping_add(u32::from(!input.rarely(16)))),
        arguments: &arguments,
        dynamic_lds_bytes: input.size(1024),
    };
    let (options, watch) = (options(input), Watch::default());
    let groups = request.grid.iter().map(|&size| u64::from(size)).fold(1, u64::saturating_mul);
    let result = std::thread::scope(|scope| {
        if groups > MAX_GROUPS {
            scope.spawn(|| {
                std::thread::sleep(ABORT_AFTER);
                watch.abort.store(true, Relaxed);
            });
        }
        launch(object, &mut memory, &request, &options, &watch)
    });
    match result {
        Ok(report) => assert_eq!(report.groups, groups),
        Err(error) => describe(&error),
    }
}

/// Addresses of buffers, with hostile bytes among them.
fn arguments(input: &mut Input<'_>, memory: &mut Memory) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..input.u8() % 8 {
        let address = match input.u8() % 4 {
            0 => memory.add("data", &[7; 4096]),
            1 => memory.create("fresh", input.below(2048).into()).unwrap_or(0),
            2 => memory.add("odd", &[0xff; 13]).wrapping_add(input.u8().into()),
            _ => input.u64(),
        };
        bytes.extend(address.to_le_bytes());
    }
    bytes.truncate(bytes.len() - bytes.len().min(usize::from(input.u8() % 4)));
    bytes
}

fn options(input: &mut Input<'_>) -> Options {
    // Without checks a kernel gets further.
    let none = input.rarely(2);
    let mut on = || !none && !input.rarely(4);
    let checks =
        Checks { bounds: on(), alignment: on(), poison: on(), races: on(), waits: on(), barriers: on(), hazards: on() };
    let levels = HostIsa::available();
    Options {
        checks,
        schedule: if input.rarely(2) { Schedule::Random { seed: input.u64() } } else { Schedule::RoundRobin },
        threads: 1 + usize::from(input.rarely(8)),
        max_instructions: MAX_INSTRUCTIONS,
        isa: levels[usize::from(input.u8()) % levels.len()],
        statistics: input.rarely(2),
        ..Options::default()
    }
}
