//! What a kernel finds at its first instruction: arguments, registers, memory that the runtime provides.

use super::checks::Checks;
use super::launch::Launch;
use super::memory::Memory;
use super::wave::{LANES, Mode, Wave};
use crate::code_object::{CodeObject, Kernel};
use crate::descriptor::KernelDescriptor;
use crate::error::SimError;
use crate::isa::{Family, Instruction};

/// Larger kernarg segments are refused; the largest that a compiler writes is some KiB.
const MAX_ARGUMENT_BYTES: u32 = 64 << 10;
const MAX_LDS_BYTES: u32 = 64 << 10;
/// More scratch than this per lane is refused: 1024 threads of it are 256 MiB.
const MAX_SCRATCH_BYTES: u32 = 256 << 10;
const PACKET_BYTES: usize = 64;

/// Where the runtime's buffers are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Addresses {
    pub arguments: u64,
    /// The dispatch packet.
    pub packet: u64,
    pub entry: u32,
}

/// Refuses sizes that the hardware or this program cannot run.
pub(super) fn check(kernel: &Kernel, launch: &Launch<'_>) -> Result<(), SimError> {
    let wrong = |reason: String| Err(SimError::Launch { reason });
    let descriptor = &kernel.descriptor;
    let threads = launch.block.iter().try_fold(1_u32, |product, &size| product.checked_mul(size)).unwrap_or(u32::MAX);
    let largest = u32::try_from(kernel.metadata.max_workgroup_size).unwrap_or(1024).min(1024);
    if threads == 0 || threads > largest {
        return wrong(format!("the workgroup has {threads} threads, but must have 1 to {largest}"));
    }
    let groups = launch.grid.iter().try_fold(1_u64, |product, &size| product.checked_mul(size.into()));
    if launch.grid.contains(&0) || groups.is_none() {
        return wrong(format!("the grid is {:?}, but each must be at least 1 and all at most 2^64", launch.grid));
    }
    if descriptor.kernarg_bytes > MAX_ARGUMENT_BYTES {
        return wrong(format!("the kernel takes {} bytes of arguments", descriptor.kernarg_bytes));
    }
    if launch.arguments.len() > descriptor.kernarg_bytes as usize {
        let (given, allowed) = (launch.arguments.len(), descriptor.kernarg_bytes);
        return wrong(format!("the arguments have {given} bytes, but the kernel takes {allowed}"));
    }
    let lds = u64::from(descriptor.lds_bytes) + u64::from(launch.dynamic_lds_bytes);
    if lds > MAX_LDS_BYTES.into() {
        return wrong(format!("the workgroup wants {lds} bytes of LDS, but may have {MAX_LDS_BYTES}"));
    }
    if descriptor.scratch_bytes > MAX_SCRATCH_BYTES {
        let wanted = descriptor.scratch_bytes;
        return wrong(format!("the kernel wants {wanted} bytes of scratch a lane, but may have {MAX_SCRATCH_BYTES}"));
    }
    Ok(())
}

pub(super) fn lds_bytes(kernel: &Kernel, launch: &Launch<'_>) -> u32 {
    kernel.descriptor.lds_bytes + launch.dynamic_lds_bytes
}

pub(super) fn waves(launch: &Launch<'_>) -> usize {
    (launch.block.iter().product::<u32>() as usize).div_ceil(LANES)
}

/// The workgroup ids of a workgroup's number: x varies fastest.
pub(super) fn place(number: u64, [width, height, _]: [u32; 3]) -> [u32; 3] {
    let (width, height) = (u64::from(width), u64::from(height));
    [(number % width) as u32, (number / width % height) as u32, (number / width / height) as u32]
}

/// Adds the relocated image and returns its address.
pub(super) fn add_image(object: &CodeObject, memory: &mut Memory) -> u64 {
    let base = memory.add("code", &object.image);
    if let Some(image) = memory.buffer(base) {
        for relocation in &object.relocations {
            image.write(relocation.offset, &base.wrapping_add(relocation.addend).to_le_bytes());
        }
    }
    base
}

pub(super) fn add_arguments(kernel: &Kernel, launch: &Launch<'_>, memory: &mut Memory) -> Addresses {
    let arguments = memory.add("arguments", &argument_bytes(kernel, launch));
    let packet = memory.add("dispatch packet", &packet(kernel, launch, arguments));
    Addresses { arguments, packet, entry: (kernel.entry / 4) as u32 }
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
            "hidden_dynamic_lds_size" => launch.dynamic_lds_bytes,
            "hidden_shared_base" => super::wave::SHARED_APERTURE,
            "hidden_private_base" => super::wave::PRIVATE_APERTURE,
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

/// `hsa_kernel_dispatch_packet_t` of the HSA runtime specification, without a completion signal.
fn packet(kernel: &Kernel, launch: &Launch<'_>, arguments: u64) -> [u8; PACKET_BYTES] {
    let mut packet = [0; PACKET_BYTES];
    let mut put = |at: usize, bytes: &[u8]| packet[at..at + bytes.len()].copy_from_slice(bytes);
    put(2, &3_u16.to_le_bytes()); // three dimensions
    for axis in 0..3 {
        put(4 + 2 * axis, &(launch.block[axis] as u16).to_le_bytes());
        put(12 + 4 * axis, &launch.grid[axis].wrapping_mul(launch.block[axis]).to_le_bytes());
    }
    put(24, &kernel.descriptor.scratch_bytes.to_le_bytes());
    put(28, &lds_bytes(kernel, launch).to_le_bytes());
    put(40, &arguments.to_le_bytes());
    packet
}

pub(super) fn mode(descriptor: &KernelDescriptor) -> Mode {
    Mode {
        round_f32: descriptor.round_f32,
        round_f16_f64: descriptor.round_f16_f64,
        denormals_f32: descriptor.denormals_f32,
        denormals_f16_f64: descriptor.denormals_f16_f64,
        dx10_clamp: descriptor.dx10_clamp,
        ieee: descriptor.ieee_mode,
        fp16_overflow_clamps: descriptor.fp16_overflow_clamps,
    }
}

/// Whether workgroups can see the order in which they run.
pub(super) fn has_global_atomics(object: &CodeObject) -> bool {
    let is_atomic = |instruction: &Instruction| {
        let row = instruction.opcode.row();
        matches!(row.family, Family::Global | Family::Flat | Family::Mubuf) && row.name.contains("atomic")
    };
    object.segments.iter().filter(|segment| segment.executable).any(|segment| {
        let mut at = segment.address;
        let end = segment.address + segment.size_bytes;
        while at < end {
            let decoded = object.instruction(at);
            if decoded.as_ref().is_ok_and(is_atomic) {
                return true;
            }
            // Words that are no instruction end a function's padding; what is behind them is looked at too.
            at += decoded.map_or(4, |instruction| u64::from(instruction.size_bytes));
        }
        false
    })
}

/// Sets a wave to its first instruction.
pub(super) fn start(
    wave: &mut Wave,
    index: u32,
    kernel: &Kernel,
    launch: &Launch<'_>,
    group: [u32; 3],
    addresses: Addresses,
    checks: Checks,
) {
    let descriptor = &kernel.descriptor;
    wave.reset(mode(descriptor), checks.poison);
    (wave.index, wave.pc, wave.at) = (index, addresses.entry, addresses.entry);
    let scratch_words = descriptor.scratch_bytes.div_ceil(4) as usize * LANES;
    wave.scratch.resize(scratch_words, 0);
    wave.scratch_written.resize(scratch_words, if checks.poison { 0 } else { 0xf });
    let threads: u32 = launch.block.iter().product();
    let first = index * LANES as u32;
    let count = (threads - first).min(LANES as u32);
    wave.launched = ((1_u64 << count) - 1) as u32;
    wave.set_exec(wave.launched);
    set_work_item_ids(wave, first, launch.block, descriptor.work_item_id);
    let mut next = 0;
    let user = &descriptor.user_sgprs;
    let pairs = [
        (user.private_segment_buffer, 0),
        (user.private_segment_buffer, 0),
        (user.dispatch_pointer, addresses.packet),
        (user.queue_pointer, 0),
        (user.kernarg_pointer, addresses.arguments),
        (user.dispatch_id, 0),
        (user.flat_scratch_init, 0),
    ];
    for (_, value) in pairs.into_iter().filter(|(present, _)| *present) {
        (wave.scalars[next], wave.scalars[next + 1]) = (value as u32, (value >> 32) as u32);
        next += 2;
    }
    if user.private_segment_size {
        wave.scalars[next] = descriptor.scratch_bytes;
    }
    let ids = descriptor.workgroup_id.into_iter().zip(group).filter(|(enabled, _)| *enabled);
    for (register, (_, id)) in (descriptor.user_sgpr_count as usize..).zip(ids) {
        wave.scalars[register] = id;
    }
}

/// v0 holds the ids of every lane, 10 bits each: x, with `components` 1 also y, with 2 also z. The others read as zero,
/// and compilers do not mask them away.
fn set_work_item_ids(wave: &mut Wave, first: u32, [width, height, _]: [u32; 3], components: u32) {
    let mask = [0x3ff, 0xf_ffff, 0x3fff_ffff][components.min(2) as usize];
    for lane in 0..LANES as u32 {
        let thread = first + lane;
        let (x, y, z) = (thread % width, thread / width % height, thread / width / height);
        wave.vectors[0].0[lane as usize] = (x | y << 10 | z << 20) & mask;
    }
    wave.ready[0] |= wave.launched;
}
