//! Which bytes of a memory something has written, one bit each.

use super::buffer::zeros;
use crate::execute::array::from_fn;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Bit i of word j is byte `32 * j + i`; there is one more word than that takes.
#[derive(Debug)]
pub(super) struct Written(Box<[AtomicU32]>);

impl Written {
    /// Nothing written yet; `None` where the system refuses the memory.
    pub fn new(bytes: u64) -> Option<Written> {
        zeros(Self::words(bytes)).map(Written)
    }

    /// Words for the bits of that many bytes.
    pub fn words(bytes: u64) -> u64 {
        bytes.div_ceil(32) + 1
    }

    /// Bits that are in words already.
    pub fn from_words(words: Box<[AtomicU32]>) -> Written {
        Written(words)
    }

    pub fn clear(&mut self) {
        self.0.iter_mut().for_each(|word| *word.get_mut() = 0);
    }

    /// Whether all bytes of a range were written.
    #[inline(always)]
    pub fn covers(&self, offset: u64, bytes: u64) -> bool {
        Self::pieces(offset, bytes).all(|(word, bits)| self.0[word].load(Relaxed) & bits == bits)
    }

    /// Whether all bytes of ranges of 1 to 16 bytes were written.
    #[inline(always)]
    pub fn covers_each<const N: usize>(&self, offsets: &[u64; N], bytes: u32) -> bool {
        let (needed, mut missing) = (u32::MAX >> (32 - bytes), 0);
        for &offset in offsets {
            let word = (offset / 32) as usize;
            let [low, high] = [word, word + 1].map(|word| u64::from(self.0[word].load(Relaxed)));
            missing |= !((low | high << 32) >> (offset % 32)) as u32;
        }
        missing & needed == 0
    }

    /// The same of ranges that are each in one unit of 16 bytes.
    #[inline(always)]
    pub fn covers_each_unit<const N: usize>(&self, offsets: &[u64; N], bytes: u32) -> bool {
        let words: [u32; N] = from_fn(|index| self.0[(offsets[index] / 32) as usize].load(Relaxed));
        let mut missing = 0;
        for (word, offset) in words.iter().zip(offsets) {
            missing |= !(word >> (offset % 32));
        }
        missing & u32::MAX >> (32 - bytes) == 0
    }

    #[inline(always)]
    pub fn set(&self, offset: u64, bytes: u64) {
        for (word, bits) in Self::pieces(offset, bytes) {
            let word = &self.0[word];
            if bits == u32::MAX {
                word.store(bits, Relaxed);
            } else if word.load(Relaxed) & bits != bits {
                word.fetch_or(bits, Relaxed);
            }
        }
    }

    /// The words of a range and which of their bits are in it.
    #[inline(always)]
    fn pieces(offset: u64, bytes: u64) -> impl Iterator<Item = (usize, u32)> {
        let end = offset + bytes;
        (offset / 32..end.div_ceil(32)).map(move |word| {
            let first = offset.saturating_sub(word * 32);
            let unused = (word * 32 + 32).saturating_sub(end);
            (word as usize, u32::MAX << first & u32::MAX >> unused)
        })
    }
}
