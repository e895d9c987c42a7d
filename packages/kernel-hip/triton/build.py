"""Compiles the Triton reference ahead of time, without a GPU, into ../prebuilt/triton/.

    pip install triton==3.6.0
    python build.py            writes code objects and manifest.json
    python build.py --check    fails where they differ from what is committed

One code object per processor and configuration. `original` are the tuned configurations of the kernel that ours replaces,
`best` those of the highest issue efficiency that a search of the whole space found (docs/kernels.md). For NVIDIA it is the
space that bench/peers/nvidia searches; which of it is best in a cell is a measurement on the card.
"""

import argparse
import gzip
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

# Line tables hold the paths of this machine.
os.environ["TRITON_DISABLE_LINE_INFO"] = "1"

import triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

import reference

ARCHS = ["gfx1100", "gfx1101", "gfx1102", "gfx1103", "gfx1150", "gfx1151", "gfx1152"]
# Shared memory that a program may ask for.
CUDA_ARCHS = {"sm_80": 166_912, "sm_90": 232_448, "sm_120": 101_376}
GROUP = 128

HERE = pathlib.Path(__file__).parent
OUT = HERE.parent / "prebuilt" / "triton"
# In files of their own, where what knows no Python reads them too: each configuration is compiled for its topK, the routes
# that share a row of A (8 in gemm1 of the default preset, 1 in gemm2).
CONFIGURATIONS = json.loads((HERE / "configurations.json").read_text())
CUDA_CONFIGURATIONS = json.loads((HERE / "configurations-cuda.json").read_text())
# The manifest holds a hash of these.
SOURCES = ["build.py", "configurations-cuda.json", "configurations.json", "reference.py"]
POINTERS = {
    "a": "*bf16",
    "packed": "*i32",
    "scales": "*bf16",
    "sorted_ids": "*i32",
    "expert_ids": "*i32",
    "post_padded": "*i32",
    "c": "*bf16",
}
# What a just-in-time compilation of these arguments finds divisible by 16 too.
DIVISIBLE = [*POINTERS, "n", "k", "stride_a", "stride_w"]


def compile_one(arch, configuration, top_k):
    kernel = reference.moe_w4a16_triton
    names = kernel.arg_names
    constants = dict(
        TOP_K=top_k,
        GROUP=GROUP,
        BLOCK_M=configuration["blockM"],
        BLOCK_N=configuration["blockN"],
        BLOCK_K=configuration["blockK"],
        GROUP_M=configuration["groupM"],
    )
    signature = {name: POINTERS.get(name, "constexpr" if name in constants else "i32") for name in names}
    source = ASTSource(
        fn=kernel,
        signature=signature,
        constexprs={(names.index(name),): value for name, value in constants.items()},
        attrs={(names.index(name),): [["tt.divisibility", 16]] for name in DIVISIBLE},
    )
    options = dict(num_warps=configuration["warps"], num_stages=configuration["stages"])
    return triton.compile(source, target=target_of(arch), options=options)


def target_of(arch):
    return GPUTarget("cuda", int(arch[3:]), 32) if arch in CUDA_ARCHS else GPUTarget("hip", arch, 32)


def kind_of(arch):
    """The code's kind, which is its suffix too."""
    return "cubin" if arch in CUDA_ARCHS else "hsaco"


def cuda_resources(arch, compiled):
    """What the cubin says, in the words of the others: local memory is what spilled."""
    with tempfile.NamedTemporaryFile(suffix=".cubin") as file:
        file.write(compiled.asm["cubin"])
        file.flush()
        tool = pathlib.Path(triton.__file__).parent / "backends/nvidia/bin/cuobjdump"
        command = [tool, "--dump-resource-usage", file.name]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    registers, stack, local = (int(re.search(rf"{key}:(\d+)", said).group(1)) for key in ("REG", "STACK", "LOCAL"))
    shared = compiled.metadata.shared
    if shared > CUDA_ARCHS[arch]:
        raise ValueError(f"{shared} bytes of shared memory are more than the {CUDA_ARCHS[arch]} of {arch}")
    return {
        "ldsBytes": shared,
        "vgprs": registers,
        "vgprSpills": (stack + local) // 4,
        "scratchBytes": stack + local,
    }


def resources(arch, compiled):
    """What the assembly says of registers and memory."""
    if arch in CUDA_ARCHS:
        return cuda_resources(arch, compiled)

    def field(key):
        return int(re.search(rf"\.{key}:?\s+(\d+)", compiled.asm["amdgcn"]).group(1))

    return {
        "ldsBytes": compiled.metadata.shared,
        "vgprs": field("vgpr_count"),
        "vgprSpills": field("vgpr_spill_count"),
        "scratchBytes": field("private_segment_fixed_size"),
    }


def describe(arch, name, top_k, configuration, compiled):
    kind = kind_of(arch)
    tile = {key: value for key, value in configuration.items() if key != "arches"}
    return {
        "arch": arch,
        "file": f"{arch}/{name}_topk{top_k}.{kind}.gz",
        "kernel": compiled.metadata.name,
        "sha256": hashlib.sha256(compiled.asm[kind]).hexdigest(),
        **tile,
        "topK": top_k,
        **resources(arch, compiled),
    }


def jobs():
    """Every processor with each of its configurations, by name."""
    for arch in ARCHS:
        for name, configuration in CONFIGURATIONS.items():
            yield arch, name, configuration
    for arch in CUDA_ARCHS:
        for name, configuration in CUDA_CONFIGURATIONS.items():
            if arch in configuration["arches"]:
                yield arch, name, configuration


def hash_sources():
    """sha256 over names and texts."""
    digest = hashlib.sha256()
    for name in SOURCES:
        digest.update(name.encode() + b"\0" + (HERE / name).read_bytes())
    return digest.hexdigest()


def build():
    """All code objects by file name, and the manifest."""
    codes, objects = {}, []
    for arch, name, configuration in jobs():
        for top_k in configuration["topK"]:
            compiled = compile_one(arch, configuration, top_k)
            objects.append(describe(arch, name, top_k, configuration, compiled))
            codes[objects[-1]["file"]] = compiled.asm[kind_of(arch)]
    manifest = {
        "triton": triton.__version__,
        "source": hash_sources(),
        "groupSize": GROUP,
        "objects": objects,
    }
    return codes, json.dumps(manifest, indent=2) + "\n"


def publish(codes, manifest):
    for file, code in codes.items():
        path = OUT / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(code, 9, mtime=0))
    (OUT / "manifest.json").write_text(manifest)


def stale(codes, manifest):
    """Compares decompressed: what gzip writes differs between versions of zlib."""
    for file, code in codes.items():
        path = OUT / file
        if not path.exists() or gzip.decompress(path.read_bytes()) != code:
            yield file
    path = OUT / "manifest.json"
    if not path.exists() or path.read_text() != manifest:
        yield "manifest.json"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare with what is committed, write nothing")
    arguments = parser.parse_args()
    codes, manifest = build()
    if not arguments.check:
        publish(codes, manifest)
        return 0
    differing = list(stale(codes, manifest))
    if differing:
        print(f"prebuilt/triton is stale: {', '.join(differing)}. Run build.py and commit it.", file=sys.stderr)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
