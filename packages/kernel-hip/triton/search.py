"""Compiles the reference in every configuration of a documented space, for scripts/rank-triton.ts to execute and rank.

    pip install triton==3.6.0
    python search.py FOLDER [--arch gfx1151]

Writes one code object per configuration, and index.json. Configurations that do not compile are listed there with the reason.
"""

import argparse
import itertools
import json
import pathlib

import build

# Sizes of a tile, warps and stages: what engines' tuners vary. GROUP_M is left out: it changes the order of the tiles only.
SPACE = {
    "blockM": [16, 32, 64],
    "blockN": [32, 64, 128, 256],
    "blockK": [32, 64, 128],
    "warps": [1, 2, 4, 8],
    "stages": [1, 2],
}
# Accumulators of a lane; with more, a wave's 256 VGPRs do not do and the compiler takes minutes to spill.
MOST_ACCUMULATORS = 128
LANES = 32


def fits(configuration):
    return configuration["blockM"] * configuration["blockN"] <= MOST_ACCUMULATORS * LANES * configuration["warps"]


def try_one(arch, configuration, folder):
    name = "_".join(str(value) for value in configuration.values())
    try:
        compiled = build.compile_one(arch, configuration, top_k=1)
    except Exception as error:
        return {**configuration, "error": f"{type(error).__name__}: {error}".split("\n")[0]}
    file = f"{name}.hsaco"
    (folder / file).write_bytes(compiled.asm["hsaco"])
    return {**configuration, "file": file, **build.resources(compiled)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--arch", default="gfx1151", choices=build.ARCHS)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    tried = []
    for values in itertools.product(*SPACE.values()):
        configuration = {**dict(zip(SPACE, values)), "groupM": 1}
        if not fits(configuration):
            continue
        tried.append(try_one(arguments.arch, configuration, arguments.folder))
        print(tried[-1], flush=True)
        index = {"arch": arguments.arch, "topK": 1, "objects": tried}
        (arguments.folder / "index.json").write_text(json.dumps(index, indent=1))


if __name__ == "__main__":
    main()
