"""What a peer is to the worker."""

from typing import Protocol

from problem import Bits, Floats, Problem


class Peer(Protocol):
    """A library's W4A16 GEMM, called once an expert. Only `run` is timed."""

    def load(self, problem: Problem, threads: int) -> None:
        """Repacks the weights into the library's own layout."""

    def prepare(self, activations: Bits) -> None:
        """Takes bf16 activations [experts, rows, k] and forgets earlier results."""

    def run(self) -> None:
        """Multiplies every expert's rows."""

    def output(self, expert: int) -> Floats:
        """f32 [rows, n] of the last run; NaN where nothing was written."""
