"""Cold-cache device time: contenders alternate in random order, every sample after a flush of L2.

A flush that writes leaves L2 full of dirty lines, whose way to memory is then part of the sample; one that reads does not.
"""

import random
import statistics

import torch

FLUSH_BYTES = 256 << 20
# Clocks that the card waits before the timed region, so that the host is ahead with its launches also where it is busy.
HEAD_START = 1_000_000


class Timer:
    def __init__(self, flush: str = "read", seed: int = 0):
        self.buffer = torch.zeros(FLUSH_BYTES // 4, dtype=torch.int32, device="cuda")
        self.flush = self.buffer.zero_ if flush == "write" else self.buffer.amax
        self.random = random.Random(seed)

    def sample(self, run) -> float:
        """Microseconds of one run."""
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        self.flush()
        torch.cuda._sleep(HEAD_START)
        start.record()
        run()
        end.record()
        end.synchronize()
        return start.elapsed_time(end) * 1000

    def compare(self, contenders: dict, rounds: int, warmups: int = 2) -> dict[str, float]:
        """Median microseconds of each contender."""
        for run in contenders.values():
            for _ in range(warmups):
                run()
        samples = {name: [] for name in contenders}
        for _ in range(rounds):
            for name in self.random.sample(list(contenders), len(contenders)):
                samples[name].append(self.sample(contenders[name]))
        return {name: statistics.median(values) for name, values in samples.items()}

    def copy_bandwidth(self) -> float:
        """Bytes a second, read and written, of a large copy."""
        source = torch.empty(2 << 30, dtype=torch.uint8, device="cuda").random_()
        target = torch.empty_like(source)
        times = [self.sample(lambda: target.copy_(source)) for _ in range(10)]
        return 2 * source.numel() / (statistics.median(times) * 1e-6)

    def dense_rate(self) -> float:
        """Floating-point operations a second of an 8192 cubed bf16 product on random data."""
        a = torch.randn(8192, 8192, device="cuda").bfloat16()
        b = torch.randn(8192, 8192, device="cuda").bfloat16()
        for _ in range(5):
            a @ b
        times = [self.sample(lambda: a @ b) for _ in range(10)]
        return 2 * 8192**3 / (statistics.median(times) * 1e-6)
