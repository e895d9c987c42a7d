//! The tensors of one grouped GEMM, and the one place that checks them.

use crate::error::KernelError;

/// int4 weights of all experts: value = (nibble − zero) · scale, zero = 8 where none are given.
#[derive(Clone, Copy)]
pub struct Weights<'a> {
    /// `[num_experts, n, row_stride]`; 8 nibbles a word in the order k = 0,2,4,6,1,3,5,7 from bit 0 up.
    pub packed: &'a [i32],
    /// `[num_experts, n, k / group_size]`, bf16 bits.
    pub scales: &'a [u16],
    /// `[num_experts, n, k / group_size]`, 0 to 16.
    pub zeros: Option<&'a [u8]>,
    pub num_experts: usize,
    /// Output columns.
    pub n: usize,
    /// Input columns.
    pub k: usize,
    /// Consecutive k that share one scale; a multiple of 8 that divides k.
    pub group_size: usize,
    /// Words from one row to the next, at least k / 8.
    pub row_stride: usize,
}

/// One grouped GEMM: for block b with expert e, and each of its valid routes `flat`,
/// `C[flat, :] = A[flat / top_k, :] · dequant(W[e])ᵀ`, accumulated in f32 and stored as bf16.
pub struct GemmProblem<'a> {
    /// `[rows, k]`, bf16 bits.
    pub a: &'a [u16],
    pub weights: Weights<'a>,
    /// Routes in block order; an entry ≥ `num_valid_tokens` is padding, and so is what lies past the end.
    pub sorted_token_ids: &'a [i32],
    /// Expert of each block; negative = skip the block.
    pub expert_ids: &'a [i32],
    /// Blocks to run; may be an upper bound.
    pub num_blocks: usize,
    /// Rows of one block.
    pub block_m: usize,
    /// The row of A is `flat / top_k`.
    pub top_k: usize,
    /// n: number of routes.
    pub num_valid_tokens: usize,
    /// `[num_valid_tokens, n]`, bf16 bits; only routed rows are written.
    pub c: &'a mut [u16],
}

/// Products of sizes stay far below this, so that index arithmetic cannot overflow.
const MAX_ELEMENTS: usize = 1 << 48;
/// Of one dimension: a tensor with another dimension of 0 needs no memory, so its length would not bound it.
const MAX_DIMENSION: usize = i32::MAX as usize;
/// Tables with an entry for each expert are the only memory that no tensor's length bounds.
const MAX_EXPERTS: usize = 1 << 20;

pub(crate) fn product(what: &'static str, factors: &[usize]) -> Result<usize, KernelError> {
    let total = factors.iter().try_fold(1usize, |total, &factor| total.checked_mul(factor));
    match total {
        Some(total) if total <= MAX_ELEMENTS => Ok(total),
        _ => Err(KernelError::Shape {
            what,
            given: factors.iter().map(ToString::to_string).collect::<Vec<_>>().join(" × "),
            allowed: format!("at most {MAX_ELEMENTS} elements"),
        }),
    }
}

/// Elements of a `[rows, width]` tensor whose last row may end early.
fn strided(what: &'static str, rows: usize, stride: usize, width: usize) -> Result<usize, KernelError> {
    let full = product(what, &[rows, stride])?;
    Ok(if rows == 0 { 0 } else { full - stride + width })
}

pub(crate) fn at_least(what: &'static str, given: usize, needed: usize) -> Result<(), KernelError> {
    if given < needed { Err(KernelError::TooSmall { what, given, needed }) } else { Ok(()) }
}

pub(crate) fn require(holds: bool, what: &'static str, given: usize, allowed: String) -> Result<(), KernelError> {
    if holds { Ok(()) } else { Err(KernelError::Shape { what, given: given.to_string(), allowed }) }
}

impl Weights<'_> {
    pub fn check(&self) -> Result<(), KernelError> {
        let Weights { num_experts, n, k, group_size, row_stride, .. } = *self;
        require(group_size >= 8 && group_size % 8 == 0, "groupSize", group_size, "a positive multiple of 8".into())?;
        let limits = [("n", n), ("k", k), ("rowStride", row_stride)].map(|(what, given)| (what, given, MAX_DIMENSION));
        for (what, given, most) in [("numExperts", num_experts, MAX_EXPERTS)].into_iter().chain(limits) {
            require(given <= most, what, given, format!("at most {most}"))?;
        }
        require(k % group_size == 0, "k", k, format!("a multiple of groupSize {group_size}"))?;
        require(row_stride >= k / 8, "rowStride", row_stride, format!("at least k / 8 = {}", k / 8))?;
        let rows = product("numExperts × n", &[num_experts, n])?;
        at_least("packed", self.packed.len(), strided("packed", rows, row_stride, k / 8)?)?;
        let scales = product("numExperts × n × k / groupSize", &[rows, k / group_size])?;
        at_least("scales", self.scales.len(), scales)?;
        if let Some(zeros) = self.zeros {
            at_least("zeros", zeros.len(), scales)?;
        }
        Ok(())
    }

    /// Only of the expert that a call touches: the cost stays proportional to its work.
    pub fn check_zeros(&self, expert: usize) -> Result<(), KernelError> {
        let Some(zeros) = self.zeros else { return Ok(()) };
        let per_expert = self.n * (self.k / self.group_size);
        let own = &zeros[expert * per_expert..][..per_expert];
        if own.iter().fold(0, |max, &zero| zero.max(max)) <= 16 {
            return Ok(());
        }
        let at = own.iter().position(|&zero| zero > 16).unwrap_or(0);
        let (index, given) = (expert * per_expert + at, i64::from(own[at]));
        Err(KernelError::IdRange { what: "zeros", index, given, allowed: "0 to 16".into() })
    }
}

impl GemmProblem<'_> {
    /// Everything but the ids, whose check needs a pass of its own (`schedule::gather_runs`).
    pub fn check(&self) -> Result<(), KernelError> {
        self.weights.check()?;
        require(self.block_m >= 1, "blockM", self.block_m, "at least 1".into())?;
        require(self.top_k >= 1, "topK", self.top_k, "at least 1".into())?;
        require(
            self.num_valid_tokens <= i32::MAX as usize,
            "numValidTokens",
            self.num_valid_tokens,
            "below 2^31".into(),
        )?;
        at_least("expertIds", self.expert_ids.len(), self.num_blocks)?;
        product("numBlocks × blockM", &[self.num_blocks, self.block_m])?;
        at_least("c", self.c.len(), product("numValidTokens × n", &[self.num_valid_tokens, self.weights.n])?)?;
        let rows = self.num_valid_tokens.div_ceil(self.top_k);
        at_least("a", self.a.len(), product("rows × k", &[rows, self.weights.k])?)
    }
}
