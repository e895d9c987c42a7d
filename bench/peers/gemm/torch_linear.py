"""torch's linear on unquantised bf16 weights, prepacked for the row count as its compiler does."""

import torch
from peer import Peer
from problem import Bits, Floats, Problem
from torch_dequantised import weight
from torch_tensors import bf16, floats


class PrepackedLinear(Peer):
    def load(self, problem: Problem, threads: int) -> None:
        torch.set_num_threads(threads)
        self.problem = problem

    def prepare(self, activations: Bits) -> None:
        rows = activations.shape[1]
        reorder = torch.ops.mkldnn._reorder_linear_weight
        self.weights: list[torch.Tensor] = []  # the old ones go before the new ones come: a gigabyte each
        self.weights = [reorder(weight(self.problem, e), rows) for e in range(self.problem.experts)]
        self.inputs = [bf16(a) for a in activations]
        self.outputs: list[torch.Tensor] = []

    def run(self) -> None:
        linear = torch.ops.mkldnn._linear_pointwise.default
        pairs = zip(self.inputs, self.weights, strict=True)
        self.outputs = [linear(a, w, None, "none", [], "") for a, w in pairs]

    def output(self, expert: int) -> Floats:
        return floats(self.outputs[expert])


def create() -> PrepackedLinear:
    return PrepackedLinear()
