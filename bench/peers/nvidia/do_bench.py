"""moe-bench's times of the Triton reference against triton.testing.do_bench of the same source and configuration, compiled
just in time: shows that our launches and our timing are right. Balanced routing only, which is the same in both.

usage: do_bench.py RESULTS.jsonl
after, on the same card: moe-bench run --backend cuda --archetypes balanced --output RESULTS.jsonl
"""

import dataclasses
import json
import re
import sys
from pathlib import Path

import torch
import triton

from problem import align, draw_routes, draw_weights
from triton_gemm import launch

CONFIGURATIONS = Path(__file__).resolve().parents[3] / "packages/kernel-hip/triton/configurations-cuda.json"
LIMIT = 0.03
WARMUP_MS, MEASURE_MS = 100, 300


def cells(path: Path):
    """Rows of balanced cells that were verified and timed."""
    for line in path.read_text().splitlines():
        row = json.loads(line)
        if row.get("kind") == "cell" and row["archetype"] == "balanced" and row["status"] == "ok":
            yield row


def configuration(row: dict) -> tuple:
    """As `launch` takes it; the row names it as in "Triton 3.6.0 32x128x64_w8_s4 (...)"."""
    name = re.match(r"Triton \S+ (\S+)", row["reference"]["name"]).group(1)
    tile = json.loads(CONFIGURATIONS.read_text())[name]
    return tile["blockM"], tuple(tile[key] for key in ("blockN", "blockK", "groupM", "warps", "stages"))


def just_in_time_us(row: dict) -> float:
    shape, tokens, n, k = row["shape"], row["numTokens"], row["n"], row["k"]
    top_k, experts = shape["topK"], shape["numExperts"]
    config = configuration(row)
    weights = draw_weights(experts, n, k, shape["groupSize"], torch.bfloat16, False, 1)
    alignment = align(draw_routes("balanced", tokens, top_k, experts, 0), config[0], experts)
    # moe-bench launches no blocks past the end.
    used = int(alignment.padded) // config[0]
    alignment = dataclasses.replace(alignment, expert_ids=alignment.expert_ids[:used])
    divide = top_k if row["gemm"] == 1 else 1
    a = torch.randn(tokens * top_k // divide, k, device="cuda").to(torch.bfloat16)
    c = torch.empty(tokens * top_k, n, dtype=torch.bfloat16, device="cuda")
    run = lambda: launch(config, a, weights, alignment, c, divide)
    return 1000 * triton.testing.do_bench(run, warmup=WARMUP_MS, rep=MEASURE_MS, return_mode="median")


def main() -> None:
    rows = list(cells(Path(sys.argv[1])))
    off = 0
    print("cell                        ours µs  do_bench µs   ratio")
    for row in rows:
        ours = row["timing"]["reference"]["medianNs"] / 1000
        theirs = just_in_time_us(row)
        bad = abs(ours / theirs - 1) > LIMIT
        off += bad
        print(f"{row['id']:<26} {ours:>8.1f} {theirs:>12.1f} {ours / theirs:>7.3f}{'  OFF' if bad else ''}", flush=True)
    print(f"do_bench: {len(rows)} cells, {off} off by more than {LIMIT:.0%}")
    sys.exit(off > 0 or not rows)


if __name__ == "__main__":
    main()
