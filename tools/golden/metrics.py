"""Golden values of the ranking metrics and the bootstrap: writes tests/golden/metrics.json.

NDCG and AUC come from scikit-learn (both average over ties; its gains are linear, so labels are passed as 2^rel - 1),
HR, MRR, recall, precision and average precision from going through every order of the ties (where nothing is tied and k
spans the list, scikit-learn's average precision must be the same), intervals from scipy.stats.bootstrap.

    pip install numpy scipy scikit-learn && python tools/golden/metrics.py
"""
import itertools
import json
import math
import pathlib

import numpy as np
import scipy
import sklearn
from scipy.stats import bootstrap
from sklearn.metrics import average_precision_score, ndcg_score, roc_auc_score

OUTPUT = pathlib.Path(__file__).parents[2] / "tests" / "golden" / "metrics.json"


def orders(scores):
    """Every order that sorts `scores` descending, NaN (as None) last."""
    key = lambda i: -math.inf if scores[i] is None else scores[i]
    ranks = sorted(range(len(scores)), key=lambda i: (scores[i] is None, -key(i) if scores[i] is not None else 0))
    blocks = [list(group) for _, group in itertools.groupby(ranks, key=lambda i: (scores[i] is None, key(i)))]
    for choice in itertools.product(*(itertools.permutations(block) for block in blocks)):
        yield list(itertools.chain.from_iterable(choice))


def first_relevant(order, labels):
    return next(rank for rank, item in enumerate(order, 1) if labels[item] > 0)


def average_precision(order, labels, k):
    places = [place for place, item in enumerate(order[:k], 1) if labels[item] > 0]
    return sum(n / place for n, place in enumerate(places, 1)) / min(k, sum(l > 0 for l in labels))


def check_average_precision(scores, labels, value):
    if len(set(scores)) == len(scores) and None not in scores:
        assert abs(value - average_precision_score([l > 0 for l in labels], scores)) < 1e-12


def case(random):
    size = int(random.integers(1, 8))
    scores = [float(s) for s in random.integers(0, int(random.integers(1, 6)), size)]
    if random.random() < 0.3:
        scores = [None if random.random() < 0.3 else s for s in scores]
    labels = [int(l) for l in random.integers(0, 4, size) * (random.random(size) < 0.4)]
    labels[int(random.integers(size))] = int(random.integers(1, 4))
    k = int(random.integers(1, 9))
    every = list(orders(scores))
    firsts = [first_relevant(order, labels) for order in every]
    found = float(np.mean([sum(labels[item] > 0 for item in order[:k]) for order in every]))
    check_average_precision(scores, labels, np.mean([average_precision(order, labels, size) for order in every]))
    filled = [-1e9 if s is None else s for s in scores]
    gains = [2.0**l - 1 for l in labels]
    relevant = [l > 0 for l in labels]
    return {
        "scores": scores, "labels": labels, "k": k,
        "ndcg": ndcg_score([gains], [filled], k=k) if size > 1 else 1.0,  # scikit-learn refuses a single item
        "hr": float(np.mean([first <= k for first in firsts])),
        "mrr": float(np.mean([1 / first for first in firsts])),
        "mrr_at_k": float(np.mean([(first <= k) / first for first in firsts])),
        "recall": found / sum(l > 0 for l in labels), "precision": found / k,
        "map": float(np.mean([average_precision(order, labels, k) for order in every])),
        "auc": 0.5 if all(relevant) else float(roc_auc_score(relevant, filled)),
    }


def bootstrap_case(values):
    result = bootstrap((values,), np.mean, n_resamples=200_000, batch=2_000, method="percentile", confidence_level=0.95,
                       random_state=np.random.default_rng(1))
    interval = result.confidence_interval
    return {"values": [round(float(v), 6) for v in values], "mean": float(np.mean(values)), "lo": float(interval.low),
            "hi": float(interval.high), "standard_error": float(result.standard_error)}


def main():
    random = np.random.default_rng(20261123)
    samples = [random.normal(1, 2, 100), random.exponential(1, 80), random.binomial(1, 0.3, 200), random.random(30)]
    golden = {
        "versions": {"numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__},
        "cases": [case(random) for _ in range(400)],
        "bootstrap": [bootstrap_case(np.round(sample, 6)) for sample in samples],
    }
    OUTPUT.write_text(json.dumps(golden, separators=(",", ":")).replace('{"scores"', '\n{"scores"') + "\n")


if __name__ == "__main__":
    main()
