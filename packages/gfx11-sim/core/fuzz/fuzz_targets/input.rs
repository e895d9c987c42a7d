//! Numbers out of the fuzzer's bytes; all zero behind their end.

pub struct Input<'a>(pub &'a [u8]);

impl Input<'_> {
    pub fn u8(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    pub fn u16(&mut self) -> u16 {
        u16::from_le_bytes([self.u8(), self.u8()])
    }

    pub fn u32(&mut self) -> u32 {
        u32::from(self.u16()) | u32::from(self.u16()) << 16
    }

    pub fn u64(&mut self) -> u64 {
        u64::from(self.u32()) | u64::from(self.u32()) << 32
    }

    /// True for one byte in `one_in`.
    pub fn rarely(&mut self, one_in: u8) -> bool {
        self.u8() % one_in == one_in - 1
    }

    pub fn below(&mut self, bound: u32) -> u32 {
        self.u32() % bound.max(1)
    }

    /// Mostly less than a small bound, rarely anything.
    pub fn size(&mut self, usual: u32) -> u32 {
        if self.rarely(16) { self.u32() } else { self.below(usual) }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
