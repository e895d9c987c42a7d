//! What the paths have in common about the packed word.

/// k of nibble i, counted from bit 0 up ("ExLlama shuffle").
pub const NIBBLE_K: [usize; 8] = [0, 2, 4, 6, 1, 3, 5, 7];

/// Zero point where the weights carry none.
pub const SYMMETRIC_ZERO: u8 = 8;
