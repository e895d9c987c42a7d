"""Routing, alignment, weights and the f64 oracle, all on the card."""

from dataclasses import dataclass

import torch

ARCHETYPES = ("balanced", "uniform", "zipf1", "zipf2", "hot16")
EXLLAMA_ORDER = (0, 2, 4, 6, 1, 3, 5, 7)  # k of the nibble at bit 4 * i


def popularity(archetype: str, experts: int) -> torch.Tensor:
    """Weights of the experts by rank; docs/architecture.md has the definitions."""
    rank = torch.arange(1, experts + 1, dtype=torch.float64)
    if archetype == "zipf1":
        return 1 / rank
    if archetype == "zipf2":
        return 1 / rank**2
    if archetype == "hot16":
        return torch.where(rank <= 16, 1.0, 1e-6).double()
    return torch.ones_like(rank)


def draw_routes(archetype: str, tokens: int, top_k: int, experts: int, seed: int) -> torch.Tensor:
    """int32 [tokens, top_k]: distinct experts of each token, by Gumbel keys."""
    if archetype == "balanced":
        return (torch.arange(tokens * top_k, device="cuda") % experts).int().view(tokens, top_k)
    generator = torch.Generator(device="cuda").manual_seed(seed)
    uniform = torch.rand(tokens, experts, dtype=torch.float64, device="cuda", generator=generator)
    keys = popularity(archetype, experts).cuda().log() - (-uniform.log()).log()
    return keys.topk(top_k, dim=1).indices.int()


@dataclass(frozen=True)
class Alignment:
    """The result of moe_align_block_size, stable order."""

    sorted_ids: torch.Tensor  # int32, padding = number of routes
    expert_ids: torch.Tensor  # int32 per block, -1 past the end
    padded: torch.Tensor  # int32 [1], rows including padding
    block_m: int


def align(routes: torch.Tensor, block_m: int, experts: int) -> Alignment:
    flat = routes.flatten().long()
    n = flat.numel()
    order = flat.argsort(stable=True)
    counts = torch.bincount(flat, minlength=experts)
    padded = (counts + block_m - 1) // block_m * block_m
    shift = (padded.cumsum(0) - padded) - (counts.cumsum(0) - counts)
    length = min(n * block_m, n + experts * (block_m - 1)) if n < experts else n + experts * (block_m - 1)
    sorted_ids = torch.full((length,), n, dtype=torch.int32, device="cuda")
    sorted_ids[torch.arange(n, device="cuda") + shift[flat[order]]] = order.int()
    blocks = torch.arange(experts, device="cuda").repeat_interleave(padded // block_m).int()
    expert_ids = torch.full((-(-length // block_m),), -1, dtype=torch.int32, device="cuda")
    expert_ids[: blocks.numel()] = blocks
    return Alignment(sorted_ids, expert_ids, padded.sum().int().view(1), block_m)


@dataclass(frozen=True)
class Weights:
    """value = (nibble - zero) * scale, zero 8 where there are none."""

    words: torch.Tensor  # int32 [E, N, K / 8], ExLlama order
    scales: torch.Tensor  # [E, N, K / G]
    zeros: torch.Tensor | None  # uint8 [E, N, K / G]
    group: int

    @property
    def shape(self) -> tuple[int, int, int]:
        experts, n, words = self.words.shape
        return experts, n, words * 8

    def nibbles(self, expert: int) -> torch.Tensor:
        """int64 [N, K]."""
        words = self.words[expert].long() & 0xFFFFFFFF
        columns = [None] * 8
        for position, k in enumerate(EXLLAMA_ORDER):
            columns[k] = words >> (4 * position) & 15
        return torch.stack(columns, dim=-1).flatten(1)

    def dequantised(self, expert: int) -> torch.Tensor:
        """f64 [N, K], exact."""
        experts, n, k = self.shape
        zero = 8 if self.zeros is None else self.zeros[expert].double()[:, :, None]
        grouped = self.nibbles(expert).double().view(n, k // self.group, self.group) - zero
        return (grouped * self.scales[expert].double()[:, :, None]).view(n, k)


def draw_weights(experts: int, n: int, k: int, group: int, dtype: torch.dtype, zeros: bool, seed: int) -> Weights:
    generator = torch.Generator(device="cuda").manual_seed(seed)
    words = torch.randint(-(2**31), 2**31, (experts, n, k // 8), device="cuda", generator=generator).int()
    scales = torch.rand(experts, n, k // group, device="cuda", generator=generator) * 0.02 + 0.005
    zero = None
    if zeros:
        zero = torch.randint(0, 17, scales.shape, device="cuda", generator=generator).to(torch.uint8)
    return Weights(words, scales.to(dtype), zero, group)


def oracle(a: torch.Tensor, weights: Weights, routes: torch.Tensor, divide: int) -> torch.Tensor:
    """f64 [routes, N]: row flat is A[flat // divide] times the expert of route flat; NaN where there is no expert."""
    experts, n, _ = weights.shape
    flat = routes.flatten()
    out = torch.full((flat.numel(), n), float("nan"), dtype=torch.float64, device="cuda")
    for expert in flat.unique().tolist():
        if not 0 <= expert < experts:
            continue
        rows = (flat == expert).nonzero().flatten()
        out[rows] = a[rows // divide].double() @ weights.dequantised(expert).T
    return out


def relative_error(out: torch.Tensor, reference: torch.Tensor) -> float:
    """sum |diff| / sum |reference|; NaN never passes."""
    routed = ~reference.isnan()
    return ((out.double() - reference)[routed].abs().sum() / reference[routed].abs().sum()).item()
