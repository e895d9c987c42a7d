//! Device memory: the simulator's for AMD, the host's for NVIDIA, whose kernels run as code of the host.

use crate::host_memory::HostMemory;
use moe_gfx11_sim::execute::Memory;

pub enum DeviceMemory {
    Simulated(Memory),
    Host(HostMemory),
}

impl Default for DeviceMemory {
    fn default() -> DeviceMemory {
        DeviceMemory::Simulated(Memory::default())
    }
}

impl DeviceMemory {
    pub fn of(arch: &str) -> DeviceMemory {
        if arch.starts_with("sm_") { DeviceMemory::Host(HostMemory::default()) } else { DeviceMemory::default() }
    }

    /// Address of a new buffer.
    pub fn create(&mut self, bytes: u64) -> Option<u64> {
        match self {
            DeviceMemory::Simulated(memory) => memory.create("device memory", bytes).ok(),
            DeviceMemory::Host(memory) => memory.create(bytes),
        }
    }

    pub fn remove(&mut self, address: u64) {
        match self {
            DeviceMemory::Simulated(memory) => memory.remove(address),
            DeviceMemory::Host(memory) => memory.remove(address),
        }
    }

    /// Writes inside of the buffer that starts at `start`.
    pub fn write(&mut self, start: u64, offset: u64, data: &[u8]) {
        match self {
            DeviceMemory::Simulated(memory) => {
                if let Some(buffer) = memory.buffer(start) {
                    buffer.write(offset, data);
                }
            }
            DeviceMemory::Host(memory) => memory.bytes(start, offset, data.len()).copy_from_slice(data),
        }
    }

    pub fn read(&mut self, start: u64, offset: u64, data: &mut [u8]) {
        match self {
            DeviceMemory::Simulated(memory) => {
                if let Some(buffer) = memory.buffer(start) {
                    buffer.read(offset, data);
                }
            }
            DeviceMemory::Host(memory) => data.copy_from_slice(memory.bytes(start, offset, data.len())),
        }
    }
}
