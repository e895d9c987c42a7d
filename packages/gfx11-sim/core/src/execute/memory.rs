//! Global memory: buffers at fixed addresses with unmapped gaps between them.

/// A range of global memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buffer {
    pub name: String,
    pub address: u64,
    pub data: Vec<u8>,
}

/// All buffers of a launch, by ascending address.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    buffers: Vec<Buffer>,
}

const FIRST_ADDRESS: u64 = 1 << 32;
/// Buffers begin at multiples of this, with at least one unmapped unit between them.
const ALIGN: u64 = 4096;

impl Memory {
    /// Adds a buffer behind the others and returns its address.
    pub fn add(&mut self, name: &str, data: Vec<u8>) -> u64 {
        let end = self.buffers.last().map_or(FIRST_ADDRESS, |last| last.address + last.data.len() as u64);
        let address = end.next_multiple_of(ALIGN) + ALIGN;
        self.buffers.push(Buffer { name: name.to_owned(), address, data });
        address
    }

    /// The buffer that was added at that address.
    pub fn buffer(&self, address: u64) -> Option<&Buffer> {
        self.buffers.iter().find(|buffer| buffer.address == address)
    }

    fn locate(&self, address: u64, size: u64) -> Option<(usize, usize)> {
        let index = self.buffers.partition_point(|buffer| buffer.address <= address).checked_sub(1)?;
        let at = address - self.buffers[index].address;
        (at.checked_add(size)? <= self.buffers[index].data.len() as u64).then_some((index, at as usize))
    }

    /// Reads `N` bytes if all of them are in one buffer.
    pub fn read<const N: usize>(&self, address: u64) -> Option<[u8; N]> {
        let (index, at) = self.locate(address, N as u64)?;
        self.buffers[index].data[at..at + N].try_into().ok()
    }

    /// Writes bytes if all of their places are in one buffer.
    pub fn write(&mut self, address: u64, bytes: &[u8]) -> Option<()> {
        let (index, at) = self.locate(address, bytes.len() as u64)?;
        self.buffers[index].data[at..at + bytes.len()].copy_from_slice(bytes);
        Some(())
    }
}
