//! What is varied: one value of each field is a case.

use super::float::Float;

/// Processors with prebuilt code objects.
pub const ARCHES: [&str; 7] = ["gfx1100", "gfx1101", "gfx1102", "gfx1103", "gfx1150", "gfx1151", "gfx1152"];

/// A row of the table in `moe_w4a16_gemm.hip`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instantiation {
    pub float: Float,
    pub group: usize,
    pub zeros: bool,
}

impl Instantiation {
    pub fn all() -> Vec<Instantiation> {
        let kinds = [32, 64, 128].map(|group| [false, true].map(|zeros| (group, zeros))).concat();
        let of = |float| kinds.iter().map(move |&(group, zeros)| Instantiation { float, group, zeros });
        Float::ALL.into_iter().flat_map(of).collect()
    }

    pub fn suffix(&self) -> String {
        format!("{}_g{}{}", self.float.name(), self.group, if self.zeros { "_zeros" } else { "" })
    }

    /// Numbers that the row sums have for each row and group; f16 decodes exactly and has none.
    pub fn sums_per_group(&self) -> usize {
        match self.float {
            Float::Bf16 => 1 + usize::from(self.zeros),
            Float::F16 => 0,
        }
    }
}

/// Which blocks there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Fused, full, ragged and nearly empty blocks of several experts, some skipped.
    Ragged,
    /// All routes go to one expert, but for one.
    Hot,
    /// A route for each block, experts descending.
    Single,
    /// Blocks of no expert, before, between and behind the others, also within an expert; the first expert has no routes.
    Holes,
    /// More blocks than one window has, runs across its end; each window is a launch of its own.
    Windows,
    /// Blocks without routes: nothing may be written.
    Idle,
}

/// Of activations and weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    Random,
    /// Each row has one 1: the result is a weight, bit for bit.
    Identity,
    /// Small whole numbers and powers of two: every sum is exact, the result is bit for bit.
    Exact,
    /// Infinities, NaN and outliers in some rows.
    Special,
    /// Columns whose weights all equal their zero point.
    Dead,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    pub instantiation: Instantiation,
    pub block_m: usize,
    pub layout: Layout,
    pub values: Values,
    pub top_k: usize,
    /// Columns of C.
    pub cols: usize,
    /// K in groups.
    pub groups: usize,
    /// Elements between the end of a row of A and the next.
    pub a_gap: usize,
    /// Words between the end of a row of W and the next.
    pub w_gap: usize,
    /// Blocks at the end that no expert has: the grid is an upper bound.
    pub spare: usize,
    /// Whether the last block's padding is not stored.
    pub cut: bool,
}

impl Case {
    pub fn k(&self) -> usize {
        self.groups * self.instantiation.group
    }
}
