//! The gfx11 processors and in what they differ here.

use std::fmt;

/// A gfx11 processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Arch {
    Gfx1100,
    Gfx1101,
    Gfx1102,
    Gfx1103,
    Gfx1150,
    Gfx1151,
    Gfx1152,
    Gfx1153,
}

impl Arch {
    pub const ALL: [Arch; 8] = [
        Arch::Gfx1100,
        Arch::Gfx1101,
        Arch::Gfx1102,
        Arch::Gfx1103,
        Arch::Gfx1150,
        Arch::Gfx1151,
        Arch::Gfx1152,
        Arch::Gfx1153,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Arch::Gfx1100 => "gfx1100",
            Arch::Gfx1101 => "gfx1101",
            Arch::Gfx1102 => "gfx1102",
            Arch::Gfx1103 => "gfx1103",
            Arch::Gfx1150 => "gfx1150",
            Arch::Gfx1151 => "gfx1151",
            Arch::Gfx1152 => "gfx1152",
            Arch::Gfx1153 => "gfx1153",
        }
    }

    /// The arch of that name.
    pub fn parse(name: &str) -> Option<Arch> {
        Arch::ALL.into_iter().find(|arch| arch.name() == name)
    }

    /// The arch of the `EF_AMDGPU_MACH` bits of an ELF header.
    pub fn from_elf_machine(machine: u32) -> Option<Arch> {
        Arch::ALL.into_iter().find(|arch| arch.elf_machine() == machine)
    }

    fn elf_machine(self) -> u32 {
        match self {
            Arch::Gfx1100 => 0x41,
            Arch::Gfx1101 => 0x46,
            Arch::Gfx1102 => 0x47,
            Arch::Gfx1103 => 0x44,
            Arch::Gfx1150 => 0x43,
            Arch::Gfx1151 => 0x4a,
            Arch::Gfx1152 => 0x55,
            Arch::Gfx1153 => 0x58,
        }
    }

    /// RDNA3.5: scalar float instructions, and scalar second sources with DPP.
    pub fn is_rdna35(self) -> bool {
        !matches!(self, Arch::Gfx1100 | Arch::Gfx1101 | Arch::Gfx1102 | Arch::Gfx1103)
    }

    /// Vector registers of 32 lanes in one SIMD: 1536 on the parts with the large file, else 1024.
    pub fn vgprs_per_simd(self) -> u32 {
        match self {
            Arch::Gfx1100 | Arch::Gfx1101 | Arch::Gfx1151 => 1536,
            _ => 1024,
        }
    }
}

impl fmt::Display for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
