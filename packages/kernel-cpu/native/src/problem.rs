//! Tensors as JavaScript hands them over.

use moe_kernel_cpu::{GemmProblem, KernelError, LayerProblem, Weights};
use napi::bindgen_prelude::*;
use napi_derive::napi;

/// `QuantizedWeights` of `@moe/quant`.
#[napi(object, object_to_js = false)]
pub struct WeightsArgs {
    pub packed: Int32Array,
    pub scales: Uint16Array,
    pub zeros: Option<Uint8Array>,
    pub num_experts: f64,
    pub n: f64,
    pub k: f64,
    pub group_size: f64,
    pub row_stride: f64,
}

/// `MoeGemmProblem` of `@moe/quant`.
#[napi(object, object_to_js = false)]
pub struct GemmArgs {
    pub a: Uint16Array,
    pub weights: WeightsArgs,
    pub sorted_token_ids: Int32Array,
    pub expert_ids: Int32Array,
    pub num_blocks: f64,
    pub block_m: f64,
    pub top_k: f64,
    pub num_valid_tokens: f64,
    pub c: Uint16Array,
}

/// `MoeLayerProblem` of `@moe/quant`, in bf16.
#[napi(object, object_to_js = false)]
pub struct LayerArgs {
    pub hidden: Uint16Array,
    pub gate_up: WeightsArgs,
    pub down: WeightsArgs,
    pub topk_ids: Int32Array,
    pub topk_weights: Float32Array,
    pub num_tokens: f64,
    pub top_k: f64,
    pub out: Uint16Array,
}

/// A JavaScript number that must be a whole number from 0 to 2^53.
fn whole(what: &'static str, value: f64) -> std::result::Result<usize, KernelError> {
    const MAX: f64 = 9_007_199_254_740_992.0;
    if (0.0..=MAX).contains(&value) && value.fract() == 0.0 {
        Ok(value as usize)
    } else {
        Err(KernelError::Shape { what, given: value.to_string(), allowed: "a whole number of at least 0".into() })
    }
}

impl WeightsArgs {
    fn view(&self) -> std::result::Result<Weights<'_>, KernelError> {
        Ok(Weights {
            packed: &self.packed,
            scales: &self.scales,
            zeros: self.zeros.as_deref(),
            num_experts: whole("numExperts", self.num_experts)?,
            n: whole("n", self.n)?,
            k: whole("k", self.k)?,
            group_size: whole("groupSize", self.group_size)?,
            row_stride: whole("rowStride", self.row_stride)?,
        })
    }
}

impl GemmArgs {
    pub fn problem(&mut self) -> std::result::Result<GemmProblem<'_>, KernelError> {
        Ok(GemmProblem {
            a: &self.a,
            weights: self.weights.view()?,
            sorted_token_ids: &self.sorted_token_ids,
            expert_ids: &self.expert_ids,
            num_blocks: whole("numBlocks", self.num_blocks)?,
            block_m: whole("blockM", self.block_m)?,
            top_k: whole("topK", self.top_k)?,
            num_valid_tokens: whole("numValidTokens", self.num_valid_tokens)?,
            // SAFETY: JavaScript does not touch C during the call (sync), or promised not to (async); see the API docs.
            c: unsafe { self.c.as_mut() },
        })
    }
}

impl LayerArgs {
    pub fn problem(&mut self) -> std::result::Result<LayerProblem<'_>, KernelError> {
        Ok(LayerProblem {
            hidden: &self.hidden,
            gate_up: self.gate_up.view()?,
            down: self.down.view()?,
            topk_ids: &self.topk_ids,
            topk_weights: &self.topk_weights,
            num_tokens: whole("numTokens", self.num_tokens)?,
            top_k: whole("topK", self.top_k)?,
            // SAFETY: as for `GemmArgs::problem`.
            out: unsafe { self.out.as_mut() },
        })
    }
}
