//! A range of memory that kernels see at an address: a buffer of the launch, or the LDS of a workgroup.
//!
//! Workgroups run on several threads, so that data is held in relaxed atomic words: kernels whose workgroups race give
//! unspecified values, never undefined behaviour.

use super::written::Written;
use std::alloc::{Layout, alloc_zeroed};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// A range of global memory.
#[derive(Debug)]
pub struct Buffer {
    name: String,
    address: u64,
    bytes: u64,
    words: Box<[AtomicU32]>,
    /// `None`: all of it.
    written: Option<Written>,
}

/// Zeros that take physical memory only where something is written; `None` where the system refuses.
pub(super) fn zeros(count: u64) -> Option<Box<[AtomicU32]>> {
    let count = usize::try_from(count).ok()?;
    let layout = Layout::array::<AtomicU32>(count).ok()?;
    if layout.size() == 0 {
        return Some(Box::default());
    }
    // SAFETY: the layout is not empty. The allocation is that of a slice of `count` words, for which zero is a value.
    unsafe {
        let words = alloc_zeroed(layout).cast::<AtomicU32>();
        (!words.is_null()).then(|| Box::from_raw(std::ptr::slice_from_raw_parts_mut(words, count)))
    }
}

impl Buffer {
    /// One of zeros; `written`: they count as written. `None` where the system refuses the memory.
    pub(super) fn new(name: &str, address: u64, bytes: u64, written: bool) -> Option<Buffer> {
        let words = zeros(bytes.div_ceil(4))?;
        let written = if written { None } else { Some(Written::new(bytes)?) };
        Some(Buffer { name: name.to_owned(), address, bytes, words, written })
    }

    /// The LDS of a workgroup, at address 0; `poison`: nothing has written it.
    pub(super) fn lds(bytes: u32, poison: bool) -> Buffer {
        let zeros = |count: u64| (0..count).map(|_| AtomicU32::new(0)).collect();
        let bytes = bytes.into();
        let written = poison.then(|| Written::from_words(zeros(Written::words(bytes))));
        Buffer { name: "LDS".into(), address: 0, bytes, words: zeros(bytes.div_ceil(4)), written }
    }

    /// Forgets what was written.
    pub(super) fn reset(&mut self) {
        match &mut self.written {
            Some(written) => written.clear(),
            None => self.words.iter_mut().for_each(|word| *word.get_mut() = 0),
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where kernels see its first byte.
    pub fn address(&self) -> u64 {
        self.address
    }

    /// Size in bytes.
    pub fn len(&self) -> u64 {
        self.bytes
    }

    pub fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// The offset of an address range, if all of it is in this buffer.
    #[inline(always)]
    pub(super) fn offset(&self, address: u64, bytes: u32) -> Option<u64> {
        let offset = address.checked_sub(self.address)?;
        (offset.checked_add(bytes.into())? <= self.bytes).then_some(offset)
    }

    /// The dwords from an offset on, which is a multiple of 4; bytes past the end are zero.
    #[inline(always)]
    pub(super) fn words(&self, offset: u64) -> &[AtomicU32] {
        self.words.get((offset / 4) as usize..).unwrap_or_default()
    }

    /// Which bytes were written; `None` when all of them were.
    #[inline(always)]
    pub(super) fn written(&self) -> Option<&Written> {
        self.written.as_ref()
    }

    /// Whether all bytes of a range were written.
    #[inline(always)]
    pub(super) fn is_written(&self, offset: u64, bytes: u64) -> bool {
        self.written.as_ref().is_none_or(|written| written.covers(offset, bytes))
    }

    #[inline(always)]
    pub(super) fn set_written(&self, offset: u64, bytes: u64) {
        if let Some(written) = &self.written {
            written.set(offset, bytes);
        }
    }

    /// 1 to 4 bytes at any offset, zero-extended.
    #[inline(always)]
    pub(super) fn load(&self, offset: u64, bytes: u32) -> u32 {
        let word = |index: u64| self.words[index as usize].load(Relaxed);
        let (index, shift) = (offset / 4, 8 * (offset % 4) as u32);
        let low = word(index) >> shift;
        let value = if shift + 8 * bytes > 32 { low | word(index + 1) << (32 - shift) } else { low };
        value & u32::MAX >> (32 - 8 * bytes)
    }

    /// Writes the lowest 1 to 4 bytes of a value at any offset.
    #[inline(always)]
    pub(super) fn store(&self, offset: u64, bytes: u32, value: u32) {
        let (index, shift) = ((offset / 4) as usize, 8 * (offset % 4) as u32);
        let mask = u64::from(u32::MAX >> (32 - 8 * bytes)) << shift;
        let value = u64::from(value) << shift & mask;
        for (index, mask, value) in
            [(index, mask as u32, value as u32), (index + 1, (mask >> 32) as u32, (value >> 32) as u32)]
        {
            match mask {
                0 => {}
                u32::MAX => self.words[index].store(value, Relaxed),
                _ => {
                    let _ = self.words[index].fetch_update(Relaxed, Relaxed, |old| Some(old & !mask | value));
                }
            }
        }
    }

    /// Copies bytes in from the host.
    ///
    /// # Panics
    /// When they do not fit.
    pub fn write(&self, offset: u64, bytes: &[u8]) {
        assert!(offset.checked_add(bytes.len() as u64).is_some_and(|end| end <= self.bytes), "the bytes do not fit");
        self.set_written(offset, bytes.len() as u64);
        let mut at = offset;
        let mut rest = bytes;
        while let Some((&first, tail)) = rest.split_first() {
            match rest.first_chunk::<4>() {
                Some(word) if at.is_multiple_of(4) => {
                    self.store(at, 4, u32::from_le_bytes(*word));
                    (at, rest) = (at + 4, &rest[4..]);
                }
                _ => {
                    self.store(at, 1, first.into());
                    (at, rest) = (at + 1, tail);
                }
            }
        }
    }

    /// Copies bytes out to the host; what nothing has written is zero.
    ///
    /// # Panics
    /// When the range is not in the buffer.
    pub fn read(&self, offset: u64, bytes: &mut [u8]) {
        assert!(offset.checked_add(bytes.len() as u64).is_some_and(|end| end <= self.bytes), "the range is not inside");
        let unaligned = bytes.len().min((offset.next_multiple_of(4) - offset) as usize);
        let (head, rest) = bytes.split_at_mut(unaligned);
        let (words, tail) = rest.as_chunks_mut::<4>();
        let first = offset + unaligned as u64;
        let last = first + 4 * words.len() as u64;
        for (byte, at) in head.iter_mut().zip(offset..) {
            *byte = self.load(at, 1) as u8;
        }
        for (word, at) in words.iter_mut().zip((first..).step_by(4)) {
            *word = self.load(at, 4).to_le_bytes();
        }
        for (byte, at) in tail.iter_mut().zip(last..) {
            *byte = self.load(at, 1) as u8;
        }
    }

    /// All of its bytes.
    pub fn to_vec(&self) -> Vec<u8> {
        let mut out: Vec<u8> = self.words.iter().flat_map(|word| word.load(Relaxed).to_le_bytes()).collect();
        out.truncate(self.bytes as usize);
        out
    }
}
