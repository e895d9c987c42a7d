"""Our kernels against the f64 oracle: shapes, types, group sizes, tails, holes; repacking there and back.

usage: check.py CUBIN_FOLDER [CASES]; CASES "few" is for a run under compute-sanitizer.
"""

import itertools
import sys
from pathlib import Path

import torch

from ours import Ours
from problem import align, draw_routes, draw_weights, oracle, relative_error

LIMIT = 0.003
POISON = 12345.0


def check(ours: Ours, *, tokens, top_k, experts, n, k, group, dtype, zeros, block_m, archetype, seed, holes=False, pad=0, low=None):
    """One problem; raises on a wrong element, an element written that is not ours, or a lossy repack."""
    torch.manual_seed(seed)
    weights = draw_weights(experts, n, k, group, dtype, zeros, seed)
    routes = draw_routes(archetype, tokens, top_k, experts, seed)
    alignment = align(routes, block_m, experts)
    if holes:
        used = int((alignment.expert_ids >= 0).sum())
        alignment.expert_ids[: used : 3] = -1
    a = torch.randn(tokens, k + pad, device="cuda").to(dtype)[:, :k]
    c = torch.full((tokens * top_k, n + pad), POISON, dtype=dtype, device="cuda")
    repacked = ours.repack(weights)
    back = ours.unpack(repacked, weights)
    assert torch.equal(back.words, weights.words), "repack loses weights"
    assert torch.equal(back.scales, weights.scales), "repack loses scales"
    assert zeros is False or torch.equal(back.zeros, weights.zeros), "repack loses zero points"
    run = ours.prepare(a, weights, repacked, c, alignment, top_k, tokens * top_k, low)
    errors = []
    expected = routes.clone().flatten()
    if holes:
        kept = (alignment.expert_ids >= 0).repeat_interleave(block_m)[: alignment.sorted_ids.numel()]
        flats = alignment.sorted_ids[kept]
        mask = torch.zeros(expected.numel(), dtype=torch.bool, device="cuda")
        mask[flats[flats < expected.numel()].long()] = True
        expected[~mask] = -1
    reference = oracle(a, weights, expected, top_k)
    for _ in range(2):
        c.fill_(POISON)
        run()
        torch.cuda.synchronize()
        errors.append(relative_error(c[:, :n], reference))
        skipped = expected < 0
        assert (c[skipped] == c.new_tensor(POISON)).all(), "wrote a row that is no route"
        assert (c[:, n:] == c.new_tensor(POISON)).all(), "wrote past N"
        # Rounding of weights and result is relative to the size of a typical result, whatever cancels in this one.
        allowed = 0.02 * reference[~skipped].abs() + 0.02 * reference[~skipped].square().mean().sqrt()
        bad = (c[:, :n].double() - reference)[~skipped].abs() > allowed
        assert not bad.any(), f"{int(bad.sum())} elements off, rel {errors[-1]:.5f}"
    assert max(errors) <= LIMIT, f"rel {errors}"
    return max(errors)


def cases():
    base = dict(tokens=64, top_k=8, experts=32, n=512, k=1024, group=128, dtype=torch.bfloat16, zeros=False, block_m=16,
                archetype="zipf1")
    for block_m, archetype in itertools.product((16, 32, 64, 128), ("balanced", "uniform", "zipf1", "hot16")):
        yield base | dict(block_m=block_m, archetype=archetype, tokens=300)
    for tokens in (1, 7, 33, 1000):
        yield base | dict(tokens=tokens)
    for group, dtype, zeros in itertools.product((32, 64, 128), (torch.bfloat16, torch.float16), (False, True)):
        yield base | dict(group=group, dtype=dtype, zeros=zeros)
    yield base | dict(n=1144, k=640, pad=8)
    yield base | dict(n=136, k=192, group=64, pad=16)
    yield base | dict(n=8, k=32, group=32)
    yield base | dict(top_k=3, tokens=129, experts=5, n=384)
    yield base | dict(holes=True, tokens=500, block_m=16)
    yield base | dict(holes=True, tokens=500, block_m=32)
    yield base | dict(experts=1, top_k=1, tokens=1000)
    yield base | dict(tokens=128, experts=256, k=512, n=2048, archetype="uniform")


def few_cases():
    """Wide and narrow tiles, several chunks an expert, both types, holes."""
    base = dict(top_k=4, experts=8, n=512, k=256, group=128, zeros=False, block_m=16, archetype="zipf1")
    yield base | dict(tokens=200, dtype=torch.bfloat16)
    yield base | dict(tokens=600, n=4096, k=128, dtype=torch.bfloat16, holes=True)
    yield base | dict(tokens=70, n=136, k=192, group=32, zeros=True, dtype=torch.float16)


def main() -> None:
    ours = Ours(Path(sys.argv[1]))
    failed = worst = 0
    # Each problem with either kernel, whatever the rule says.
    kernels = (False, True) if ours.kernel == "sm90" else (False,)
    problems = few_cases() if sys.argv[2:] == ["few"] else cases()
    for seed, (problem, low) in enumerate(itertools.product(problems, kernels)):
        case = problem | dict(low=low)
        try:
            worst = max(worst, check(ours, seed=seed, **case))
        except AssertionError as error:
            failed += 1
            print("FAILED", {k: str(v) for k, v in case.items()}, error, flush=True)
    print(f"check: {failed} failed, worst rel {worst:.5f}")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
