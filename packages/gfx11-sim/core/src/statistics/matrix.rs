//! Matrix operations: register banks.

use crate::isa::Instruction;

/// Cycles of a matrix operation.
pub const CYCLES: u64 = 32;
/// Cycles of one with two of A, B and C beginning in the same register bank. Measured on gfx1151: llvm/llvm-project
/// issue 204254.
pub const CYCLES_COLLIDING: u64 = 34;

/// A vector register's bank is its number modulo this.
const REGISTER_BANKS: u8 = 4;

/// Whether two of A, B and C begin in the same register bank; a constant C is in none.
pub(super) fn collides(instruction: &Instruction) -> bool {
    let bank = |index: usize| instruction.operands[index].as_vector().map(|register| register % REGISTER_BANKS);
    let [a, b, c] = [bank(1), bank(2), bank(3)];
    a == b || c.is_some() && (c == a || c == b)
}
