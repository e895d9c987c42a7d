"""Every contender on every cell, one table. Run on the card: python main.py CUBIN_FOLDER [--gemm 1,2] [--peers ...] ..."""

import argparse
import json
import math
import sys
import time
from pathlib import Path

import torch

from ours import Ours
from problem import ARCHETYPES, align, draw_routes, draw_weights, oracle, relative_error
from timing import Timer

EXPERTS, TOP_K, GROUP = 256, 8, 128
SHAPES = {1: (1024, 2048), 2: (2048, 512)}  # gemm: (N, K)
TOKENS = (16, 128, 512, 1024, 2048, 4096)
ERROR_LIMIT = 0.003


def floor_seconds(routes: torch.Tensor, tokens: int, n: int, k: int, gemm: int, bandwidth: float, rate: float) -> float:
    """max(bytes / copy bandwidth, useful operations / dense rate): each input read once, each output written once."""
    touched = routes.unique().numel()
    rows = routes.numel()
    weights = touched * (n * k // 2 + n * k // GROUP * 2)
    activations = (tokens if gemm == 1 else rows) * k * 2
    moved = weights + activations + rows * n * 2
    return max(moved / bandwidth, 2 * rows * n * k / rate)


def geomean(values) -> float:
    values = list(values)
    return math.exp(sum(map(math.log, values)) / len(values)) if values else float("nan")


def launches(run) -> bool:
    """Whether a configuration fits the card; some that compile ask for too much shared memory."""
    try:
        run()
        return True
    except RuntimeError:
        return False


class Bench:
    def __init__(self, options):
        self.options = options
        self.timer = Timer(options.flush)
        self.bandwidth, self.rate = self.timer.copy_bandwidth(), self.timer.dense_rate()
        print(f"{torch.cuda.get_device_name()}: copy {self.bandwidth / 1e12:.2f} TB/s, dense {self.rate / 1e12:.0f} TFLOP/s")
        self.ours = Ours(Path(options.cubins))
        self.rows = []

    def run(self) -> None:
        for gemm in self.options.gemm:
            self.gemm(gemm)
        self.summary()

    def gemm(self, gemm: int) -> None:
        n, k = SHAPES[gemm]
        weights = draw_weights(EXPERTS, n, k, GROUP, torch.bfloat16, False, gemm)
        repacked = self.ours.repack(weights)
        peers = self.options.peers
        if "grouped" in peers:
            import grouped

            dense = grouped.dense(weights)
        if "humming" in peers or "sweep" in peers:
            from humming_gemm import Humming

            humming = Humming(weights)
            humming.compile([humming.default(tokens * TOP_K) for tokens in self.options.tokens])
            swept = humming.compile(humming.sweep()) if "sweep" in peers else []
            print(f"humming: {len(swept)} configurations", flush=True)
        if "triton" in peers:
            import triton_gemm

            triton_gemm.compile_all()
            reference = triton_gemm.TritonGemm(weights)
        for archetype in self.options.archetypes:
            for tokens in self.options.tokens:
                routes = draw_routes(archetype, tokens, TOP_K, EXPERTS, 1000 + tokens)
                divide = TOP_K if gemm == 1 else 1
                a = torch.randn(tokens if gemm == 1 else tokens * TOP_K, k, device="cuda").bfloat16()
                c = torch.full((tokens * TOP_K, n), float("nan"), dtype=torch.bfloat16, device="cuda")
                contenders, errors = {}, {}
                expected = oracle(a, weights, routes, divide)

                def add(name, run, output=None):
                    if output is not None:
                        output.fill_(float("nan"))
                        run()
                        torch.cuda.synchronize()
                        errors[name] = relative_error(output, expected)
                        if not errors[name] <= 0.01:
                            print(f"{name} WRONG: rel {errors[name]}", flush=True)
                    contenders[name] = run

                for block_m in self.options.block_m:
                    name = "ours" if len(self.options.block_m) == 1 else f"ours{block_m}"
                    alignment = align(routes, block_m, EXPERTS)
                    add(name, self.ours.prepare(a, weights, repacked, c, alignment, divide, tokens * TOP_K), c)
                if "grouped" in peers:
                    add("grouped", grouped.prepare(a, dense, routes, divide))
                if "humming" in peers:
                    add("humming", humming.prepare(humming.default(tokens * TOP_K), a, c, routes, divide), c)
                if "triton" in peers:
                    add("triton", reference.tuned(a, c, routes, divide, self.timer), c)
                times = self.timer.compare(contenders, self.options.rounds)
                if "sweep" in peers:
                    runs = {str(i): humming.prepare(config, a, c, routes, divide) for i, config in enumerate(swept)}
                    runs = {name: run for name, run in runs.items() if launches(run)}
                    quick = self.timer.compare(runs, 3, warmups=1)
                    best = sorted(quick, key=quick.get)[:3]
                    final = self.timer.compare({"ours": contenders["ours"]} | {name: runs[name] for name in best}, self.options.rounds)
                    winner = min(best, key=final.get)
                    times["best"] = final[winner] * times["ours"] / final["ours"]
                    times["best_config"] = swept[int(winner)]["block_shape"]
                floor = floor_seconds(routes, tokens, n, k, gemm, self.bandwidth, self.rate) * 1e6
                self.record(gemm, archetype, tokens, floor, times, errors)

    def record(self, gemm, archetype, tokens, floor, times, errors) -> None:
        row = dict(gemm=gemm, archetype=archetype, tokens=tokens, floor=floor, times=times, errors=errors)
        self.rows.append(row)
        cells = " ".join(f"{name} {value:7.1f}" if isinstance(value, float) else f"{value}" for name, value in times.items())
        first = times[next(name for name in times if name.startswith("ours"))]
        rel = max(error for name, error in errors.items() if name.startswith("ours"))
        print(f"{gemm} {archetype:9}{tokens:5} floor {floor:6.1f} frac {floor / first:.2f} rel {rel:.5f} {cells}", flush=True)

    def summary(self) -> None:
        for gemm in self.options.gemm:
            rows = [row for row in self.rows if row["gemm"] == gemm]
            names = [name for name in rows[0]["times"] if name != "best_config"]
            ours = names[0]
            large = [row for row in rows if row["tokens"] * TOP_K >= 2048]
            fraction = geomean(row["floor"] / row["times"][ours] for row in large)
            print(f"gemm{gemm}: roofline fraction {fraction:.3f} (n >= 2048), all {geomean(r['floor'] / r['times'][ours] for r in rows):.3f}")
            for name in names[1:]:
                ratios = {(r["archetype"], r["tokens"]): r["times"][name] / r["times"][ours] for r in rows}
                worst = min(ratios, key=ratios.get)
                own = geomean(row["floor"] / row["times"][name] for row in large)
                print(f"  {name}: {geomean(ratios.values()):.3f}x geomean, worst {ratios[worst]:.3f}x at {worst}, its fraction {own:.3f}")
        if self.options.json:
            Path(self.options.json).write_text(json.dumps(dict(bandwidth=self.bandwidth, rate=self.rate, rows=self.rows), default=str))


def main() -> None:
    numbers = lambda text: [int(part) for part in text.split(",")]
    words = lambda text: text.split(",")
    parser = argparse.ArgumentParser()
    parser.add_argument("cubins")
    parser.add_argument("--gemm", type=numbers, default=[1, 2])
    parser.add_argument("--tokens", type=numbers, default=list(TOKENS))
    parser.add_argument("--archetypes", type=words, default=list(ARCHETYPES))
    parser.add_argument("--peers", type=words, default=["grouped", "humming", "triton"])
    parser.add_argument("--block-m", type=numbers, default=[16])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--flush", choices=["read", "write"], default="read")
    parser.add_argument("--json")
    started = time.time()
    Bench(parser.parse_args()).run()
    print(f"{time.time() - started:.0f} s")


if __name__ == "__main__":
    main()
