//! Atomic operations of global memory and the LDS.
//!
//! Each lane's operation is done before that of the next higher one begins. Kernels with global atomics run on one host
//! thread, so that none needs to be atomic for the host. Float sums round to nearest even and keep denormals (LLVM
//! takes it for unknown what gfx11 does with those in global memory); the minimum and maximum compare as `<` does, so that a NaN in memory stays.

use super::access::Kind;
use super::cells::{self, Data, Reach};
use super::fault::{Fault, Space};
use super::group::Group;
use super::host_isa::Level;
use super::in_flight::{finish_load, finish_store, keep_stored, loads_through};
use super::lane_mask::lanes;
use super::place::{Place, Returns, Target, vector};
use super::records::Party;
use super::step::{Flow, Handler, Outcome, Step};
use super::transfer::access;
use super::waits::Load;
use super::wave::{LANES, Wave};
use crate::isa::Opcode;
use crate::isa::slot::Field;

/// What memory holds after it held `old`, from the lane's first and second operand.
type Operation = fn(old: u64, a: u64, b: u64) -> u64;

/// What an atomic takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operands {
    One,
    Two,
    /// The new value, and what the old one must be.
    Compare,
}

/// The 32-bit operation as one on the low halves.
macro_rules! words {
    ($operation:expr) => {
        |old, a, b| {
            let operation: fn(u32, u32, u32) -> u32 = $operation;
            operation(old as u32, a as u32, b as u32).into()
        }
    };
}

fn f32s(a: u32, b: u32) -> (f32, f32) {
    (f32::from_bits(a), f32::from_bits(b))
}

fn f64s(a: u64, b: u64) -> (f64, f64) {
    (f64::from_bits(a), f64::from_bits(b))
}

macro_rules! operations {
    ($($($name:literal)|+ $bytes:literal $operands:ident => $operation:expr;)*) => {
        /// The handler of an atomic by its name without the family's prefix and `_rtn`.
        pub(super) fn handler<L: Level, T: Target>(name: &str) -> Option<Handler> {
            Some(match name {
                $($($name)|+ => |wave, group, step| {
                    atomic::<L, T>(wave, group, step, $bytes, Operands::$operands, $operation)
                },)*
                _ => return None,
            })
        }
    };
}

operations! {
    "swap_b32" | "storexchg_b32" 4 One => words!(|_, a, _| a);
    "cmpswap_b32" | "cmpstore_b32" 4 Compare => words!(|old, a, b| if old == b { a } else { old });
    "cmpswap_f32" | "cmpstore_f32" 4 Compare => words!(|old, a, b| {
        let (found, expected) = f32s(old, b);
        if found == expected { a } else { old }
    });
    "add_u32" 4 One => words!(|old, a, _| old.wrapping_add(a));
    "sub_u32" 4 One => words!(|old, a, _| old.wrapping_sub(a));
    "rsub_u32" 4 One => words!(|old, a, _| a.wrapping_sub(old));
    "csub_u32" 4 One => words!(|old, a, _| old.saturating_sub(a));
    "inc_u32" 4 One => words!(|old, a, _| if old >= a { 0 } else { old + 1 });
    "dec_u32" 4 One => words!(|old, a, _| if old == 0 || old > a { a } else { old - 1 });
    "wrap_b32" 4 Two => words!(|old, a, b| if old >= a { old - a } else { old.wrapping_add(b) });
    "min_i32" 4 One => words!(|old, a, _| (old as i32).min(a as i32) as u32);
    "max_i32" 4 One => words!(|old, a, _| (old as i32).max(a as i32) as u32);
    "min_u32" 4 One => words!(|old, a, _| old.min(a));
    "max_u32" 4 One => words!(|old, a, _| old.max(a));
    "and_b32" 4 One => words!(|old, a, _| old & a);
    "or_b32" 4 One => words!(|old, a, _| old | a);
    "xor_b32" 4 One => words!(|old, a, _| old ^ a);
    "mskor_b32" 4 Two => words!(|old, a, b| old & !a | b);
    "add_f32" 4 One => words!(|old, a, _| {
        let (old, a) = f32s(old, a);
        (old + a).to_bits()
    });
    "min_f32" 4 One => words!(|old, a, _| {
        let (found, value) = f32s(old, a);
        if value < found { a } else { old }
    });
    "max_f32" 4 One => words!(|old, a, _| {
        let (found, value) = f32s(old, a);
        if value > found { a } else { old }
    });
    "swap_b64" | "storexchg_b64" 8 One => |_, a, _| a;
    "cmpswap_b64" | "cmpstore_b64" 8 Compare => |old, a, b| if old == b { a } else { old };
    "cmpstore_f64" 8 Compare => |old, a, b| {
        let (found, expected) = f64s(old, b);
        if found == expected { a } else { old }
    };
    "add_u64" 8 One => |old, a, _| old.wrapping_add(a);
    "sub_u64" 8 One => |old, a, _| old.wrapping_sub(a);
    "rsub_u64" 8 One => |old, a, _| a.wrapping_sub(old);
    "inc_u64" 8 One => |old, a, _| if old >= a { 0 } else { old + 1 };
    "dec_u64" 8 One => |old, a, _| if old == 0 || old > a { a } else { old - 1 };
    "min_i64" 8 One => |old, a, _| (old as i64).min(a as i64) as u64;
    "max_i64" 8 One => |old, a, _| (old as i64).max(a as i64) as u64;
    "min_u64" 8 One => |old, a, _| old.min(a);
    "max_u64" 8 One => |old, a, _| old.max(a);
    "and_b64" 8 One => |old, a, _| old & a;
    "or_b64" 8 One => |old, a, _| old | a;
    "xor_b64" 8 One => |old, a, _| old ^ a;
    "mskor_b64" 8 Two => |old, a, b| old & !a | b;
    "min_f64" 8 One => |old, a, _| {
        let (found, value) = f64s(old, a);
        if value < found { a } else { old }
    };
    "max_f64" 8 One => |old, a, _| {
        let (found, value) = f64s(old, a);
        if value > found { a } else { old }
    };
    // Each dword is replaced where the highest bit of its operand is set, by the other bits.
    "condxchg32_b64" 8 One => |old, a, _| {
        let replaced = (a >> 31 & 0x1_0000_0001) * 0xffff_ffff;
        old & !replaced | a & replaced & 0x7fff_ffff_7fff_ffff
    };
}

fn atomic<L: Level, T: Target>(
    wave: &mut Wave,
    group: &mut Group<'_>,
    step: &Step,
    bytes: u32,
    operands: Operands,
    operation: Operation,
) -> Outcome {
    // The LDS adds with the wave's denormal mode, other memory keeps them.
    let in_mode = matches!(step.instruction.opcode, Opcode::ds_add_f32 | Opcode::ds_add_rtn_f32);
    if in_mode && !wave.usual_mode {
        return Err(Box::new(Fault::Unimplemented));
    }
    let place = T::place(wave, group, step, bytes)?;
    let first = vector(step, T::DATA)?;
    let a = data(wave, first, bytes)?;
    let b = match (operands, step.operand(Field::LdsData1)) {
        (Operands::Two | Operands::Compare, Some((second, _))) => {
            data(wave, second.as_vector().unwrap_or(first), bytes)?
        }
        (Operands::Two | Operands::Compare, None) => data(wave, after(first, bytes)?, bytes)?,
        _ => a,
    };
    let mut old = [[0; LANES]; 4];
    let compares = operands == Operands::Compare;
    exchange::<L>(wave, group, &place, bytes, compares, &mut old, |lane, old| operation(old, a[lane], b[lane]))?;
    match returned(step) {
        Some(register) => {
            let load = Load { register, count: (bytes / 4) as u8, lanes: [wave.exec(); 4], pc: wave.at };
            give_back(wave, group, T::RETURNS, &place, bytes, load, &old)?;
        }
        None => finish_store(wave, group, T::RETURNS, &place, bytes, Kind::Atomic),
    }
    Ok(Flow::Next)
}

fn after(register: u8, bytes: u32) -> Result<u8, Box<Fault>> {
    register.checked_add((bytes / 4) as u8).ok_or_else(|| Box::new(Fault::Unimplemented))
}

/// The operand in a register or a pair, in every lane.
pub(super) fn data(wave: &Wave, register: u8, bytes: u32) -> Result<[u64; LANES], Box<Fault>> {
    wave.check_ready(register, wave.exec())?;
    let low = wave.vectors[usize::from(register)].0.map(u64::from);
    if bytes == 4 {
        return Ok(low);
    }
    let next = after(register, 4)?;
    wave.check_ready(next, wave.exec())?;
    let high = &wave.vectors[usize::from(next)].0;
    Ok(crate::execute::array::from_fn(|lane| low[lane] | u64::from(high[lane]) << 32))
}

/// Where the old value goes, if anywhere: only some fields name a register, and with buffers a bit decides.
fn returned(step: &Step) -> Option<u8> {
    let field = |field| step.operand(field).and_then(|(operand, _)| operand.as_vector());
    let buffer = if step.instruction.cache.glc { field(Field::BufferData) } else { None };
    field(Field::FlatReturn).or_else(|| field(Field::LdsDst)).or(buffer)
}

/// Replaces what the lanes of a place point to.
pub(super) fn exchange<L: Level>(
    wave: &Wave,
    group: &mut Group<'_>,
    place: &Place,
    bytes: u32,
    compares: bool,
    old: &mut Data,
    operation: impl Fn(usize, u64) -> u64,
) -> Result<(), Box<Fault>> {
    // What is in range is told for the first dword; an atomic is one element.
    let in_range = place.in_range.map_or(u32::MAX, |masks| masks[0] & masks[(bytes / 4) as usize - 1]);
    for (space, exec) in place.spaces().map(|(space, exec)| (space, exec & in_range)) {
        if exec == 0 {
            continue;
        }
        if space == Space::Scratch {
            return Err(Box::new(Fault::Unimplemented));
        }
        let party = Party { compares, ..wave.party(Kind::Atomic) };
        let reach = Reach { space, exec, addresses: &place.addresses, bytes, is_all: false, party };
        check_alignment(group, &reach)?;
        group.note::<L>(wave, &access(&reach));
        cells::exchange::<L>(group, &reach, old, &operation)?;
    }
    Ok(())
}

/// Loads and stores may have any address, as the HSA runtime configures the hardware and LLVM relies on; atomics may not.
fn check_alignment(group: &Group<'_>, reach: &Reach<'_>) -> Result<(), Box<Fault>> {
    let needed = reach.bytes;
    let misaligned = |lane: &usize| !reach.addresses[*lane].is_multiple_of(needed.into());
    match lanes(reach.exec).find(misaligned) {
        Some(lane) if group.checks.alignment => {
            let (space, address) = (reach.space, reach.addresses[lane]);
            Err(Box::new(Fault::Alignment { space, lane: Some(lane as u32), address, needed }))
        }
        _ => Ok(()),
    }
}

/// Returns old values through the counter of loads; what was written is in flight until then.
pub(super) fn give_back(
    wave: &mut Wave,
    group: &Group<'_>,
    returns: Returns,
    place: &Place,
    bytes: u32,
    load: Load,
    old: &Data,
) -> Result<(), Box<Fault>> {
    let counter = loads_through(returns);
    for (register, values) in (load.register..=u8::MAX).zip(old).take(load.count.into()) {
        wave.waits.check_order(register, counter)?;
        wave.matrix_result = None;
        for lane in lanes(wave.exec()) {
            wave.vectors[usize::from(register)].0[lane] = values[lane];
        }
    }
    finish_load(wave, group, returns, load);
    if group.checks.waits {
        let space = if returns == Returns::Memory { Space::Global } else { Space::Lds };
        keep_stored(wave, group, counter, space, place, bytes, Kind::Atomic);
    }
    Ok(())
}
