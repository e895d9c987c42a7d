//! Memory: scratch of one worker, and what grows with a caller's numbers and so may be refused.

use crate::error::KernelError;
use std::alloc::{Layout, alloc_zeroed};

/// One cache line; also the widest vector.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([u8; 64]);

/// Bytes whose start is 64-byte aligned, grown when needed, kept between calls. Contents are unspecified after
/// [`AlignedBuffer::at_least`].
#[derive(Default)]
pub struct AlignedBuffer(Vec<Line>);

impl AlignedBuffer {
    /// The start of at least `bytes` writable bytes.
    pub fn at_least(&mut self, bytes: usize) -> *mut u8 {
        let lines = bytes.div_ceil(64);
        if self.0.len() < lines {
            // A fresh vector rather than a resize: nobody needs the old bytes copied.
            self.0 = vec![Line([0; 64]); lines];
        }
        self.0.as_mut_ptr().cast()
    }
}

/// `elements` zeros, or `E_MEMORY` where `vec!` would end the process. Pages stay untouched until somebody writes them.
pub fn zeroed(what: &'static str, elements: usize) -> Result<Vec<u16>, KernelError> {
    let refused = || KernelError::OutOfMemory { what, bytes: elements.saturating_mul(2) };
    let layout = Layout::array::<u16>(elements).map_err(|_| refused())?;
    if elements == 0 {
        return Ok(Vec::new());
    }
    // SAFETY: the layout has a size; a zero is a valid u16; the vector's allocator is the one that is used here.
    unsafe {
        let start = alloc_zeroed(layout).cast::<u16>();
        if start.is_null() { Err(refused()) } else { Ok(Vec::from_raw_parts(start, elements, elements)) }
    }
}

/// 0, 1, 2 … in `words` words, every page written; `E_MEMORY` where there is no room for them.
pub fn counting(what: &'static str, words: usize) -> Result<Vec<u64>, KernelError> {
    let mut memory = Vec::new();
    let refused = |_| KernelError::OutOfMemory { what, bytes: words.saturating_mul(8) };
    memory.try_reserve_exact(words).map_err(refused)?;
    memory.extend(0..words as u64);
    Ok(memory)
}
