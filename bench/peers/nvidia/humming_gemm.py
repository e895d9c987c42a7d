"""Humming (PyPI humming-kernels): its own default, and a sweep of its configurations."""

import json

import torch
from humming import ops
from humming.config import LayerConfig
from humming.transform import transform_humming_tensors
from humming.tune import get_heuristics_config

from problem import Weights, align

COMPUTE = json.dumps({"gemm_type": "indexed"})
BLOCK_MS = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 152, 192)
SWEPT_ROUTES = (128, 1024, 4096, 8192, 32768)


def plain_order(weights: Weights) -> torch.Tensor:
    """int32 [E, N, K / 8], nibbles in order of k from bit 0 up."""
    out = torch.empty_like(weights.words)
    for expert in range(out.shape[0]):
        nibbles = weights.nibbles(expert).view(out.shape[1], out.shape[2], 8)
        shifts = 4 * torch.arange(8, device="cuda")
        out[expert] = (nibbles << shifts).sum(-1).int()
    return out


class Humming:
    def __init__(self, weights: Weights):
        experts, n, k = weights.shape
        self.experts = experts
        self.layer = LayerConfig(
            shape_n=n,
            shape_k=k,
            num_experts=experts,
            a_dtype="bfloat16",
            b_dtype="uint4",
            c_dtype="bfloat16",
            bs_dtype="bfloat16",
            weight_scale_group_size=weights.group,
            weight_scale_type="group",
        )
        tensors = {"weight": plain_order(weights), "weight_scale": weights.scales.clone()}
        self.tensors = transform_humming_tensors(self.layer, tensors)
        self.locks = torch.zeros(1 << 16, dtype=torch.int32, device="cuda")

    def default(self, num_routes: int) -> dict:
        return get_heuristics_config(self.layer, shape_m=num_routes, gemm_type="indexed")

    def sweep(self) -> list[dict]:
        """Its heuristics' schedules for few and many rows, each at every height."""
        found = {}
        for routes in SWEPT_ROUTES:
            base = self.default(routes)
            warps = base["block_shape"][0] // base["warp_shape"][0]
            for block_m in BLOCK_MS:
                if block_m % warps or block_m // warps % 8:
                    continue
                block = (block_m, *base["block_shape"][1:])
                warp = (block_m // warps, *base["warp_shape"][1:])
                config = base | {"block_shape": block, "warp_shape": warp}
                found[json.dumps(config, sort_keys=True, default=str)] = config
        return list(found.values())

    def compile(self, configs: list[dict]) -> list[dict]:
        """Those that compile; all at once first, for the compiler runs in parallel."""
        from humming.kernel.humming import HummingKernel

        def build(some):
            HummingKernel.prepare_kernels(self.layer.to_str(), COMPUTE, [(0, 1 << 30, c) for c in some], device=0)

        try:
            build(configs)
            return configs
        except Exception as error:
            print("humming: compiling one by one:", str(error)[:200], flush=True)
        good = []
        for config in configs:
            try:
                build([config])
                good.append(config)
            except Exception:
                pass
        return good

    def prepare(self, config: dict, a, c, routes, divide: int):
        """A callable; `divide` is 1 for gemm2."""
        alignment = align(routes, config["block_shape"][0], self.experts)
        used = int((alignment.expert_ids >= 0).sum())
        arguments = dict(
            layer_config=self.layer.to_str(),
            compute_config=COMPUTE,
            tuning_config=json.dumps([(0, 1 << 30, config)], default=lambda value: getattr(value, "value", str(value))),
            inputs=a,
            outputs=c,
            weight=self.tensors["weight"],
            weight_scale=self.tensors["weight_scale"],
            sorted_ids=alignment.sorted_ids[: used * alignment.block_m].contiguous(),
            expert_ids=alignment.expert_ids[:used].contiguous(),
            num_tokens_padded=alignment.padded.squeeze(),
            locks=self.locks,
            top_k=divide,
        )
        return lambda: ops.humming_gemm(**arguments)
