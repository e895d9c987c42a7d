"""onnxruntime's MatMulNBits: one model, one node an expert, so that weights are constants and get prepacked.

Nodes run one after the other, each on all threads: side by side (ORT_PARALLEL) with one thread each they took
1.0 to 1.4 of the time.
"""

import numpy as np
import onnxruntime as ort
from onnx import ModelProto, NodeProto, TensorProto, helper
from peer import Peer
from problem import Bits, Floats, Problem, floats_of


class MatMulNBits(Peer):
    def __init__(self, accuracy_level: int) -> None:
        self.accuracy_level = accuracy_level

    def load(self, problem: Problem, threads: int) -> None:
        self.problem = problem
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        # Waiting threads spin inside a run, as they do by default, but not after it: others are timed then.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        model = build_model(problem, self.accuracy_level).SerializeToString()
        self.session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def prepare(self, activations: Bits) -> None:
        experts, rows, k = activations.shape
        self.inputs = floats_of(activations)
        self.outputs = np.full((experts, rows, self.problem.n), np.nan, np.float32)
        self.binding = self.session.io_binding()
        for e in range(experts):
            a, y = self.inputs[e], self.outputs[e]
            self.binding.bind_input(f"a{e}", "cpu", 0, np.float32, a.shape, a.ctypes.data)
            self.binding.bind_output(f"y{e}", "cpu", 0, np.float32, y.shape, y.ctypes.data)

    def run(self) -> None:
        self.session.run_with_iobinding(self.binding)

    def output(self, expert: int) -> Floats:
        output: Floats = self.outputs[expert]
        return output


def build_model(problem: Problem, accuracy_level: int) -> ModelProto:
    n, k = problem.n, problem.k
    experts = range(problem.experts)
    graph = helper.make_graph(
        [build_node(problem, e, accuracy_level) for e in experts],
        "experts",
        [helper.make_tensor_value_info(f"a{e}", TensorProto.FLOAT, ["rows", k]) for e in experts],
        [helper.make_tensor_value_info(f"y{e}", TensorProto.FLOAT, ["rows", n]) for e in experts],
        [tensor for e in experts for tensor in build_weights(problem, e)],
    )
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10)


def build_node(problem: Problem, expert: int, accuracy_level: int) -> NodeProto:
    return helper.make_node(
        "MatMulNBits",
        [f"a{expert}", f"b{expert}", f"s{expert}"],
        [f"y{expert}"],
        domain="com.microsoft",
        K=problem.k,
        N=problem.n,
        bits=4,
        block_size=problem.group_size,
        accuracy_level=accuracy_level,
    )


def build_weights(problem: Problem, expert: int) -> list[TensorProto]:
    groups = problem.k // problem.group_size
    blocks = (problem.n, groups, problem.group_size // 2)
    codes = problem.pairs(expert).tobytes()
    scales = problem.scales(expert)
    return [
        helper.make_tensor(f"b{expert}", TensorProto.UINT8, blocks, codes, raw=True),
        helper.make_tensor(f"s{expert}", TensorProto.FLOAT, scales.shape, scales.tobytes(), raw=True),
    ]
