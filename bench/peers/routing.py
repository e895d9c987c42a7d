"""The per-token loop of the original suite. Answers one JSON request a line: archetype weights, sizes, seed, samples.

request: {"weights": [...], "topK": k, "numTokens": t, "seed": s, "ids": bool}; answer: {"ns": n, "ids": rows or null}
"""

import json
import sys
import time

import numpy as np


def draw(p, top_k, num_tokens, seed):
    rng = np.random.default_rng(seed)
    ids = np.empty((num_tokens, top_k), dtype=np.int32)
    for t in range(num_tokens):
        keys = np.log(p + 1e-12) + rng.gumbel(size=p.size)
        ids[t] = np.argpartition(-keys, top_k - 1)[:top_k]
    return ids


def main():
    print(json.dumps({"numpy": np.__version__}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        p = np.array(request["weights"])
        start = time.perf_counter_ns()
        ids = draw(p, request["topK"], request["numTokens"], request["seed"])
        ns = time.perf_counter_ns() - start
        rows = np.sort(ids, axis=1).tolist() if request["ids"] else None
        print(json.dumps({"ns": ns, "ids": rows}), flush=True)


main()
