//! The arguments of a launch, packed as the kernel's ABI lays them out: each at a multiple of its size.

use crate::buffer::Buffer;

/// Arguments in the order of the kernel's parameters.
#[derive(Clone, Debug, Default)]
pub struct Arguments {
    bytes: Vec<u8>,
    text: Vec<String>,
}

impl Arguments {
    pub fn new() -> Arguments {
        Arguments::default()
    }

    /// Arguments that are packed already, and what errors say of them.
    pub fn packed(bytes: Vec<u8>, text: String) -> Arguments {
        Arguments { bytes, text: vec![text] }
    }

    fn push<const SIZE: usize>(mut self, bytes: [u8; SIZE], text: String) -> Arguments {
        self.bytes.resize(self.bytes.len().next_multiple_of(SIZE), 0);
        self.bytes.extend(bytes);
        self.text.push(text);
        self
    }

    /// A pointer to a buffer's first byte.
    pub fn buffer(self, buffer: &Buffer) -> Arguments {
        self.push(buffer.address().to_le_bytes(), format!("buffer of {} bytes", buffer.bytes()))
    }

    /// A null pointer.
    pub fn null(self) -> Arguments {
        self.push(0_u64.to_le_bytes(), "null".into())
    }

    pub fn u32(self, value: u32) -> Arguments {
        self.push(value.to_le_bytes(), value.to_string())
    }

    pub fn i32(self, value: i32) -> Arguments {
        self.push(value.to_le_bytes(), value.to_string())
    }

    pub fn u64(self, value: u64) -> Arguments {
        self.push(value.to_le_bytes(), value.to_string())
    }

    pub fn f32(self, value: f32) -> Arguments {
        self.push(value.to_le_bytes(), value.to_string())
    }

    /// The packed bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn describe(&self) -> String {
        self.text.join(", ")
    }
}
