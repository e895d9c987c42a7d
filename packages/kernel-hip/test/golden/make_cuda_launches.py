"""Writes cuda-launches.json: what the peers' launcher, which was checked on a card, gives the driver for some problems.

usage: python3 make_cuda_launches.py; needs neither a GPU nor PyTorch: both are replaced by what the launcher asks of them.
"""

import ctypes
import itertools
import json
import sys
import types
from pathlib import Path

HERE = Path(__file__).resolve().parent
MULTIPROCESSORS = 40  # as the mock driver says


class Tensor:
    """A name, a shape and an address that no number of a problem equals."""

    names: dict[int, str] = {}

    def __init__(self, name, shape, strides=None, dtype=None):
        self.name, self.shape, self.dtype = name, shape, dtype
        self.strides = strides or [1] * len(shape)
        self.address = (len(Tensor.names) + 1) << 40
        Tensor.names[self.address] = name

    def data_ptr(self):
        return self.address

    def stride(self, dimension):
        return self.strides[dimension]

    def numel(self):
        total = 1
        for size in self.shape:
            total *= size
        return total


def stand_ins():
    torch = types.ModuleType("torch")
    torch.Tensor, torch.dtype = Tensor, str
    torch.bfloat16, torch.float16, torch.uint8, torch.float64 = "bfloat16", "float16", "uint8", "float64"
    torch.zeros = lambda *_, **__: None
    # The launcher makes two buffers: the plan and the repacked weights.
    torch.full = lambda size, *_, **__: Tensor("made", list(size))
    torch.full_like = lambda like, *_: like
    properties = types.SimpleNamespace(multi_processor_count=MULTIPROCESSORS)
    torch.cuda = types.SimpleNamespace(
        get_device_properties=lambda _: properties, get_device_capability=lambda: Recorder.capability
    )
    attribute = types.SimpleNamespace(value=types.SimpleNamespace())
    bindings = types.ModuleType("cuda.bindings")
    bindings.driver = types.SimpleNamespace(
        CUlaunchAttribute=lambda: attribute,
        CUlaunchAttributeID=types.SimpleNamespace(CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION=6),
    )
    sys.modules.update({"torch": torch, "cuda": types.ModuleType("cuda"), "cuda.bindings": bindings})


stand_ins()
sys.path.insert(0, str(HERE.parents[3] / "bench/peers/nvidia"))
from ours import Ours  # noqa: E402
from problem import Alignment, Weights  # noqa: E402


class Recorder(Ours):
    """Writes launches down; pointers as the names of what they point to."""

    capability = (0, 0)

    def __init__(self, kernel):
        super().__init__(Path(), kernel)
        self.launches, self.made = [], []

    def launch(self, name, grid, block, shared, args, after_previous=False):
        data = bytearray(bytes(args))
        pointers = {}
        for field, kind in args._fields_:
            value = getattr(args, field)
            if kind is ctypes.c_uint64 and value in Tensor.names:
                offset = getattr(type(args), field).offset
                pointers[offset] = Tensor.names[value]
                data[offset : offset + 8] = bytes(8)
        self.launches.append(
            dict(
                kernel=name,
                grid=list(grid),
                block=[block, 1, 1],
                sharedBytes=shared,
                overlaps=after_previous,
                arguments=data.hex(),
                pointers=pointers,
            )
        )


def name_made(tensor, name):
    Tensor.names[tensor.address] = name


def record(case):
    Tensor.names.clear()
    number = int(case["arch"].removeprefix("sm_"))
    Recorder.capability = divmod(number, 10)
    e, n, k, group, row_words = (case[key] for key in ("numExperts", "n", "k", "groupSize", "rowStride"))
    dtype = "bfloat16" if case["dtype"] == "bf16" else "float16"
    # problem.Weights takes K from the words of a row; a padded row is known by its stride.
    words = Tensor("packed", [e, n, k // 8], [n * row_words, row_words, 1])
    scales = Tensor("scales", [e, n, k // group], dtype=dtype)
    zeros = Tensor("zeros", [e, n, k // group]) if case["zeros"] else None
    weights = Weights(words, scales, zeros, group)
    rows = -(-case["numValidTokens"] // case["topK"])
    a = Tensor("a", [rows, k], [k, 1], dtype)
    c = Tensor("c", [case["numValidTokens"], n], [n, 1], dtype)
    sorted_ids, expert_ids = Tensor("sortedTokenIds", [case["numSlots"]]), Tensor("expertIds", [case["numBlocks"]])
    alignment = Alignment(sorted_ids, expert_ids, None, case["blockM"])
    recorder = Recorder("sm90" if number == 90 else "sm80")
    repacked = Tensor("repacked", [0])
    recorder._repack("repack", weights, repacked)
    # The same, through the function that sizes the buffer.
    sized = recorder.repack(weights)
    recorder.launches.pop()
    run = recorder.prepare(a, weights, repacked, c, alignment, case["topK"], case["numValidTokens"])
    plan = run.keep[0]
    name_made(plan, "workspace")
    run()
    recorder._repack("unpack", weights, repacked)
    return dict(
        **case, repackedBytes=sized.numel(), workspaceBytes=plan.numel(), launches=recorder.launches
    )


def cases():
    for arch in ("sm_90", "sm_80", "sm_120"):
        tall = itertools.cycle((16, 32, 64, 128))
        for dtype, group, zeros in itertools.product(("bf16", "f16"), (128, 64, 32), (False, True)):
            block_m = next(tall)
            yield dict(arch=arch, dtype=dtype, groupSize=group, zeros=zeros, numExperts=3, n=256, k=256, rowStride=32,
                       topK=2, blockM=block_m, numBlocks=5, numSlots=5 * block_m - 3, numValidTokens=50)
        yield dict(arch=arch, dtype="bf16", groupSize=64, zeros=True, numExperts=2, n=136, k=192, rowStride=27,
                   topK=1, blockM=16, numBlocks=3, numSlots=48, numValidTokens=40)
        yield dict(arch=arch, dtype="f16", groupSize=32, zeros=False, numExperts=1, n=8, k=32, rowStride=4,
                   topK=3, blockM=16, numBlocks=28_000 if arch == "sm_90" else 12_600, numSlots=100, numValidTokens=9)
    # The kernel for few rows: each instantiation, and both sides of each limit of the rule.
    few = dict(arch="sm_90", numExperts=3, n=264, k=256, rowStride=32, topK=2, numBlocks=5, numValidTokens=24)
    tall = itertools.cycle((16, 32, 64, 128))
    for dtype, group, zeros in itertools.product(("bf16", "f16"), (128, 64, 32), (False, True)):
        block_m = next(tall)
        yield few | dict(dtype=dtype, groupSize=group, zeros=zeros, blockM=block_m, numSlots=5 * block_m)
    limits = few | dict(dtype="bf16", groupSize=128, zeros=False, topK=1, blockM=128, numSlots=640)
    for change in (dict(numValidTokens=25), dict(k=1152, rowStride=144, numValidTokens=6),
                   dict(k=1152, rowStride=144, numValidTokens=7), dict(k=1024, rowStride=128),
                   dict(numBlocks=28_000)):
        yield limits | change


def main():
    text = json.dumps([record(case) for case in cases()], indent=2)
    (HERE / "cuda-launches.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
