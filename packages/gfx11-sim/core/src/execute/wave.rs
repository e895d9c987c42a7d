//! The state of one wave32: registers, modes, and which lanes of which registers hold a value.

use super::fault::Fault;
use super::group::Group;
use super::step::{MAX_SOURCES, Source, Step};
use super::waits::Waits;
use crate::descriptor::{Denormals, Rounding};
use crate::execute::array::Each;
use crate::isa::Operand;
use std::cell::Cell;

pub(super) const LANES: usize = 32;
/// One vector register.
pub(super) type Lanes = [u32; LANES];
pub(super) const VECTORS: usize = 256;
/// The vector registers, and behind them one for each prepared source of the executing instruction.
const REGISTERS: usize = VECTORS + MAX_SOURCES;

const VCC: usize = 106;
const NULL: usize = 124;
const EXEC: usize = 126;

/// Upper halves of the 64-bit addresses at which LDS and scratch appear to flat accesses.
pub(super) const SHARED_APERTURE: u32 = 0x0001_0000;
pub(super) const PRIVATE_APERTURE: u32 = 0x0002_0000;

/// Float behaviour that a kernel can change while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mode {
    pub round_f32: Rounding,
    pub round_f16_f64: Rounding,
    pub denormals_f32: Denormals,
    pub denormals_f16_f64: Denormals,
    pub dx10_clamp: bool,
    pub ieee: bool,
    pub fp16_overflow_clamps: bool,
}

impl Mode {
    /// Round to nearest even and keep all denormals: what lane loops are compiled for.
    pub fn is_usual(&self) -> bool {
        let keeps = |denormals: Denormals| denormals.keep_inputs && denormals.keep_outputs;
        self.round_f32 == Rounding::NearestEven
            && self.round_f16_f64 == Rounding::NearestEven
            && keeps(self.denormals_f32)
            && keeps(self.denormals_f16_f64)
            && !self.fp16_overflow_clamps
    }
}

#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub(super) struct Register(pub Lanes);

impl Register {
    /// The lanes of consecutive registers.
    #[inline(always)]
    pub fn lanes_of(registers: &[Register]) -> &[Lanes] {
        // SAFETY: a register is its lanes: 128 bytes, which its alignment divides.
        unsafe { std::slice::from_raw_parts(registers.as_ptr().cast(), registers.len()) }
    }
}

/// Whether a wave can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    Running,
    AtBarrier,
    Ended,
}

pub(super) struct Wave {
    /// Word offset of the next instruction in the image; while one executes, that of its successor.
    pub pc: u32,
    /// Word offset of the instruction that executes.
    pub at: u32,
    pub scc: bool,
    pub scalars: [u32; 128],
    pub vectors: Box<[Register; REGISTERS]>,
    /// Lanes of each vector register that hold a value: written, and no load into them in flight.
    pub ready: Box<[u32; REGISTERS]>,
    /// Lanes of the executing instruction that have read a register without a value; its results have none there.
    ///
    /// Compilers do compute with undefined registers whose part of the result nobody uses, so that reading one is no
    /// error. Using the result is: as an address, in a comparison, or as stored data.
    pub undefined: Cell<u32>,
    pub mode: Mode,
    pub usual_mode: bool,
    pub waits: Waits,
    /// First register and count of what a matrix operation wrote, if no other vector operation came since.
    pub matrix_result: Option<(u8, u8)>,
    /// Number within the workgroup.
    pub index: u32,
    /// Instructions so far.
    pub executed: u64,
    /// EXEC at its first instruction.
    pub launched: u32,
    pub progress: Progress,
    /// Private memory: dword i of lane l at `i * 32 + l`.
    pub scratch: Vec<u32>,
    /// Bytes of `scratch` that were written, 4 bits each.
    pub scratch_written: Vec<u8>,
}

impl Wave {
    pub fn new(mode: Mode) -> Wave {
        Wave {
            pc: 0,
            at: 0,
            scc: false,
            scalars: [0; 128],
            vectors: Box::new([Register([0; LANES]); REGISTERS]),
            ready: Box::new([u32::MAX; REGISTERS]),
            undefined: Cell::new(0),
            usual_mode: mode.is_usual(),
            mode,
            waits: Waits::default(),
            matrix_result: None,
            index: 0,
            executed: 0,
            launched: 0,
            progress: Progress::Running,
            scratch: Vec::new(),
            scratch_written: Vec::new(),
        }
    }

    /// Makes a used wave like a new one, without new memory.
    pub fn reset(&mut self, mode: Mode, poison: bool) {
        (self.scc, self.executed, self.progress, self.matrix_result) = (false, 0, Progress::Running, None);
        self.set_mode(mode);
        self.scalars.fill(0);
        self.ready[..VECTORS].fill(if poison { 0 } else { u32::MAX });
        if !poison {
            self.vectors.fill(Register([0; LANES]));
        }
        self.waits.clear();
        self.scratch_written.fill(if poison { 0 } else { 0xf });
    }

    pub fn set_mode(&mut self, mode: Mode) {
        (self.mode, self.usual_mode) = (mode, mode.is_usual());
    }

    #[inline(always)]
    pub fn exec(&self) -> u32 {
        self.scalars[EXEC]
    }

    pub fn set_exec(&mut self, mask: u32) {
        self.scalars[EXEC] = mask;
    }

    pub fn vcc(&self) -> u32 {
        self.scalars[VCC]
    }

    /// A scalar register by its code, 0 to 127; `null` reads as zero. A load in flight into it is a fault.
    #[inline(always)]
    pub fn scalar(&self, code: usize) -> Result<u32, Box<Fault>> {
        self.waits.check_scalar(code)?;
        Ok(if code == NULL { 0 } else { self.scalars[code & 127] })
    }

    pub fn scalar64(&self, code: usize) -> Result<u64, Box<Fault>> {
        if code == NULL {
            return Ok(0);
        }
        Ok(u64::from(self.scalar(code)?) | u64::from(self.scalar(code + 1)?) << 32)
    }

    #[inline(always)]
    pub fn set_scalar(&mut self, code: usize, value: u32) -> Result<(), Box<Fault>> {
        if code != NULL {
            self.waits.check_scalar(code)?;
            self.scalars[code & 127] = value;
        }
        Ok(())
    }

    pub fn set_scalar64(&mut self, code: usize, value: u64) -> Result<(), Box<Fault>> {
        if code != NULL {
            self.set_scalar(code, value as u32)?;
            self.set_scalar(code + 1, (value >> 32) as u32)?;
        }
        Ok(())
    }

    /// What a source gives to all lanes; 32-bit registers, or pairs where `wide`. Vector registers are a fault.
    #[inline(always)]
    pub fn uniform(&self, source: Source, wide: bool) -> Result<u64, Box<Fault>> {
        Ok(match source {
            Source::Constant(value) => value,
            Source::Scalar(code) if wide => self.scalar64(code.into())?,
            Source::Scalar(code) => self.scalar(code.into())?.into(),
            Source::None => 0,
            Source::Special(code) => self.special(code, wide)?,
            Source::Vector(_) | Source::VectorHigh(_) | Source::Moved => return Err(Box::new(Fault::Unimplemented)),
        })
    }

    fn special(&self, code: u16, wide: bool) -> Result<u64, Box<Fault>> {
        let aperture = |base: u32| if wide { u64::from(base) << 32 } else { 0 };
        Ok(match code {
            235 => aperture(SHARED_APERTURE),
            237 => aperture(PRIVATE_APERTURE),
            251 => u64::from(self.vcc() == 0),
            252 => u64::from(self.exec() == 0),
            253 => u64::from(self.scc),
            _ => return Err(Box::new(Fault::Unimplemented)),
        })
    }

    /// Notes which lanes of a vector register hold no value; a load in flight is a fault.
    #[inline(always)]
    pub fn read(&self, register: impl Into<usize>, lanes: u32) -> Result<(), Box<Fault>> {
        let register = register.into();
        let missing = lanes & !self.ready[register];
        if missing == 0 { Ok(()) } else { self.read_undefined(register as u8, missing) }
    }

    #[cold]
    fn read_undefined(&self, register: u8, missing: u32) -> Result<(), Box<Fault>> {
        self.waits.check_vector(register)?;
        self.undefined.set(self.undefined.get() | missing);
        Ok(())
    }

    /// A fault if a source that was read holds no value in an active lane: where the result decides something.
    #[inline(always)]
    pub fn require_defined(&self, step: &Step) -> Result<(), Box<Fault>> {
        if self.undefined.get() == 0 { Ok(()) } else { Err(self.undefined_source(step)) }
    }

    #[cold]
    fn undefined_source(&self, step: &Step) -> Box<Fault> {
        let missing = self.undefined.get();
        let registers = step.sources.iter().zip(step.source_widths()).flat_map(|(source, width)| match *source {
            Source::Vector(first) | Source::VectorHigh(first) => (first..=u8::MAX).take(width.into()),
            _ => (0..=u8::MAX).take(0),
        });
        let mut without = registers.filter(|register| missing & !self.ready[usize::from(*register)] != 0);
        Box::new(Fault::Uninitialized { register: without.next().unwrap_or(0), lane: missing.trailing_zeros() })
    }

    /// A fault if one of the lanes of a vector register holds no value.
    #[inline(always)]
    pub fn check_ready(&self, register: u8, lanes: u32) -> Result<(), Box<Fault>> {
        if lanes & !self.ready[usize::from(register)] == 0 { Ok(()) } else { Err(self.not_ready(register, lanes)) }
    }

    /// Why lanes of a register hold no value.
    #[cold]
    pub fn not_ready(&self, register: u8, lanes: u32) -> Box<Fault> {
        let lane = (lanes & !self.ready[usize::from(register)]).trailing_zeros();
        Box::new(match self.waits.vector_load(register) {
            Some((counter, pc)) => Fault::InFlight { register: format!("v{register}"), counter, pc },
            None => Fault::Uninitialized { register, lane },
        })
    }

    /// A 32-bit source in every lane. `scratch` is used where the source is no register.
    #[inline(always)]
    pub fn lanes<'a>(&'a self, source: Source, scratch: &'a mut Lanes) -> Result<&'a Lanes, Box<Fault>> {
        match source {
            Source::Vector(register) => {
                self.read(register, self.exec())?;
                Ok(&self.vectors[usize::from(register)].0)
            }
            Source::VectorHigh(register) => {
                self.read(register, self.exec())?;
                *scratch = self.vectors[usize::from(register)].0.each(|value| value >> 16);
                Ok(scratch)
            }
            Source::Moved => Ok(&self.vectors[VECTORS].0),
            Source::Constant(value) => {
                *scratch = [value as u32; LANES];
                Ok(scratch)
            }
            _ => {
                *scratch = [self.uniform(source, false)? as u32; LANES];
                Ok(scratch)
            }
        }
    }

    /// A 64-bit source in every lane.
    #[inline(always)]
    pub fn wide_lanes(&self, source: Source) -> Result<[u64; LANES], Box<Fault>> {
        let Source::Vector(register) = source else { return Ok([self.uniform(source, true)?; LANES]) };
        let next = register.checked_add(1).ok_or(Box::new(Fault::Unimplemented))?;
        self.read(register, self.exec())?;
        self.read(next, self.exec())?;
        let (low, high) = (&self.vectors[usize::from(register)].0, &self.vectors[usize::from(next)].0);
        Ok(crate::execute::array::from_fn(|lane| u64::from(low[lane]) | u64::from(high[lane]) << 32))
    }

    /// Writes the active lanes of a vector register.
    #[inline(always)]
    pub fn write(&mut self, register: u8, values: &Lanes) -> Result<(), Box<Fault>> {
        let exec = self.exec();
        self.matrix_result = None;
        self.before_write(register)?;
        let out = &mut self.vectors[usize::from(register)].0;
        if exec == u32::MAX {
            *out = *values;
        } else {
            for lane in 0..LANES {
                let active = 0_u32.wrapping_sub(exec >> lane & 1);
                out[lane] = out[lane] & !active | values[lane] & active;
            }
        }
        let ready = &mut self.ready[usize::from(register)];
        *ready = *ready & !exec | exec & !self.undefined.get();
        Ok(())
    }

    /// A fault when a load into the register is in flight: it would overwrite what is written now.
    #[inline(always)]
    pub fn before_write(&mut self, register: u8) -> Result<(), Box<Fault>> {
        if self.waits.is_waited_for(register) { self.waits.check_vector(register) } else { Ok(()) }
    }

    #[inline(always)]
    pub fn write_wide(&mut self, register: u8, values: &[u64; LANES]) -> Result<(), Box<Fault>> {
        let high = register.checked_add(1).ok_or(Box::new(Fault::Unimplemented))?;
        self.write(register, &values.each(|value| value as u32))?;
        self.write(high, &values.each(|value| (value >> 32) as u32))
    }

    /// Writes the mask that a comparison or carry gives; bits of idle lanes become zero.
    #[inline(always)]
    pub fn write_mask(&mut self, operand: Operand, mask: u32) -> Result<(), Box<Fault>> {
        self.matrix_result = None;
        let mask = mask & self.exec();
        self.set_scalar(operand.code().into(), mask)
    }
}

/// Executes an instruction that this version does not know.
pub(super) fn unimplemented(_: &mut Wave, _: &mut Group<'_>, _: &Step) -> super::step::Outcome {
    Err(Box::new(Fault::Unimplemented))
}
