//! Where the lanes of a memory instruction point to: one implementation for each family.

use super::fault::{Fault, Space};
use super::group::Group;
use super::lane_mask::lane_mask;
use super::step::Step;
use super::wave::{LANES, PRIVATE_APERTURE, SHARED_APERTURE, Wave};
use crate::execute::array::from_fn;
use crate::isa::Operand;
use crate::isa::slot::Field;

pub(super) type Addresses = [u64; LANES];

/// The addresses of an access, each relative to its space.
pub(super) struct Place {
    pub addresses: Addresses,
    pub global: u32,
    pub lds: u32,
    pub scratch: u32,
    /// Lanes of each dword that are in range, where a buffer descriptor leaves some out.
    pub in_range: Option<[u32; 4]>,
}

/// Counters that an instruction of a family returns through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Returns {
    /// vmcnt for loads, vscnt for stores.
    Memory,
    /// lgkmcnt.
    Lds,
    /// Both.
    Flat,
}

/// A family of memory instructions.
pub(super) trait Target: 'static {
    const RETURNS: Returns;
    /// The fields of what is stored, of a second operand, and of what is loaded.
    const DATA: Field;
    const LOADED: Field;

    /// `bytes` of each lane are accessed.
    fn place(wave: &Wave, group: &Group<'_>, step: &Step, bytes: u32) -> Result<Place, Box<Fault>>;
}

impl Place {
    #[inline(always)]
    fn global(wave: &Wave, addresses: Addresses) -> Place {
        Place { addresses, global: wave.exec(), lds: 0, scratch: 0, in_range: None }
    }

    #[inline(always)]
    fn scratch(wave: &Wave, addresses: Addresses) -> Place {
        Place { addresses, global: 0, lds: 0, scratch: wave.exec(), in_range: None }
    }

    #[inline(always)]
    pub fn lds(wave: &Wave, addresses: Addresses) -> Place {
        Place { addresses, global: 0, lds: wave.exec(), scratch: 0, in_range: None }
    }

    /// The spaces and their lanes.
    #[inline(always)]
    pub fn spaces(&self) -> [(Space, u32); 3] {
        [(Space::Global, self.global), (Space::Lds, self.lds), (Space::Scratch, self.scratch)]
    }
}

/// The number of the vector register in a field of a memory instruction.
#[inline(always)]
pub(super) fn vector(step: &Step, field: Field) -> Result<u8, Box<Fault>> {
    step.memory.vector(field).ok_or_else(|| Box::new(Fault::Unimplemented))
}

#[inline(always)]
fn high(register: u8) -> Result<u8, Box<Fault>> {
    register.checked_add(1).ok_or_else(|| Box::new(Fault::Unimplemented))
}

/// The scalar operand of a field, 0 where there is none.
#[inline(always)]
fn scalar(wave: &Wave, operand: Option<(Operand, u8)>) -> Result<u64, Box<Fault>> {
    let read =
        |code: usize, dwords: u8| if dwords == 2 { wave.scalar64(code) } else { wave.scalar(code).map(u64::from) };
    operand.map_or(Ok(0), |(operand, dwords)| read(operand.code().into(), dwords))
}

/// The 64-bit addresses in a register pair, or 32-bit offsets from a scalar base.
#[inline(always)]
fn wide_addresses(wave: &Wave, step: &Step) -> Result<Addresses, Box<Fault>> {
    let register = vector(step, Field::FlatAddress)?;
    let offset = i64::from(step.instruction.offset);
    wave.check_ready(register, wave.exec())?;
    let low = &wave.vectors[usize::from(register)].0;
    if step.memory.base.is_some() {
        let base = scalar(wave, step.memory.base)?.wrapping_add_signed(offset);
        return Ok(from_fn(|lane| base.wrapping_add(low[lane].into())));
    }
    let next = high(register)?;
    wave.check_ready(next, wave.exec())?;
    let high = &wave.vectors[usize::from(next)].0;
    Ok(from_fn(|lane| (u64::from(low[lane]) | u64::from(high[lane]) << 32).wrapping_add_signed(offset)))
}

pub(super) struct Global;

impl Target for Global {
    const RETURNS: Returns = Returns::Memory;
    const DATA: Field = Field::FlatData;
    const LOADED: Field = Field::FlatDst;

    #[inline(always)]
    fn place(wave: &Wave, _: &Group<'_>, step: &Step, _: u32) -> Result<Place, Box<Fault>> {
        Ok(Place::global(wave, wide_addresses(wave, step)?))
    }
}

/// Global memory at a scalar base plus four bytes a lane.
pub(super) struct GlobalByLane;

impl Target for GlobalByLane {
    const RETURNS: Returns = Returns::Memory;
    const DATA: Field = Field::FlatData;
    const LOADED: Field = Field::FlatDst;

    fn place(wave: &Wave, _: &Group<'_>, step: &Step, _: u32) -> Result<Place, Box<Fault>> {
        let base = scalar(wave, step.memory.base)?.wrapping_add_signed(step.instruction.offset.into());
        Ok(Place::global(wave, from_fn(|lane| base.wrapping_add(4 * lane as u64))))
    }
}

/// Any memory: two ranges of addresses stand for the LDS and for scratch.
pub(super) struct Flat;

impl Target for Flat {
    const RETURNS: Returns = Returns::Flat;
    const DATA: Field = Field::FlatData;
    const LOADED: Field = Field::FlatDst;

    fn place(wave: &Wave, _: &Group<'_>, step: &Step, _: u32) -> Result<Place, Box<Fault>> {
        let mut addresses = wide_addresses(wave, step)?;
        let lanes_in = |aperture: u32, addresses: &Addresses| {
            lane_mask(|lane| addresses[lane] >> 32 == u64::from(aperture)) & wave.exec()
        };
        let (lds, scratch) = (lanes_in(SHARED_APERTURE, &addresses), lanes_in(PRIVATE_APERTURE, &addresses));
        for (lane, address) in addresses.iter_mut().enumerate() {
            if (lds | scratch) >> lane & 1 != 0 {
                *address &= u64::from(u32::MAX);
            }
        }
        Ok(Place { addresses, global: wave.exec() & !lds & !scratch, lds, scratch, in_range: None })
    }
}

/// The private memory of each lane.
pub(super) struct Scratch;

impl Target for Scratch {
    const RETURNS: Returns = Returns::Memory;
    const DATA: Field = Field::FlatData;
    const LOADED: Field = Field::FlatDst;

    #[inline(always)]
    fn place(wave: &Wave, _: &Group<'_>, step: &Step, _: u32) -> Result<Place, Box<Fault>> {
        let base = scalar(wave, step.memory.base)? as u32;
        let base = base.wrapping_add_signed(step.instruction.offset);
        let Some(register) = step.memory.vector(Field::FlatAddress) else {
            return Ok(Place::scratch(wave, [base.into(); LANES]));
        };
        wave.check_ready(register, wave.exec())?;
        let offsets = &wave.vectors[usize::from(register)].0;
        Ok(Place::scratch(wave, from_fn(|lane| base.wrapping_add(offsets[lane]).into())))
    }
}

/// The LDS at 32-bit offsets.
pub(super) struct Lds;

impl Target for Lds {
    const RETURNS: Returns = Returns::Lds;
    const DATA: Field = Field::LdsData0;
    const LOADED: Field = Field::LdsDst;

    #[inline(always)]
    fn place(wave: &Wave, _: &Group<'_>, step: &Step, _: u32) -> Result<Place, Box<Fault>> {
        lds_at(wave, step, step.instruction.offset as u32)
    }
}

/// The LDS at an offset from the addresses in the vector register.
#[inline(always)]
pub(super) fn lds_at(wave: &Wave, step: &Step, offset: u32) -> Result<Place, Box<Fault>> {
    if step.instruction.cache.gds {
        return Err(Box::new(Fault::Unimplemented));
    }
    let register = vector(step, Field::LdsAddress)?;
    wave.check_ready(register, wave.exec())?;
    let addresses = &wave.vectors[usize::from(register)].0;
    Ok(Place::lds(wave, from_fn(|lane| addresses[lane].wrapping_add(offset).into())))
}

/// The LDS at M0 plus four bytes a lane.
pub(super) struct LdsByLane;

impl Target for LdsByLane {
    const RETURNS: Returns = Returns::Lds;
    const DATA: Field = Field::LdsData0;
    const LOADED: Field = Field::LdsDst;

    fn place(wave: &Wave, _: &Group<'_>, step: &Step, _: u32) -> Result<Place, Box<Fault>> {
        let base = lds_base(wave, step)?;
        Ok(Place::lds(wave, from_fn(|lane| base + 4 * lane as u64)))
    }
}

/// The low half of M0 plus the offset.
pub(super) fn lds_base(wave: &Wave, step: &Step) -> Result<u64, Box<Fault>> {
    if step.instruction.cache.gds {
        return Err(Box::new(Fault::Unimplemented));
    }
    let m0 = wave.scalar(Operand::M0.code().into())?;
    Ok(u64::from(m0 & 0xffff) + u64::from(step.instruction.offset as u32))
}
