"""Experts' weights as bf16 tensors: four times the bytes, nothing to decode."""

import torch
from problem import Problem


def weight(problem: Problem, expert: int) -> torch.Tensor:
    """bf16 [n, k], rounded to nearest."""
    return torch.from_numpy(problem.dequantised(expert)).to(torch.bfloat16)
