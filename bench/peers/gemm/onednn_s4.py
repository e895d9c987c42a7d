"""oneDNN matmul: s4 weights [n, k], a bf16 scale a group, bf16 activations. The calls are in onednn_s4.cpp.

Weights in the layout that oneDNN picks itself (format any) took 1.1 to 2.5 of the time.
"""

import ctypes
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from peer import Peer
from problem import Bits, Floats, Problem, floats_of

SOURCE = Path(__file__).with_suffix(".cpp")
PREFIX = Path(sys.prefix)
FLAGS = ["-O2", "-std=c++17", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror"]
PATHS = ["-isystem", f"{PREFIX}/include", f"-L{PREFIX}/lib", f"-Wl,-rpath,{PREFIX}/lib"]

# -8 .. 7 in two's complement is the code 0 .. 15 with its high bit flipped.
SIGN_BITS = 0x88


class OneDnn(Peer):
    def __init__(self) -> None:
        self.library = ctypes.CDLL(str(compile_library()))
        self.library.onednn_error.restype = ctypes.c_char_p

    def load(self, problem: Problem, threads: int) -> None:
        # TBB has its own threads, one a CPU of the process; that is the number the others are given.
        cpus = len(os.sched_getaffinity(0))
        if threads != cpus:
            raise ValueError(f"oneDNN runs on all {cpus} CPUs, not on {threads}")
        self.problem = problem
        sizes = [problem.experts, problem.n, problem.k, problem.group_size]
        self.call("onednn_open", *map(ctypes.c_int64, sizes))
        for e in range(problem.experts):
            codes = problem.pairs(e) ^ SIGN_BITS
            scales = np.ascontiguousarray(problem.scale_bits[e].T)
            self.call("onednn_weights", ctypes.c_int64(e), pointer(codes), pointer(scales))

    def prepare(self, activations: Bits) -> None:
        experts, rows, _ = activations.shape
        self.shape = (experts, rows, self.problem.n)
        self.call("onednn_prepare", ctypes.c_int64(rows), pointer(np.ascontiguousarray(activations)))

    def run(self) -> None:
        self.call("onednn_run")

    def output(self, expert: int) -> Floats:
        result = np.empty(self.shape[1:], np.uint16)
        self.call("onednn_output", ctypes.c_int64(expert), pointer(result))
        return floats_of(result)

    def call(self, name: str, *arguments: object) -> None:
        if getattr(self.library, name)(*arguments) != 0:
            raise RuntimeError(self.library.onednn_error().decode())


def pointer(array: np.ndarray) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def compile_library() -> Path:
    """Compiles when the source or the flags are new; returns the library's path."""
    key = hashlib.sha256(" ".join([*FLAGS, *PATHS]).encode() + SOURCE.read_bytes()).hexdigest()[:16]
    library = PREFIX / "lib" / f"libmoe_onednn_{key}.so"
    if not library.exists():
        aside = library.with_suffix(f".{os.getpid()}")
        command = ["g++", *FLAGS, str(SOURCE), *PATHS, "-ldnnl", "-o", str(aside)]
        subprocess.run(command, check=True)
        aside.rename(library)
    return library


def create() -> OneDnn:
    return OneDnn()
