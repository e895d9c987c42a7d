"""torch tensors over the problem's bf16 bits."""

import numpy as np
import torch
from problem import Bits, Floats


def bf16(bits: Bits) -> torch.Tensor:
    """A copy as bf16, of the same shape."""
    return torch.from_numpy(np.array(bits).view(np.int16)).view(torch.bfloat16)


def floats(tensor: torch.Tensor) -> Floats:
    array: Floats = tensor.to(torch.float32).numpy()
    return array
