"""Writes scipy.json: the values that the statistics tests compare with.

Run: pip install scipy numpy && python make_scipy.py > scipy.json
"""

import json

import numpy as np
import scipy
from scipy import stats

rng = np.random.default_rng(20260101)

SAMPLES = {
    "one": [3.25],
    "two": [2.0, 7.0],
    "ties": [1.0, 2.0, 2.0, 2.0, 5.0, 5.0, 9.0],
    "normal": rng.normal(100, 7, 40).tolist(),
    "lognormal": rng.lognormal(0, 1, 31).tolist(),
    "mixed": [-5.5, 0.0, 1e-9, 3.0, 1e6],
}
LEVELS = [0, 0.025, 0.1, 0.25, 0.5, 0.9, 0.975, 1]

single = [
    {
        "name": name,
        "values": values,
        "levels": LEVELS,
        "quantiles": np.quantile(values, LEVELS).tolist(),
        "mad": float(stats.median_abs_deviation(values)),
    }
    for name, values in SAMPLES.items()
]

PAIRS = {
    "apart": ([1, 2, 3, 4], [5, 6, 7, 8]),
    "tied": ([1, 2, 2, 3, 3, 3], [2, 3, 3, 4]),
    "equal": ([4, 4, 4], [4, 4]),
    "normal": (rng.normal(0, 1, 25).tolist(), rng.normal(0.4, 1, 18).tolist()),
    "far": (rng.normal(0, 1, 60).tolist(), rng.normal(6, 1, 60).tolist()),
    "single": ([0.5], [0.1, 0.2, 0.9]),
}
mann_whitney = []
for name, (x, y) in PAIRS.items():
    test = stats.mannwhitneyu(x, y, alternative="two-sided", method="asymptotic")
    # SciPy gives nan where no rank differs; there is no evidence of a difference then.
    p = 1.0 if np.isnan(test.pvalue) else float(test.pvalue)
    mann_whitney.append({"name": name, "x": x, "y": y, "u": float(test.statistic), "p": p})

x = rng.normal(0, 1, 30)
CORRELATED = {
    "noise": (x.tolist(), (x + rng.normal(0, 1, 30)).tolist()),
    "ties": ([1, 1, 2, 3, 3, 3, 7], [2, 1, 4, 4, 4, 9, 9]),
    "reverse": ([1, 2, 3], [9, 4, 1]),
}
spearman = [
    {"name": name, "x": a, "y": b, "rho": float(stats.spearmanr(a, b).statistic)}
    for name, (a, b) in CORRELATED.items()
]


def walsh_median(values):
    array = np.asarray(values)
    i, j = np.triu_indices(len(array))
    return float(np.median((array[i] + array[j]) / 2))


def lag1(values):
    centered = np.asarray(values) - np.mean(values)
    return float(np.sum(centered[1:] * centered[:-1]) / np.sum(centered**2))


def bootstrap_case(name, numerator, denominator):
    numerator, denominator = np.asarray(numerator), np.asarray(denominator)

    def log_ratio(top, bottom, axis=-1):
        return np.log(np.median(top, axis=axis)) - np.log(np.median(bottom, axis=axis))

    result = stats.bootstrap(
        (numerator, denominator),
        log_ratio,
        paired=True,
        vectorized=True,
        n_resamples=200_000,
        batch=2000,
        method="percentile",
        rng=np.random.default_rng(7),
    )
    low, high = np.exp(result.confidence_interval)
    return {
        "name": name,
        "numerator": numerator.tolist(),
        "denominator": denominator.tolist(),
        "low": float(low),
        "high": float(high),
    }


common = rng.normal(0, 0.1, 25)
bootstrap = [
    bootstrap_case("lognormal", rng.lognormal(5, 0.05, 20), rng.lognormal(4.5, 0.05, 20)),
    bootstrap_case(
        "common",
        np.exp(common + rng.normal(0, 0.02, 25)) * 120,
        np.exp(common + rng.normal(0, 0.02, 25)) * 100,
    ),
    bootstrap_case("few", [210, 203, 207, 240, 205, 201, 208], [100, 101, 99, 130, 100, 102, 98]),
]

print(
    json.dumps(
        {
            "scipy": scipy.__version__,
            "single": single,
            "mannWhitney": mann_whitney,
            "spearman": spearman,
            "hodgesLehmann": [
                {"name": n, "values": v, "estimate": walsh_median(v)} for n, v in SAMPLES.items()
            ],
            "lag1": [
                {"name": n, "values": v, "r": lag1(v)} for n, v in SAMPLES.items() if len(v) > 2
            ],
            "bootstrap": bootstrap,
            "normalUpperTail": [
                {"z": z, "p": float(stats.norm.sf(z))}
                for z in [-8, -3, -1, 0, 0.5, 1, 1.96, 2.49, 2.5, 3, 5, 8, 20]
            ],
        },
        indent=1,
    )
)
