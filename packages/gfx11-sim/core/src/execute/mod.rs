//! Runs kernels: one wave after another within a workgroup, from barrier to barrier, workgroups in order.
//!
//! An instruction that is not implemented is an error that names it; nothing is guessed.

mod global;
mod memory;
mod scalar;
mod vector;
mod wave;

pub use memory::{Buffer, Memory};

use crate::code_object::{CodeObject, Kernel};
use crate::descriptor::Rounding;
use crate::error::SimError;
use crate::isa::{Family, Instruction, decode};
use wave::{LANES, Wave};

/// How a kernel is launched.
#[derive(Clone, Debug)]
pub struct Launch<'a> {
    pub kernel: &'a str,
    /// Workgroups in x, y, z, each at least 1.
    pub grid: [u32; 3],
    /// Threads of a workgroup in x, y, z; their product is 1 to 1024 (included).
    pub block: [u32; 3],
    /// The explicit arguments at their offsets.
    pub arguments: &'a [u8],
    /// A wave that executes more instructions than this is taken to loop for ever.
    pub max_instructions: u64,
}

/// What a launch did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub waves: u64,
    /// Wave instructions.
    pub instructions: u64,
}

/// Larger kernarg segments are refused; the largest that a compiler writes is some KiB.
const MAX_ARGUMENT_BYTES: u32 = 64 << 10;

/// Why a wave does not go on to the next instruction.
enum Stop {
    End,
    Barrier,
    Unimplemented,
    Fault { address: u64, bytes: u64, lane: Option<usize> },
}

/// Runs a kernel to its end. Stores go to `memory`; the code and the arguments are added to it.
///
/// # Errors
/// `E_LAUNCH` for sizes out of range, `E_MEMORY` for an access outside of all buffers, `E_UNIMPLEMENTED`, `E_ENCODING`,
/// `E_LOOP`, and those of [`CodeObject::kernel`].
pub fn launch(object: &CodeObject, memory: &mut Memory, launch: &Launch<'_>) -> Result<Report, SimError> {
    let kernel = object.kernel(launch.kernel)?;
    check(kernel, launch)?;
    let base = memory.add("code", object.image.clone());
    for relocation in &object.relocations {
        memory.write(base + relocation.offset, &base.wrapping_add(relocation.addend).to_le_bytes());
    }
    let arguments = memory.add("arguments", argument_bytes(kernel, launch));
    let mut machine = Machine { object, memory, base, kernel, launch, arguments, report: Report::default() };
    for z in 0..launch.grid[2] {
        for y in 0..launch.grid[1] {
            for x in 0..launch.grid[0] {
                machine.run_group([x, y, z])?;
            }
        }
    }
    Ok(machine.report)
}

fn check(kernel: &Kernel, launch: &Launch<'_>) -> Result<(), SimError> {
    let wrong = |reason: String| Err(SimError::Launch { reason });
    let threads = launch.block.iter().try_fold(1_u32, |product, &size| product.checked_mul(size)).unwrap_or(u32::MAX);
    let largest = u32::try_from(kernel.metadata.max_workgroup_size).unwrap_or(1024).min(1024);
    if threads == 0 || threads > largest {
        return wrong(format!("the workgroup has {threads} threads, but must have 1 to {largest}"));
    }
    if launch.grid.contains(&0) {
        return wrong(format!("the grid is {:?}, but must be at least 1 in each dimension", launch.grid));
    }
    if kernel.descriptor.kernarg_bytes > MAX_ARGUMENT_BYTES {
        return wrong(format!("the kernel takes {} bytes of arguments", kernel.descriptor.kernarg_bytes));
    }
    if launch.arguments.len() > kernel.descriptor.kernarg_bytes as usize {
        let (given, allowed) = (launch.arguments.len(), kernel.descriptor.kernarg_bytes);
        return wrong(format!("the arguments have {given} bytes, but the kernel takes {allowed}"));
    }
    let user = &kernel.descriptor.user_sgprs;
    if kernel.descriptor.lds_bytes != 0 || kernel.descriptor.enable_scratch || user.dispatch_pointer {
        return wrong("the kernel uses LDS, scratch or the dispatch packet, which cannot be run".into());
    }
    let denormals = kernel.descriptor.denormals_f32;
    if kernel.descriptor.round_f32 != Rounding::NearestEven || !denormals.keep_inputs || !denormals.keep_outputs {
        return wrong("the kernel rounds f32 otherwise than to nearest even or flushes denormals".into());
    }
    Ok(())
}

/// The kernarg segment: explicit arguments, then what the runtime fills in.
fn argument_bytes(kernel: &Kernel, launch: &Launch<'_>) -> Vec<u8> {
    let mut bytes = launch.arguments.to_vec();
    bytes.resize(kernel.descriptor.kernarg_bytes as usize, 0);
    let dimension = |kind: &str| usize::from(kind.as_bytes().last().map_or(0, |axis| axis.wrapping_sub(b'x')) % 3);
    for argument in kernel.metadata.arguments.iter().filter(|argument| argument.is_hidden()) {
        let kind = argument.value_kind.as_str();
        let value = match kind {
            _ if kind.starts_with("hidden_block_count_") => launch.grid[dimension(kind)],
            _ if kind.starts_with("hidden_group_size_") => launch.block[dimension(kind)],
            "hidden_grid_dims" => 3,
            _ => 0,
        };
        let at = argument.offset_bytes as usize;
        let end = at.saturating_add(argument.size_bytes.min(4) as usize);
        if let Some(place) = bytes.get_mut(at..end) {
            place.copy_from_slice(&value.to_le_bytes()[..place.len()]);
        }
    }
    bytes
}

struct Machine<'a> {
    object: &'a CodeObject,
    memory: &'a mut Memory,
    /// Address of the image.
    base: u64,
    kernel: &'a Kernel,
    launch: &'a Launch<'a>,
    arguments: u64,
    report: Report,
}

impl Machine<'_> {
    fn run_group(&mut self, group: [u32; 3]) -> Result<(), SimError> {
        let threads: u32 = self.launch.block.iter().product();
        let mut running: Vec<Wave> = (0..threads.div_ceil(LANES as u32)).map(|wave| self.start(group, wave)).collect();
        self.report.waves += running.len() as u64;
        while !running.is_empty() {
            let mut waiting = Vec::new();
            for mut wave in running {
                if self.run_to_barrier(&mut wave)? {
                    waiting.push(wave);
                }
            }
            running = waiting;
        }
        Ok(())
    }

    /// The registers at a wave's first instruction.
    fn start(&self, group: [u32; 3], number: u32) -> Wave {
        let descriptor = &self.kernel.descriptor;
        let mut wave = Wave::new(self.base + self.kernel.entry, descriptor.vgprs);
        let threads: u32 = self.launch.block.iter().product();
        let [width, height, _] = self.launch.block;
        let first = number * LANES as u32;
        let count = (threads - first).min(LANES as u32);
        wave.set_exec(((1_u64 << count) - 1) as u32);
        for lane in 0..LANES as u32 {
            let thread = first + lane;
            let (x, y, z) = (thread % width, thread / width % height, thread / width / height);
            wave.vectors[0][lane as usize] = x | y << 10 | z << 20;
        }
        let user = &descriptor.user_sgprs;
        let mut next = 0;
        for (present, value) in [
            (user.private_segment_buffer, None),
            (user.private_segment_buffer, None),
            (user.queue_pointer, None),
            (user.kernarg_pointer, Some(self.arguments)),
        ] {
            if present {
                wave.set_scalar64(next, value.unwrap_or(0));
                next += 2;
            }
        }
        let mut next = descriptor.user_sgpr_count as usize;
        for (enabled, id) in descriptor.workgroup_id.into_iter().zip(group) {
            if enabled {
                wave.set_scalar(next, id);
                next += 1;
            }
        }
        wave
    }

    /// Whether the wave waits at a barrier, else it has ended.
    fn run_to_barrier(&mut self, wave: &mut Wave) -> Result<bool, SimError> {
        for _ in 0..self.launch.max_instructions {
            let (pc, instruction) = self.fetch(wave.pc)?;
            self.report.instructions += 1;
            match self.step(wave, &instruction) {
                Ok(()) => {}
                Err(Stop::End) => return Ok(false),
                Err(Stop::Barrier) => return Ok(true),
                Err(Stop::Unimplemented) => {
                    return Err(SimError::Unimplemented { pc, instruction: instruction.to_string() });
                }
                Err(Stop::Fault { address, bytes, lane }) => {
                    let lane = lane.map_or(String::new(), |lane| format!("lane {lane} of "));
                    let instruction = format!("{lane}{instruction}");
                    return Err(SimError::Memory { pc, instruction, address, bytes });
                }
            }
        }
        Err(SimError::Loop { pc: wave.pc - self.base, limit: self.launch.max_instructions })
    }

    fn fetch(&self, address: u64) -> Result<(u64, Instruction), SimError> {
        let pc = address.wrapping_sub(self.base);
        let start = usize::try_from(pc).unwrap_or(usize::MAX);
        let rest = self.object.image.get(start..).unwrap_or_default();
        let mut words = [0; 3];
        let mut count = 0;
        for (word, bytes) in words.iter_mut().zip(rest.chunks_exact(4)) {
            *word = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
            count += 1;
        }
        let instruction = decode(&words[..count], self.object.arch);
        instruction.map(|instruction| (pc, instruction)).map_err(|source| SimError::Encoding { pc, source })
    }

    fn step(&mut self, wave: &mut Wave, i: &Instruction) -> Result<(), Stop> {
        let next = wave.pc + u64::from(i.size_bytes);
        match i.opcode.row().family {
            Family::Sop1 | Family::Sop2 | Family::Sopc | Family::Sopk | Family::Sopp | Family::Smem => {
                return scalar::execute(wave, self.memory, i, next);
            }
            Family::Vop1 | Family::Vop2 | Family::Vopc | Family::Vop3 | Family::Vop3p => vector::execute(wave, i)?,
            Family::Global | Family::Mubuf => global::execute(wave, self.memory, i)?,
            _ => return Err(Stop::Unimplemented),
        }
        wave.pc = next;
        Ok(())
    }
}
