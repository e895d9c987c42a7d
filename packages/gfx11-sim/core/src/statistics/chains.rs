//! Which matrix operations of a wave depend on the one before.

use super::role::MAX_WAVES;
use crate::isa::Instruction;
use std::ops::Range;

/// How a matrix operation depends on the wave's one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dependence {
    /// C is the D of the one before.
    pub is_dependent: bool,
    /// A or B overlaps it.
    pub is_feeding: bool,
    /// Operations of the run so far, this one included.
    pub length: u64,
}

/// The last matrix operation of a wave.
#[derive(Clone, Copy, Debug, Default)]
struct Last {
    /// First register of its D; meaningless while the length is 0.
    result: u16,
    length: u64,
}

/// The state of a workgroup's waves.
#[derive(Clone, Debug, Default)]
pub(super) struct Chains([Last; MAX_WAVES]);

/// Registers of a result.
const RESULT_DWORDS: u16 = 8;

impl Chains {
    /// Notes a matrix operation of a wave.
    pub fn next(&mut self, wave: u32, instruction: &Instruction) -> Dependence {
        let last = &mut self.0[wave as usize % MAX_WAVES];
        let known = last.length != 0;
        let before = last.result..last.result + RESULT_DWORDS;
        let slots = instruction.opcode.row().slots;
        let range = |index: usize| -> Option<Range<u16>> {
            let first = u16::from(instruction.operands[index].as_vector()?);
            Some(first..first + u16::from(slots.get(index)?.dwords))
        };
        let overlaps = |index: usize| range(index).is_some_and(|r| r.start < before.end && before.start < r.end);
        let is_dependent = known && range(3).is_some_and(|c| c.start == before.start);
        let is_feeding = known && (overlaps(1) || overlaps(2));
        let length = if is_dependent { last.length + 1 } else { 1 };
        *last = Last { result: range(0).map_or(0, |d| d.start), length };
        Dependence { is_dependent, is_feeding, length }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::decode;
    use crate::{Arch, statistics::matrix::collides};

    /// `v_wmma_f32_16x16x16_bf16 v[d:d+7], v[a:a+7], v[b:b+7]`, then v[c:c+7] or the constant 0.
    fn matrix(d: u32, a: u32, b: u32, c: Option<u32>) -> Instruction {
        let c = c.map_or(128, |register| 256 + register);
        let words = [0xcc41_4000 | d, 0x1800_0000 | (256 + a) | (256 + b) << 9 | c << 18];
        decode(&words, Arch::Gfx1151).unwrap()
    }

    #[test]
    fn the_encodings_of_these_tests_are_what_they_say() {
        let text = "v_wmma_f32_16x16x16_bf16 v[0:7], v[8:15], v[16:23], ";
        assert_eq!(matrix(0, 8, 16, Some(24)).to_string(), format!("{text}v[24:31]"));
        assert_eq!(matrix(0, 8, 16, None).to_string(), format!("{text}0"));
    }

    #[test]
    fn a_chain_grows_while_c_is_the_result_before() {
        let mut chains = Chains::default();
        let lengths = [(0, None), (0, Some(0)), (0, Some(0)), (8, Some(8)), (8, Some(8)), (0, None)]
            .map(|(d, c)| chains.next(3, &matrix(d, 32, 40, c)))
            .map(|found| (found.is_dependent, found.length));
        assert_eq!(lengths, [(false, 1), (true, 2), (true, 3), (false, 1), (true, 2), (false, 1)]);
        assert!(!chains.next(2, &matrix(0, 32, 40, Some(0))).is_dependent, "another wave has its own chain");
    }

    #[test]
    fn a_result_that_overlaps_the_next_a_or_b_feeds_it() {
        let feeds = |a: u32, b: u32| {
            let mut chains = Chains::default();
            chains.next(0, &matrix(16, 64, 72, None));
            chains.next(0, &matrix(40, a, b, None)).is_feeding
        };
        assert_eq!([16, 9, 23].map(|a| feeds(a, 72)), [true; 3]);
        assert_eq!([16, 9, 23].map(|b| feeds(72, b)), [true; 3]);
        assert_eq!([8, 24].map(|a| feeds(a, a)), [false; 2]);
        assert!(!Chains::default().next(0, &matrix(0, 0, 0, Some(0))).is_feeding, "nothing is before the first");
    }

    #[test]
    fn two_operands_in_one_bank_collide_and_a_constant_is_in_none() {
        assert!(!collides(&matrix(0, 8, 17, Some(2))));
        assert!(collides(&matrix(0, 8, 16, Some(2))));
        assert!(collides(&matrix(0, 8, 17, Some(4))));
        assert!(collides(&matrix(0, 8, 17, Some(5))));
        assert!(!collides(&matrix(0, 8, 17, None)));
        assert!(collides(&matrix(0, 8, 12, None)));
    }
}
