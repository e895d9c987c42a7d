"""onnxruntime MatMulNBits with f32 arithmetic."""

from onnxruntime_nbits import MatMulNBits


def create() -> MatMulNBits:
    return MatMulNBits(accuracy_level=0)
