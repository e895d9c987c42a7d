"""torch's own int4 kernel: _weight_int4pack_mm_for_cpu, bf16 activations and scales."""

import torch
from peer import Peer
from problem import Bits, Floats, Problem
from torch_tensors import bf16, floats


class Int4Pack(Peer):
    def load(self, problem: Problem, threads: int) -> None:
        torch.set_num_threads(threads)
        self.group_size = problem.group_size
        self.weights = [pack(problem, e) for e in range(problem.experts)]
        self.scales = [scales_and_zeros(problem, e) for e in range(problem.experts)]

    def prepare(self, activations: Bits) -> None:
        self.inputs = [bf16(a) for a in activations]
        self.outputs: list[torch.Tensor] = []

    def run(self) -> None:
        multiply = torch.ops.aten._weight_int4pack_mm_for_cpu.default
        experts = zip(self.inputs, self.weights, self.scales, strict=True)
        self.outputs = [multiply(a, w, self.group_size, s) for a, w, s in experts]

    def output(self, expert: int) -> Floats:
        return floats(self.outputs[expert])


def pack(problem: Problem, expert: int) -> torch.Tensor:
    codes = torch.from_numpy(problem.nibbles(expert)).to(torch.int32)
    return torch.ops.aten._convert_weight_to_int4pack_for_cpu(codes, 2)


def scales_and_zeros(problem: Problem, expert: int) -> torch.Tensor:
    """bf16 [k / group_size, n, 2]: weight = (code - 8) * scale + zero, zero being 0."""
    scales = bf16(problem.scale_bits[expert]).t()
    return torch.stack([scales, torch.zeros_like(scales)], dim=-1).contiguous()


def create() -> Int4Pack:
    return Int4Pack()
