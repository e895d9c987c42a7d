"""The W4A16 weights and activations that the bench wrote, read in place, and the layouts that peers want them in."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint16]
Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]


def floats_of(bits: Bits) -> Floats:
    """f32 values of bf16 bits."""
    return (bits.astype(np.uint32) << 16).view(np.float32)


@dataclass(frozen=True)
class Problem:
    """Weights of all experts of one GEMM; value = (nibble - 8) * scale."""

    experts: int
    n: int
    k: int
    group_size: int
    words: NDArray[np.uint32]  # [experts, n, k / 8], nibbles k = 0, 2, 4, 6, 1, 3, 5, 7 from bit 0 up
    scale_bits: Bits  # [experts, n, k / group_size], bf16

    @staticmethod
    def open(folder: Path, experts: int, n: int, k: int, group_size: int) -> "Problem":
        words = np.memmap(folder / "weights.bin", np.uint32, "r", shape=(experts, n, k // 8))
        scales = np.memmap(folder / "scales.bin", np.uint16, "r", shape=(experts, n, k // group_size))
        return Problem(experts, n, k, group_size, words, scales)

    def pairs(self, expert: int) -> Bytes:
        """uint8 [n, k / 2]: the even k in the low nibble, the odd one in the high nibble."""
        words = self.words[expert]
        pairs = np.empty((self.n, self.k // 8, 4), np.uint8)
        for i in range(4):
            pairs[:, :, i] = ((words >> (4 * i)) & 15) | (((words >> (16 + 4 * i)) & 15) << 4)
        return pairs.reshape(self.n, self.k // 2)

    def nibbles(self, expert: int) -> Bytes:
        """uint8 [n, k], 0 to 15."""
        pairs = self.pairs(expert)
        return np.stack([pairs & 15, pairs >> 4], axis=-1).reshape(self.n, self.k)

    def scales(self, expert: int) -> Floats:
        """f32 [n, k / group_size]."""
        return floats_of(self.scale_bits[expert])

    def dequantised(self, expert: int) -> Floats:
        """f32 [n, k], exact."""
        centred = (self.nibbles(expert).astype(np.int8) - 8).astype(np.float32)
        groups = centred.reshape(self.n, -1, self.group_size) * self.scales(expert)[:, :, None]
        return groups.reshape(self.n, self.k)

    def activations(self, path: Path, rows: int) -> Bits:
        """bf16 bits [experts, rows, k]: each expert's rows, gathered beforehand."""
        return np.memmap(path, np.uint16, "r", shape=(self.experts, rows, self.k))
