//! 16 x 16 tiles in the order of the registers of C and D: row 2i and row 2i + 1 are the two halves of register i.

use super::wave::{Lanes, Register};

/// Rows and columns of a tile, and the length of a sum.
pub(super) const SIZE: usize = 16;

/// A row for each k: of A's column k, or of B's row k. Or the rows of a sum.
#[derive(Clone)]
#[repr(C, align(64))]
pub(super) struct FloatTile(pub [[f32; SIZE]; SIZE]);

#[derive(Clone)]
#[repr(C, align(64))]
pub(super) struct IntegerTile(pub [[i32; SIZE]; SIZE]);

/// For each of 8 pairs of k and each row of A (or column of B): two 16-bit factors, the first in
/// the lower half.
#[derive(Clone)]
#[repr(C, align(64))]
pub(super) struct Pairs(pub [[u32; SIZE]; SIZE / 2]);

/// Both kinds of tile are the lanes of eight registers.
macro_rules! rows {
    ($tile:ident) => {
        impl $tile {
            /// The tile that registers hold.
            #[inline(always)]
            pub fn of(registers: &mut [Register; SIZE / 2]) -> &mut $tile {
                // SAFETY: both are 256 32-bit values without padding, with the same alignment, and every bit pattern is one.
                unsafe { &mut *std::ptr::from_mut(registers).cast() }
            }
        }
    };
}
rows!(FloatTile);
rows!(IntegerTile);

impl FloatTile {
    #[inline(always)]
    pub fn from_rows(registers: &[Lanes; SIZE / 2]) -> FloatTile {
        // SAFETY: both are 256 32-bit values without padding, and every bit pattern is one.
        FloatTile(unsafe { *std::ptr::from_ref(registers).cast() })
    }

    /// The lanes of the registers that hold the tile.
    #[inline(always)]
    pub fn rows(&self) -> &[Lanes; SIZE / 2] {
        // SAFETY: as above.
        unsafe { &*std::ptr::from_ref(&self.0).cast() }
    }
}
