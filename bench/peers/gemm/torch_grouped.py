"""torch._grouped_mm on unquantised bf16 weights: one call for all experts."""

import torch
from peer import Peer
from problem import Bits, Floats, Problem
from torch_dequantised import weight
from torch_tensors import bf16, floats


class GroupedMm(Peer):
    def load(self, problem: Problem, threads: int) -> None:
        torch.set_num_threads(threads)
        self.experts = problem.experts
        self.weights = torch.empty(problem.experts, problem.n, problem.k, dtype=torch.bfloat16)
        for e in range(problem.experts):
            self.weights[e] = weight(problem, e)

    def prepare(self, activations: Bits) -> None:
        self.rows = activations.shape[1]
        self.inputs = bf16(activations).flatten(0, 1)
        self.ends = torch.arange(1, self.experts + 1, dtype=torch.int32) * self.rows
        self.outputs: torch.Tensor | None = None

    def run(self) -> None:
        self.outputs = torch._grouped_mm(self.inputs, self.weights.transpose(1, 2), offs=self.ends)

    def output(self, expert: int) -> Floats:
        assert self.outputs is not None, "run first"
        return floats(self.outputs[expert * self.rows : (expert + 1) * self.rows])


def create() -> GroupedMm:
    return GroupedMm()
