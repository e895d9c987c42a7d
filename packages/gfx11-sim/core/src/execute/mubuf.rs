//! Buffer accesses (MUBUF): addresses from a 128-bit descriptor, which also says what is in range.
//!
//! RDNA3.5 ISA, "Buffer Resource Descriptor" and "Range checking". Executed are linear buffers; swizzled ones, added thread
//! ids and format conversions are not implemented. What the descriptor leaves out is no fault: loads give 0 and stores
//! are dropped, as kernels want that mask their accesses so. What it leaves in must be in a buffer of the launch.

use super::fault::Fault;
use super::group::Group;
use super::place::{Place, Returns, Target};
use super::step::Step;
use super::wave::{LANES, Wave};
use crate::execute::array::from_fn;
use crate::isa::Operand;
use crate::isa::slot::Field;

pub(super) struct Buffers;

/// A buffer resource descriptor, as far as it counts here.
pub(super) struct Resource {
    pub base: u64,
    /// Bytes from one structure to the next.
    stride: u64,
    /// In bytes or structures, as `select` says.
    records: u64,
    /// How out of range is told.
    select: u32,
}

impl Resource {
    /// The descriptor in four scalar registers.
    pub fn read(wave: &Wave, operand: Operand) -> Result<Resource, Box<Fault>> {
        let first = usize::from(operand.code());
        let word = |index: usize| wave.scalar(first + index);
        let words = [word(0)?, word(1)?, word(2)?, word(3)?];
        let is_swizzled = words[1] >> 30 != 0;
        let adds_thread_id = words[3] >> 23 & 1 != 0;
        if is_swizzled || adds_thread_id {
            return Err(Box::new(Fault::Unimplemented));
        }
        Ok(Resource {
            base: u64::from(words[0]) | u64::from(words[1] & 0xffff) << 32,
            stride: u64::from(words[1] >> 16 & 0x3fff),
            records: words[2].into(),
            select: words[3] >> 28 & 3,
        })
    }

    /// The size that scalar loads see (RDNA3.5 ISA, "Scalar memory reads").
    pub fn bytes(&self) -> u64 {
        self.records * self.stride.max(1)
    }

    /// Whether `bytes` at an offset of a structure are in range; `scalar` counts as part of the base.
    fn holds(&self, index: u64, offset: u64, scalar: u64, bytes: u64) -> Result<bool, Box<Fault>> {
        Ok(match self.select {
            0 if self.stride == 0 => return Err(Box::new(Fault::Unimplemented)),
            0 => index < self.records && offset + bytes <= self.stride,
            1 => index < self.records,
            2 => self.records != 0,
            _ => index * self.stride + offset + bytes <= self.records.saturating_sub(scalar),
        })
    }
}

impl Target for Buffers {
    const RETURNS: Returns = Returns::Memory;
    const DATA: Field = Field::BufferData;
    const LOADED: Field = Field::BufferData;

    fn place(wave: &Wave, _: &Group<'_>, step: &Step, bytes: u32) -> Result<Place, Box<Fault>> {
        let i = &step.instruction;
        let unimplemented = || Box::new(Fault::Unimplemented);
        if i.cache.tfe {
            return Err(unimplemented());
        }
        let (descriptor, _) = step.operand(Field::BufferResource).ok_or_else(unimplemented)?;
        let resource = Resource::read(wave, descriptor)?;
        let scalar = match step.operand(Field::BufferOffset) {
            Some((operand, _)) if operand.is_constant() => {
                u64::from(operand.as_inline_integer().ok_or_else(unimplemented)? as u32)
            }
            Some((operand, _)) => u64::from(wave.scalar(operand.code().into())?),
            None => 0,
        };
        let mut register = step.operand(Field::BufferAddress).and_then(|(operand, _)| operand.as_vector());
        let mut next = |present: bool| -> Result<[u32; LANES], Box<Fault>> {
            let Some(number) = register.filter(|_| present) else { return Ok([0; LANES]) };
            register = number.checked_add(1);
            wave.check_ready(number, wave.exec())?;
            Ok(wave.vectors[usize::from(number)].0)
        };
        let (indices, offsets) = (next(i.cache.idxen)?, next(i.cache.offen)?);
        let offset = |lane: usize| u64::from(offsets[lane]) + u64::from(i.offset as u32);
        let mut in_range = [0; 4];
        for (lane, &index) in indices.iter().enumerate() {
            for (dword, mask) in in_range.iter_mut().enumerate() {
                let (at, size) = (offset(lane) + 4 * dword as u64, u64::from(bytes.min(4)));
                *mask |= u32::from(resource.holds(index.into(), at, scalar, size)?) << lane;
            }
        }
        let addresses = from_fn(|lane| {
            let within = u64::from(indices[lane]) * resource.stride + offset(lane);
            resource.base.wrapping_add(scalar).wrapping_add(within)
        });
        let all = in_range.iter().take(bytes.div_ceil(4) as usize).all(|mask| wave.exec() & !mask == 0);
        let in_range = if all { None } else { Some(in_range) };
        Ok(Place { addresses, global: wave.exec(), lds: 0, scratch: 0, in_range })
    }
}
