//! Where an error is: the instruction, and the buffer that an address belongs to.

use std::fmt;

/// Where a wave was when it went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Address of the instruction in the image.
    pub pc: u64,
    /// Workgroup ids.
    pub group: [u32; 3],
    /// Number of the wave in its workgroup.
    pub wave: u32,
    /// The instruction's text.
    pub instruction: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ([x, y, z], Place { pc, wave, instruction, .. }) = (self.group, self);
        write!(f, "at {pc:#x} ({instruction}), workgroup [{x}, {y}, {z}], wave {wave}")
    }
}

/// The buffer that a global address is in, behind or before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearBuffer {
    pub name: String,
    /// Size of the buffer.
    pub bytes: u64,
    /// From its first byte to the address; negative before it, at least `bytes` behind it.
    pub offset: i64,
}

impl fmt::Display for NearBuffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NearBuffer { name, bytes, offset } = self;
        match u64::try_from(*offset) {
            Ok(inside) if inside < *bytes => write!(f, "offset {offset} of buffer '{name}' of {bytes} bytes"),
            Ok(behind) => write!(f, "{} bytes behind the end of buffer '{name}' of {bytes} bytes", behind - bytes),
            Err(_) => write!(f, "{} bytes before buffer '{name}' of {bytes} bytes", offset.unsigned_abs()),
        }
    }
}
