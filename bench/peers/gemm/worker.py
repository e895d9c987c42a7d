"""Runs one peer: JSON requests on stdin, one a line, one JSON answer each on stdout.

usage: worker.py PEER THREADS

{"op": "load", "folder": f, "experts": e, "n": n, "k": k, "groupSize": g} -> {}
{"op": "prepare", "path": p, "rows": rows an expert}                      -> {}
{"op": "check", "elements": [[expert, row, column], ...]}                 -> {"values": [f or null for NaN, ...]}
{"op": "time"}                                                            -> {"ns": n}
A failure is answered with {"error": text}.
"""

import json
import math
import os
import sys
import time
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import Any, TextIO

from peer import Peer
from problem import Problem

Json = dict[str, Any]


class Worker:
    def __init__(self, peer: Peer, threads: int) -> None:
        self.peer = peer
        self.threads = threads

    def load(self, request: Json) -> Json:
        sizes = (request["experts"], request["n"], request["k"], request["groupSize"])
        self.problem = Problem.open(Path(request["folder"]), *sizes)
        self.peer.load(self.problem, self.threads)
        return {}

    def prepare(self, request: Json) -> Json:
        self.peer.prepare(self.problem.activations(Path(request["path"]), request["rows"]))
        return {}

    def check(self, request: Json) -> Json:
        self.peer.run()
        values: list[float | None] = []
        for expert, elements in groupby(request["elements"], key=lambda element: element[0]):
            output = self.peer.output(expert)
            found = [float(output[row, column]) for _, row, column in elements]
            values += [value if math.isfinite(value) else None for value in found]
        return {"values": values}

    def time(self, _: Json) -> Json:
        start = time.perf_counter_ns()
        self.peer.run()
        return {"ns": time.perf_counter_ns() - start}


def serve(worker: Worker, answers: TextIO) -> None:
    operations = {"load": worker.load, "prepare": worker.prepare, "check": worker.check, "time": worker.time}
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = operations[request["op"]](request)
        except Exception as error:  # whatever a library raises is this peer's answer
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


def main() -> None:
    name, threads = sys.argv[1:]
    # Libraries print on stdout; the answers keep it for themselves.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    try:
        peer: Peer = import_module(name).create()
    except Exception as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), file=answers, flush=True)
        return
    print(json.dumps({}), file=answers, flush=True)
    serve(Worker(peer, int(threads)), answers)


main()
