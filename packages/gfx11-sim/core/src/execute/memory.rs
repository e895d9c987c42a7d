//! Global memory: buffers at fixed addresses with unmapped gaps between them.

use super::buffer::Buffer;
use crate::error::SimError;

/// All buffers, by ascending address. An address is never given twice, so that a stale pointer is an access outside of
/// every buffer.
#[derive(Debug)]
pub struct Memory {
    buffers: Vec<Buffer>,
    /// Where the last buffer ended, also when it is gone.
    end: u64,
}

impl Default for Memory {
    fn default() -> Memory {
        Memory { buffers: Vec::new(), end: FIRST_ADDRESS }
    }
}

const FIRST_ADDRESS: u64 = 1 << 32;
/// Below the addresses by which flat instructions reach LDS and scratch.
const LAST_ADDRESS: u64 = 1 << 47;
/// Buffers begin at multiples of this, with at least one unmapped unit between them.
const ALIGN: u64 = 4096;

impl Memory {
    /// Adds a buffer with these contents behind the others and returns its address.
    ///
    /// # Panics
    /// When the system refuses the memory.
    pub fn add(&mut self, name: &str, data: &[u8]) -> u64 {
        let buffer = self.push(name, data.len() as u64, true).unwrap_or_else(|error| panic!("{error}"));
        buffer.write(0, data);
        buffer.address()
    }

    /// Adds a buffer that nothing has written yet; its bytes are zero, and reading them is a fault under the poison check.
    ///
    /// # Errors
    /// `E_MEMORY` when the system refuses the memory.
    pub fn create(&mut self, name: &str, bytes: u64) -> Result<u64, SimError> {
        Ok(self.push(name, bytes, false)?.address())
    }

    fn push(&mut self, name: &str, bytes: u64, written: bool) -> Result<&Buffer, SimError> {
        let refused = || SimError::OutOfMemory { name: name.to_owned(), bytes };
        let address = self.end.next_multiple_of(ALIGN) + ALIGN;
        let end = address.checked_add(bytes).filter(|end| *end <= LAST_ADDRESS).ok_or_else(refused)?;
        let buffer = Buffer::new(name, address, bytes, written).ok_or_else(refused)?;
        self.end = end;
        self.buffers.push(buffer);
        Ok(&self.buffers[self.buffers.len() - 1])
    }

    /// Removes the buffer that was added at that address.
    pub fn remove(&mut self, address: u64) {
        self.buffers.retain(|buffer| buffer.address() != address);
    }

    /// The buffer that was added at that address.
    pub fn buffer(&self, address: u64) -> Option<&Buffer> {
        self.find(address).filter(|buffer| buffer.address() == address)
    }

    /// All buffers by ascending address.
    pub fn buffers(&self) -> &[Buffer] {
        &self.buffers
    }

    /// The number of the last buffer that begins at or before an address.
    #[inline(always)]
    pub(crate) fn number(&self, address: u64) -> Option<usize> {
        self.buffers.partition_point(|buffer| buffer.address() <= address).checked_sub(1)
    }

    /// The last buffer that begins at or before an address.
    #[inline(always)]
    pub(super) fn find(&self, address: u64) -> Option<&Buffer> {
        self.buffers.get(self.number(address)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_range_of_a_buffer_reads_as_it_was_written() {
        let mut memory = Memory::default();
        let data: Vec<u8> = (1..=23).collect();
        let address = memory.create("data", 23).unwrap();
        let buffer = memory.buffer(address).unwrap();
        for start in 0..=23 {
            for end in start..=23 {
                buffer.write(start as u64, &data[start..end]);
                let mut out = vec![0xee; end - start];
                buffer.read(start as u64, &mut out);
                assert_eq!(out, data[start..end], "{start}..{end}");
            }
        }
        assert_eq!(buffer.to_vec(), data);
    }

    #[test]
    fn the_address_of_a_removed_buffer_is_not_given_again() {
        let mut memory = Memory::default();
        let first = memory.add("first", &[1; 100]);
        memory.remove(first);
        let second = memory.add("second", &[2; 100]);
        assert!(second >= first + 100);
        assert!(memory.buffer(first).is_none());
    }

    #[test]
    fn memory_that_the_system_does_not_have_is_an_error() {
        let mut memory = Memory::default();
        for bytes in [u64::MAX, 1 << 62, LAST_ADDRESS] {
            let error = memory.create("huge", bytes).unwrap_err();
            assert_eq!(error.code(), "E_MEMORY");
            assert_eq!(error.to_string(), format!("the system refuses {bytes} bytes of memory for buffer 'huge'"));
        }
        assert_eq!(memory.create("nothing", 0).map(|address| memory.buffer(address).unwrap().len()), Ok(0));
    }
}
