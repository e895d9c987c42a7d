//! Scratch memory of one worker: cache-line aligned, grown when needed, kept between calls.

/// One cache line; also the widest vector.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([u8; 64]);

/// Bytes whose start is 64-byte aligned. Contents are unspecified after [`AlignedBuffer::at_least`].
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
