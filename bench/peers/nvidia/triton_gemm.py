"""The project's Triton reference (packages/kernel-hip/triton/reference.py), tuned per cell."""

import concurrent.futures
import itertools
import multiprocessing
import os
import sys
from pathlib import Path

import torch
import triton

from problem import Weights, align

HERE = Path(__file__).resolve().parent
sys.path.insert(0, os.environ.get("MOE_TRITON_REFERENCE", str(HERE.parents[2] / "packages/kernel-hip/triton")))
from reference import moe_w4a16_triton  # noqa: E402

# BLOCK_N, BLOCK_K, GROUP_M, warps, stages
TILES = ((64, 64, 1, 4, 3), (64, 128, 8, 4, 3), (128, 64, 1, 4, 3), (128, 64, 8, 8, 4), (128, 128, 8, 8, 3), (64, 128, 1, 4, 2))
CONFIGS = list(itertools.product((16, 32, 64, 128), TILES))
QUICK_ROUNDS, FINALISTS = 2, 2


def launch(config, a, weights: Weights, alignment, c, divide: int) -> None:
    block_m, (block_n, block_k, group_m, warps, stages) = config
    _, n, k = weights.shape
    blocks = alignment.expert_ids.numel()
    arguments = (a, weights.words, weights.scales, alignment.sorted_ids, alignment.expert_ids, alignment.padded, c, n, k)
    grid = (blocks * triton.cdiv(n, block_n),)
    moe_w4a16_triton[grid](
        *arguments, c.shape[0], a.stride(0), weights.words.stride(1), blocks, TOP_K=divide, GROUP=weights.group,
        BLOCK_M=block_m, BLOCK_N=block_n, BLOCK_K=block_k, GROUP_M=group_m, num_warps=warps, num_stages=stages,
    )  # fmt: skip


def compile_some(part: int, parts: int) -> None:
    """Fills Triton's cache on disk; runs in processes of its own, as compiling is serial within one."""
    from problem import draw_routes, draw_weights

    for (n, k), divide in (((1024, 2048), 8), ((2048, 512), 1)):
        weights = draw_weights(16, n, k, 128, torch.bfloat16, False, 0)
        routes = draw_routes("uniform", 64, 8, 16, 0)
        a = torch.zeros(64 if divide == 8 else 512, k, dtype=torch.bfloat16, device="cuda")
        c = torch.zeros(512, n, dtype=torch.bfloat16, device="cuda")
        for config in CONFIGS[part::parts]:
            try:
                launch(config, a, weights, align(routes, config[0], 16), c, divide)
            except triton.runtime.errors.OutOfResources:
                pass


def compile_all(processes: int = 12) -> None:
    with concurrent.futures.ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        list(pool.map(compile_some, range(processes), [processes] * processes))


class TritonGemm:
    def __init__(self, weights: Weights):
        self.weights = weights

    def tuned(self, a, c, routes, divide: int, timer):
        """The fastest configuration of this cell, as a callable."""
        aligned = {block_m: align(routes, block_m, self.weights.shape[0]) for block_m in {block for block, _ in CONFIGS}}
        runs = {}
        for config in CONFIGS:
            run = lambda config=config: launch(config, a, self.weights, aligned[config[0]], c, divide)
            try:
                run()
                runs[config] = run
            except triton.runtime.errors.OutOfResources:
                pass
        quick = timer.compare(runs, QUICK_ROUNDS, warmups=0)
        finalists = {config: runs[config] for config in sorted(quick, key=quick.get)[:FINALISTS]}
        final = timer.compare(finalists, 5, warmups=0)
        return finalists[min(final, key=final.get)]
