//! Loads and stores of global memory.

use super::Stop;
use super::memory::Memory;
use super::wave::{LANES, Wave};
use crate::isa::slot::Field;
use crate::isa::{Instruction, Opcode, Operand};

/// Executes a global or cache instruction.
pub(super) fn execute(wave: &mut Wave, memory: &mut Memory, i: &Instruction) -> Result<(), Stop> {
    use Opcode::*;
    match i.opcode {
        buffer_gl0_inv | buffer_gl1_inv => Ok(()),
        global_load_u8 => load(wave, memory, i, |m, a| m.read::<1>(a).map(|b| b[0].into())),
        global_load_i8 => load(wave, memory, i, |m, a| m.read::<1>(a).map(|b| b[0] as i8 as u32)),
        global_load_u16 => load(wave, memory, i, |m, a| m.read(a).map(|b| u16::from_le_bytes(b).into())),
        global_load_i16 => load(wave, memory, i, |m, a| m.read(a).map(|b| i16::from_le_bytes(b) as u32)),
        global_load_b32 | global_load_b64 | global_load_b96 | global_load_b128 => {
            load(wave, memory, i, |m, a| m.read(a).map(u32::from_le_bytes))
        }
        global_store_b8 => store(wave, memory, i, |m, a, v| m.write(a, &[v as u8])),
        global_store_b16 => store(wave, memory, i, |m, a, v| m.write(a, &(v as u16).to_le_bytes())),
        global_store_d16_hi_b8 => store(wave, memory, i, |m, a, v| m.write(a, &[(v >> 16) as u8])),
        global_store_d16_hi_b16 => store(wave, memory, i, |m, a, v| m.write(a, &((v >> 16) as u16).to_le_bytes())),
        global_store_b32 | global_store_b64 | global_store_b96 | global_store_b128 => {
            store(wave, memory, i, |m, a, v| m.write(a, &v.to_le_bytes()))
        }
        _ => Err(Stop::Unimplemented),
    }
}

/// The operand of a field.
fn operand(i: &Instruction, field: Field) -> Option<(Operand, u8)> {
    let slots = i.opcode.row().slots;
    let index = slots.iter().position(|slot| slot.field == field)?;
    Some((i.operands[index], slots[index].dwords))
}

/// The address of every lane.
fn addresses(wave: &Wave, i: &Instruction) -> Option<[u64; LANES]> {
    let (address, _) = operand(i, Field::FlatAddress)?;
    let (base, _) = operand(i, Field::FlatBase)?;
    let register = usize::from(address.as_vector()?);
    let low = wave.vectors.get(register)?;
    let offset = i64::from(i.offset);
    Some(if base.is_some() {
        let base = wave.scalar64(base.code().into());
        std::array::from_fn(|lane| base.wrapping_add(low[lane].into()).wrapping_add_signed(offset))
    } else {
        let high = wave.vectors.get(register + 1)?;
        let address = |lane: usize| u64::from(low[lane]) | u64::from(high[lane]) << 32;
        std::array::from_fn(|lane| address(lane).wrapping_add_signed(offset))
    })
}

fn load(
    wave: &mut Wave,
    memory: &Memory,
    i: &Instruction,
    read: impl Fn(&Memory, u64) -> Option<u32>,
) -> Result<(), Stop> {
    let addresses = addresses(wave, i).ok_or(Stop::Unimplemented)?;
    let (dst, dwords) = operand(i, Field::FlatDst).ok_or(Stop::Unimplemented)?;
    let first = usize::from(dst.as_vector().ok_or(Stop::Unimplemented)?);
    let exec = wave.exec();
    for lane in (0..LANES).filter(|&lane| exec >> lane & 1 != 0) {
        for dword in 0..usize::from(dwords) {
            let address = addresses[lane].wrapping_add(4 * dword as u64);
            let value = read(memory, address).ok_or(Stop::Fault { address, bytes: 4, lane: Some(lane) })?;
            wave.vectors.get_mut(first + dword).ok_or(Stop::Unimplemented)?[lane] = value;
        }
    }
    Ok(())
}

fn store(
    wave: &Wave,
    memory: &mut Memory,
    i: &Instruction,
    write: impl Fn(&mut Memory, u64, u32) -> Option<()>,
) -> Result<(), Stop> {
    let addresses = addresses(wave, i).ok_or(Stop::Unimplemented)?;
    let (data, dwords) = operand(i, Field::FlatData).ok_or(Stop::Unimplemented)?;
    let first = usize::from(data.as_vector().ok_or(Stop::Unimplemented)?);
    for lane in (0..LANES).filter(|&lane| wave.is_active(lane)) {
        for dword in 0..usize::from(dwords) {
            let address = addresses[lane].wrapping_add(4 * dword as u64);
            let value = wave.vectors.get(first + dword).ok_or(Stop::Unimplemented)?[lane];
            write(memory, address, value).ok_or(Stop::Fault { address, bytes: 4, lane: Some(lane) })?;
        }
    }
    Ok(())
}
