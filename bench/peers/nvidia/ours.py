"""Our kernels, launched through the driver API as any other launcher would; the structs are those of kernels/cuda/abi.h."""

import ctypes
import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import torch
from cuda.bindings import driver

from problem import Alignment, Weights

PLAN_THREADS = 512


def checked(result):
    error, *values = result
    if int(error) != 0:
        raise RuntimeError(f"CUDA driver: {error}")
    return values[0] if values else None


class PlanArgs(ctypes.Structure):
    _fields_ = [
        ("expert_ids", ctypes.c_uint64),
        ("plan", ctypes.c_uint64),
        ("num_blocks", ctypes.c_uint32),
        ("block_m", ctypes.c_uint32),
        ("num_experts", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
    ]


class GemmArgs(ctypes.Structure):
    _fields_ = [
        ("a", ctypes.c_uint64),
        ("weights", ctypes.c_uint64),
        ("c", ctypes.c_uint64),
        ("sorted_ids", ctypes.c_uint64),
        ("plan", ctypes.c_uint64),
        ("lda", ctypes.c_uint64),
        ("ldc", ctypes.c_uint64),
        ("num_slots", ctypes.c_uint32),
        ("num_valid", ctypes.c_uint32),
        ("top_k", ctypes.c_uint32),
        ("block_m", ctypes.c_uint32),
        ("k", ctypes.c_uint32),
        ("n", ctypes.c_uint32),
    ]


class LowGemmArgs(ctypes.Structure):
    """`MoeLowGemmArgs`; C has the members of the first struct inside of it, in the same places."""

    _fields_ = GemmArgs._fields_ + [
        ("expert_ids", ctypes.c_uint64),
        ("num_experts", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
    ]


class RepackArgs(ctypes.Structure):
    _fields_ = [
        ("words", ctypes.c_uint64),
        ("scales", ctypes.c_uint64),
        ("zeros", ctypes.c_uint64),
        ("repacked", ctypes.c_uint64),
        ("row_words", ctypes.c_uint64),
        ("k", ctypes.c_uint32),
        ("n", ctypes.c_uint32),
    ]


def block_bytes(group: int, zeros: bool) -> int:
    return 8192 + 128 // group * 256 * (2 if zeros else 1)


def tile_bytes(rows: int) -> int:
    return 16 + 2 * 4 * rows


def sm90_shared_bytes(group: int, zeros: bool) -> int:
    """`moeSm90SharedBytes`: four stages where they fit, else three."""
    rows, tile_slots, most_stages, limit = 144, 4, 4, 232448
    barriers = 8 * (2 * most_stages + 2 * tile_slots + 1)
    fixed = tile_slots * tile_bytes(rows) + barriers + 1024
    stage = 2 * rows * 128 + 2 * block_bytes(group, zeros)
    stages = most_stages if fixed + most_stages * stage <= limit else most_stages - 1
    return fixed + stages * stage


def sm80_shared_bytes(group: int, zeros: bool) -> int:
    """`moeSm80SharedBytes`."""
    rows, tile_slots, stages, stage_k = 64, 8, 5, 64
    tables = max(1, stage_k // group) * 256 * (2 if zeros else 1)
    stage = rows * 2 * stage_k + 2 * (128 * stage_k // 2 + tables)
    return stages * stage + tile_slots * tile_bytes(rows) + 8 * (2 * tile_slots + 1) + 128


LOW_ROWS = 16


def low_shared_bytes(group: int, zeros: bool) -> int:
    """`moeLowSharedBytes`."""
    return 4 * (LOW_ROWS * 256 + block_bytes(group, zeros)) + 128


def prefers_low(experts: int, k: int, routes: int) -> bool:
    """Whether a GEMM on sm_90 runs the kernel for few rows."""
    return routes <= (8 if k <= 1024 else 2) * experts


@dataclass(frozen=True)
class Kernel:
    threads: int
    shared_bytes: Callable[[int, bool], int]


KERNELS = {"sm90": Kernel(384, sm90_shared_bytes), "sm80": Kernel(288, sm80_shared_bytes)}


def kernel_in(folder: Path) -> str:
    """The kernel whose cubins are in a folder."""
    return next(name for name in KERNELS if any(folder.glob(f"moe_w4a16_{name}_*.cubin.gz")))


def suffix(dtype: torch.dtype, group: int, zeros: bool) -> str:
    return ("bf16" if dtype == torch.bfloat16 else "f16") + f"_g{group}" + ("_zeros" if zeros else "")


class Ours:
    def __init__(self, folder: Path, kernel: str | None = None):
        """`kernel` is by default the one in the folder."""
        torch.zeros(1, device="cuda")
        self.folder = folder
        self.kernel = kernel or kernel_in(folder)
        self.modules, self.functions = {}, {}
        self.multiprocessors = torch.cuda.get_device_properties(0).multi_processor_count
        self.pdl = driver.CUlaunchAttribute()
        self.pdl.id = driver.CUlaunchAttributeID.CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION
        self.pdl.value.programmaticStreamSerializationAllowed = 1
        # Processors before it have no such launches.
        self.overlaps = torch.cuda.get_device_capability() >= (9, 0)

    def function(self, name: str):
        """From the cubin of its own name; those of plan and repack hold what they are named after."""
        if name not in self.functions:
            stem = next((stem for stem in ("plan", "repack") if name.startswith((f"moe_{stem}", f"moe_un{stem[2:]}"))), name)
            if stem not in self.modules:
                code = gzip.decompress((self.folder / f"{stem}.cubin.gz").read_bytes())
                self.modules[stem] = checked(driver.cuModuleLoadData(code))
            self.functions[name] = checked(driver.cuModuleGetFunction(self.modules[stem], name.encode()))
        return self.functions[name]

    def launch(self, name: str, grid: tuple, block: int, shared: int, args, after_previous: bool = False) -> None:
        function = self.function(name)
        if shared > 48 * 1024:
            attribute = driver.CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES
            checked(driver.cuFuncSetAttribute(function, attribute, shared))
        config = driver.CUlaunchConfig()
        config.gridDimX, config.gridDimY, config.gridDimZ = grid
        config.blockDimX, config.blockDimY, config.blockDimZ = block, 1, 1
        config.sharedMemBytes = shared
        config.hStream = torch.cuda.current_stream().cuda_stream
        config.attrs = [self.pdl] if after_previous else []
        config.numAttrs = len(config.attrs)
        pointer = (ctypes.c_void_p * 1)(ctypes.addressof(args))
        checked(driver.cuLaunchKernelEx(config, function, ctypes.addressof(pointer), 0))

    def repack(self, weights: Weights) -> torch.Tensor:
        experts, n, k = weights.shape
        blocks = experts * -(-n // 128) * -(-k // 128)
        has_zeros = weights.zeros is not None
        out = torch.full((blocks * block_bytes(weights.group, has_zeros),), 0xAA, dtype=torch.uint8, device="cuda")
        self._repack("repack", weights, out)
        return out

    def unpack(self, repacked: torch.Tensor, like: Weights) -> Weights:
        zeros = None if like.zeros is None else torch.full_like(like.zeros, 99)
        out = Weights(torch.full_like(like.words, 99), torch.full_like(like.scales, 99), zeros, like.group)
        self._repack("unpack", out, repacked)
        return out

    def _repack(self, verb: str, weights: Weights, repacked: torch.Tensor) -> None:
        experts, n, k = weights.shape
        has_zeros = weights.zeros is not None
        name = suffix(weights.scales.dtype, weights.group, True) if has_zeros else f"g{weights.group}"
        args = RepackArgs(
            weights.words.data_ptr(),
            weights.scales.data_ptr(),
            weights.zeros.data_ptr() if has_zeros else 0,
            repacked.data_ptr(),
            weights.words.stride(1),
            k,
            n,
        )
        self.launch(f"moe_{verb}_{name}", (-(-k // 128), -(-n // 128), experts), 256, 0, args)

    def prepare(
        self, a, weights: Weights, repacked, c, alignment: Alignment, top_k: int, num_valid: int, low: bool | None = None
    ):
        """A callable that multiplies, by the kernel for few rows or after a plan; `low` None leaves the choice to the rule."""
        experts, n, k = weights.shape
        blocks = alignment.expert_ids.numel()
        if low is None:
            low = self.kernel == "sm90" and prefers_low(experts, k, num_valid)
        plan = torch.full((32 + 8 * blocks,), 0xAA, dtype=torch.uint8, device="cuda")
        plan_args = PlanArgs(alignment.expert_ids.data_ptr(), plan.data_ptr(), blocks, alignment.block_m, experts, 0)
        has_zeros = weights.zeros is not None
        numbers = (
            a.data_ptr(),
            repacked.data_ptr(),
            c.data_ptr(),
            alignment.sorted_ids.data_ptr(),
            0 if low else plan.data_ptr(),
            a.stride(0),
            c.stride(0),
            alignment.sorted_ids.numel(),
            num_valid,
            top_k,
            alignment.block_m,
            k,
            n,
        )
        gemm_args = GemmArgs(*numbers)
        low_args = LowGemmArgs(*numbers, alignment.expert_ids.data_ptr(), experts, 0)
        gemm = f"moe_w4a16_{self.kernel}_" + suffix(a.dtype, weights.group, has_zeros)
        low_gemm = f"moe_w4a16_{self.kernel}_low_" + suffix(a.dtype, weights.group, has_zeros)
        kernel = KERNELS[self.kernel]
        shared = kernel.shared_bytes(weights.group, has_zeros)
        keep = (plan, a, repacked, c, alignment)

        def plan_only() -> None:
            self.launch("moe_plan", (1, 1, 1), PLAN_THREADS, 8 * blocks + 4, plan_args)

        def gemm_only() -> None:
            grid = (self.multiprocessors, 1, 1)
            self.launch(gemm, grid, kernel.threads, shared, gemm_args, after_previous=self.overlaps)

        def low_only() -> None:
            grid = (-(-n // 128), blocks, -(-alignment.block_m // (2 * LOW_ROWS)))
            self.launch(low_gemm, grid, 128, low_shared_bytes(weights.group, has_zeros), low_args)

        def run() -> None:
            if low:
                return low_only()
            plan_only()
            gemm_only()

        run.keep = keep
        run.plan_only, run.gemm_only = plan_only, gemm_only
        return run
