"""The Triton kernel that ours is compared with: W4A16 grouped GEMM with weights in ExLlama order.

It has the structure of the kernels that inference engines ship: one program per tile of C in grouped order, packed
words repeated to one per element, shifted, scaled to the activation type, and handed to `tl.dot`.
"""

import triton
import triton.language as tl


@triton.jit
def moe_w4a16_triton(
    a,  # [rows, stride_a]
    packed,  # int32 [experts, n, stride_w], 8 nibbles of k a word
    scales,  # [experts, n, k // GROUP]
    sorted_ids,  # int32: flat index of each slot, num_valid or more is padding
    expert_ids,  # int32 per block, negative is skipped
    post_padded,  # int32 [1]: slots in use
    c,  # [num_valid, n]
    n,
    k,
    num_valid,
    stride_a,
    stride_w,
    num_blocks,
    TOP_K: tl.constexpr,
    GROUP: tl.constexpr,
    BLOCK_M: tl.constexpr,
    BLOCK_N: tl.constexpr,
    BLOCK_K: tl.constexpr,
    GROUP_M: tl.constexpr,
):
    program = tl.program_id(0)
    columns = tl.cdiv(n, BLOCK_N)
    in_group = GROUP_M * columns
    first_m = program // in_group * GROUP_M
    group_m = min(num_blocks - first_m, GROUP_M)
    block_m = first_m + program % in_group % group_m
    block_n = program % in_group // group_m
    if block_m * BLOCK_M >= tl.load(post_padded):
        return
    expert = tl.load(expert_ids + block_m).to(tl.int64)
    if expert < 0:
        return

    slots = block_m * BLOCK_M + tl.arange(0, BLOCK_M)
    flat = tl.load(sorted_ids + slots)
    routed = flat < num_valid
    cols = (block_n * BLOCK_N + tl.arange(0, BLOCK_N)) % n
    in_block = tl.arange(0, BLOCK_K)
    # Word k // 8, nibble of k: even k in the lower half of the word, odd k in the upper half.
    shifts = ((in_block % 2) * 4 + in_block % 8 // 2) * 4

    a_at = a + (flat // TOP_K).to(tl.int64)[:, None] * stride_a + in_block[None, :]
    w_at = packed + expert * n * stride_w + cols[:, None] * stride_w + tl.arange(0, BLOCK_K // 8)[None, :]
    scale_at = scales + expert * n * (k // GROUP) + cols * (k // GROUP)
    sums = tl.zeros((BLOCK_M, BLOCK_N), dtype=tl.float32)
    for step in range(0, tl.cdiv(k, BLOCK_K)):
        rows = tl.load(a_at, mask=routed[:, None], other=0.0)
        words = tl.load(w_at)
        words = tl.interleave(words, words)
        words = tl.interleave(words, words)
        words = tl.interleave(words, words)
        nibbles = tl.trans((words >> shifts[None, :]) & 15)
        scale = tl.load(scale_at + step * BLOCK_K // GROUP).to(tl.float32)
        weights = ((nibbles.to(tl.float32) - 8.0) * scale[None, :]).to(rows.dtype)
        sums = tl.dot(rows, weights, acc=sums)
        a_at += BLOCK_K
        w_at += BLOCK_K // 8

    out_cols = block_n * BLOCK_N + tl.arange(0, BLOCK_N)
    out = c + flat.to(tl.int64)[:, None] * n + out_cols[None, :]
    tl.store(out, sums.to(c.dtype.element_ty), mask=routed[:, None] & (out_cols[None, :] < n))
