//! What a wave can do wrong, before it is known where.

use crate::isa::DecodeError;
use std::fmt;

/// The memory that an access goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    Global,
    Lds,
    Scratch,
}

impl fmt::Display for Space {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Space::Global => "global",
            Space::Lds => "LDS",
            Space::Scratch => "scratch",
        })
    }
}

/// One of them ends a launch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The instruction, or this use of it, is not implemented.
    Unimplemented,
    Encoding(DecodeError),
    /// The program counter left the executable code.
    Outside {
        address: u64,
    },
    /// An access outside of every buffer, of the LDS or of the scratch memory.
    Bounds {
        space: Space,
        lane: Option<u32>,
        address: u64,
        bytes: u32,
    },
    /// An address that is no multiple of what the access needs.
    Alignment {
        space: Space,
        lane: Option<u32>,
        address: u64,
        needed: u32,
    },
    /// A vector register that this lane has never written.
    Uninitialized {
        register: u8,
        lane: u32,
    },
    /// Memory that nothing has written.
    Poison {
        space: Space,
        lane: Option<u32>,
        address: u64,
        bytes: u32,
    },
    /// A register with a load in flight, `pc` being that of the load.
    InFlight {
        register: String,
        counter: &'static str,
        pc: u32,
    },
    /// A wave accesses what another one has accessed since the last barrier; at least one of them writes.
    Race {
        space: Space,
        lane: u32,
        address: u64,
        other_wave: u32,
        other_pc: u32,
        writes: bool,
        other_writes: bool,
    },
    /// Some waves of the workgroup ended or wait at another barrier.
    Barrier {
        reason: String,
    },
    /// A matrix operation reads as A or B what the one directly before it writes.
    MatrixHazard {
        register: u8,
    },
    /// A lane of A or B of a matrix operation differs from its repetition 16 lanes further.
    NotRepeated {
        register: u8,
        lane: u32,
    },
    /// The kernel uses more vector registers than its descriptor says.
    Register {
        register: u32,
        allowed: u32,
    },
}
