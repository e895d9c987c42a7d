"""NumPy routes to the result of moe_align_block_size. Reads raw int32 ids, prints one JSON line, writes the result for comparison.

usage: align.py IDS NUM_EXPERTS BLOCK_M ROUNDS RESULT
"""

import json
import sys
import time

import numpy as np


def align(ids, num_experts, block_m, key_type):
    n = ids.size
    order = np.argsort(ids.astype(key_type, copy=False), kind="stable")
    counts = np.bincount(ids, minlength=num_experts)
    padded = (counts + block_m - 1) // block_m * block_m
    shift = (np.cumsum(padded) - padded) - (np.cumsum(counts) - counts)
    length = min(n * block_m, n + num_experts * (block_m - 1)) if n < num_experts else n + num_experts * (block_m - 1)
    sorted_ids = np.full(length, n, dtype=np.int32)
    sorted_ids[np.arange(n) + np.repeat(shift, counts)] = order
    blocks = np.repeat(np.arange(num_experts, dtype=np.int32), padded // block_m)
    expert_ids = np.full(-(-length // block_m), -1, dtype=np.int32)
    expert_ids[: blocks.size] = blocks
    return sorted_ids, expert_ids, np.array([padded.sum()], dtype=np.int32)


def main():
    path, num_experts, block_m, rounds, result_path = sys.argv[1:]
    ids = np.fromfile(path, dtype=np.int32)
    samples = {"int32": [], "uint16": []}
    for _ in range(int(rounds)):
        for key_type in samples:
            start = time.perf_counter_ns()
            result = align(ids, int(num_experts), int(block_m), key_type)
            samples[key_type].append(time.perf_counter_ns() - start)
    np.concatenate(result).tofile(result_path)
    print(json.dumps({"numpy": np.__version__, "samplesNs": samples}))


main()
