//! Buffers that kernels run as code of the host read and write by their addresses. Each ends where a page begins that nobody
//! may touch, so that what goes past its end is a fault at once.

use std::collections::HashMap;
use std::ptr::{null_mut, slice_from_raw_parts_mut};

const PAGE: usize = 4096;
/// Of every address that a driver gives; what lies between a buffer's end and the next multiple goes unnoticed.
const ALIGNMENT: usize = 256;
/// What a fresh buffer holds: NaN in every floating-point type.
const POISON: u8 = 0xFF;

#[derive(Default)]
pub struct HostMemory {
    /// By address.
    buffers: HashMap<u64, Mapping>,
}

struct Mapping {
    start: *mut u8,
    bytes: usize,
}

// SAFETY: a mapping belongs to the one that holds it.
unsafe impl Send for Mapping {}

impl Mapping {
    fn new(bytes: usize) -> Option<Mapping> {
        let (readable, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        // SAFETY: a new mapping, whose last page is then closed.
        unsafe {
            let start = libc::mmap(null_mut(), bytes + PAGE, readable, flags, -1, 0);
            if start == libc::MAP_FAILED || libc::mprotect(start.add(bytes), PAGE, libc::PROT_NONE) != 0 {
                return None;
            }
            start.cast::<u8>().write_bytes(POISON, bytes);
            Some(Mapping { start: start.cast(), bytes })
        }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: as it was mapped.
        unsafe { libc::munmap(self.start.cast(), self.bytes + PAGE) };
    }
}

impl HostMemory {
    pub fn create(&mut self, bytes: u64) -> Option<u64> {
        let used = (bytes as usize).max(1).next_multiple_of(ALIGNMENT);
        let mapping = Mapping::new(used.next_multiple_of(PAGE))?;
        let address = mapping.start as u64 + (mapping.bytes - used) as u64;
        self.buffers.insert(address, mapping);
        Some(address)
    }

    pub fn remove(&mut self, address: u64) {
        self.buffers.remove(&address);
    }

    /// Bytes of the buffer that starts at `start`.
    pub fn bytes(&mut self, start: u64, offset: u64, count: usize) -> &mut [u8] {
        assert!(self.buffers.contains_key(&start), "no buffer at {start:#x}");
        // SAFETY: the driver has looked that the range lies in the buffer; kernels do not run meanwhile.
        unsafe { &mut *slice_from_raw_parts_mut((start + offset) as *mut u8, count) }
    }
}
