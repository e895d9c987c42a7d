"""onnxruntime MatMulNBits that quantises activations to int8."""

from onnxruntime_nbits import MatMulNBits


def create() -> MatMulNBits:
    return MatMulNBits(accuracy_level=4)
