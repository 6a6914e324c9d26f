"""Golden values of the statistical tests, the bootstrap over seeds, calibration and the lists' properties: writes
tests/golden/evaluation.json.

Randomisation tests are scipy.stats.permutation_test's, Holm's correction statsmodels', reliability bins scikit-learn's
calibration_curve, the bootstrap over users and seeds a plain loop in numpy. Everything named recbole comes from RecBole's own metric
classes (its metrics.py, run with stubs in place of torch; the shapes it is given are those of its collector).

    python tools/golden/evaluation.py [WHEEL]      # recbole's; default: the one that the build downloads into .deps
"""
import importlib.metadata
import itertools
import json
import pathlib
import sys
import types
import zipfile

import numpy as np
import scipy
import sklearn
import statsmodels
from scipy.stats import permutation_test
from sklearn.calibration import calibration_curve
from statsmodels.stats.multitest import multipletests

OUTPUT = pathlib.Path(__file__).parents[2] / "tests" / "golden" / "evaluation.json"
CUTS = 12


def recbole_metrics(wheel):
    """RecBole's metrics.py as a module. It asks for torch only to split tensors, which its metric_info() never does; numpy
    has since lost the names it uses for float and bool."""
    class Metric:
        def __init__(self, config):
            self.decimal_place = 17
    np.float, np.bool = float, bool
    stubs = {"recbole.utils": {"EvaluatorType": types.SimpleNamespace(RANKING=1, VALUE=2)},
             "recbole.evaluator.utils": {"_binary_clf_curve": None},
             "recbole.evaluator.base_metric": {"AbstractMetric": Metric, "TopkMetric": Metric, "LossMetric": Metric}}
    for name, content in stubs.items():
        sys.modules[name] = types.ModuleType(name)
        vars(sys.modules[name]).update(content)
    module = types.ModuleType("recbole_metrics")
    exec(zipfile.ZipFile(wheel).read("recbole/evaluator/metrics.py"), vars(module))
    return module


def top_lists(scores, labels, cut):
    """What RecBole's collector hands over: for each user, which of the first `cut` places hold a positive. Lists are padded with
    -inf to one length; ties go to the earlier place."""
    width = max(cut, max(map(len, scores)))
    padded = np.full((len(scores), width), -np.inf)
    positive = np.zeros((len(scores), width), dtype=bool)
    for row, (s, l) in enumerate(zip(scores, labels)):
        padded[row, :len(s)], positive[row, :len(s)] = s, np.array(l) > 0
    order = np.argsort(-padded, axis=1, kind="stable")[:, :cut]
    return np.take_along_axis(positive, order, axis=1), positive.sum(axis=1)


def recbole_values(module, scores, labels, cut):
    """{metric: [users, cut]}"""
    found, positives = top_lists(scores, labels, cut)
    topk = lambda metric, *more: np.asarray(getattr(module, metric)({"topk": [cut]}).metric_info(found, *more), dtype=float)
    return {"hr": topk("Hit"), "mrr": topk("MRR"), "precision": topk("Precision"), "recall": topk("Recall", positives),
            "ndcg": topk("NDCG", positives), "map": topk("MAP", positives)}


def recbole_auc(module, scores, labels):
    """GAUC of one user: RecBole's collector ranks ties by their mean rank."""
    ranks = scipy.stats.rankdata(-np.array(scores))
    relevant = np.array(labels) > 0
    row = [np.array([float(value)]) for value in (ranks[relevant].sum(), len(scores), relevant.sum())]
    return float(module.GAUC({}).metric_info(row[0].reshape(1, 1), row[1], row[2]))


def one_slate(random, largest, levels):
    size = int(random.integers(2, largest))
    scores = (random.permutation(size) if levels == 0 else random.integers(0, levels, size)).astype(float)
    labels = (random.random(size) < 0.3).astype(int)
    labels[int(random.integers(size))] = 1
    if labels.all():
        labels[int(random.integers(size))] = 0
    return scores.tolist(), labels.tolist()


def ranking_cases(module, random):
    """Slates without ties as RecBole sees them; slates with ties as its mean over every order of the candidates."""
    cases = []
    for number in range(80):
        tied = number >= 40
        scores, labels = one_slate(random, 7 if tied else 25, int(random.integers(1, 4)) if tied else 0)
        orders = list(itertools.permutations(range(len(scores)))) if tied else [range(len(scores))]
        values = recbole_values(module, [[scores[i] for i in order] for order in orders],
                                [[labels[i] for i in order] for order in orders], CUTS)
        cases.append({"scores": scores, "labels": labels, "tied": tied, "auc": recbole_auc(module, scores, labels),
                      **{metric: value.mean(axis=0).tolist() for metric, value in values.items()}})
    return cases


def list_case(module, random):
    """Coverage, average popularity and Gini of top-k lists without ties: RecBole's, in the catalogue of `items` items."""
    items, users, size, k = 30, 40, 12, 5
    candidates = [random.choice(items, size, replace=False) for _ in range(users)]
    scores = [random.permutation(size).astype(float) + 3 * (c < 8) for c in candidates]  # some items are liked by all
    scores = [s + np.arange(size) * 1e-3 for s in scores]
    counts = random.integers(0, 50, items)
    top = np.array([c[np.argsort(-s)[:k]] for c, s in zip(candidates, scores)])
    popularity = module.AveragePopularity({"topk": [k]})
    of_lists = popularity.metric_info(popularity.get_pop(top, {i: int(n) for i, n in enumerate(counts)}))
    return {"k": k, "items": items, "counts": counts.tolist(), "candidates": [c.tolist() for c in candidates],
            "scores": [s.tolist() for s in scores], "coverage": module.ItemCoverage({"topk": [k]}).get_coverage(top, items),
            "gini": float(module.GiniIndex({"topk": [k]}).get_gini(top, items)),
            "popularity": of_lists[:, k - 1].tolist()}


def permutation_case(random, users, shift):
    a = np.round(random.random(users), 3)
    b = np.round(np.clip(a - shift + 0.2 * random.normal(size=users), 0, 1), 3)
    b[: users // 4] = a[: users // 4]
    test = lambda count, seed: permutation_test((a, b), lambda x, y, axis: np.mean(x - y, axis=axis), permutation_type="samples",
                                                n_resamples=count, vectorized=True, rng=np.random.default_rng(seed)).pvalue
    exact = users <= 12
    return {"a": a.tolist(), "b": b.tolist(), "exact": exact, "p": float(test(np.inf if exact else 200_000, 3))}


def holm_case(random, count):
    p = np.round(random.random(count) ** 3, 4)
    return {"p": p.tolist(), "corrected": multipletests(p, method="holm")[1].tolist()}


def crossed_bootstrap(a, b, random, resamples=40_000):
    """Quantiles of the mean difference when users and the seeds of both are drawn independently."""
    means = np.empty(resamples)
    for r in range(resamples):
        users = random.integers(0, a.shape[1], a.shape[1])
        rows = lambda runs: runs[random.integers(0, len(runs), len(runs))][:, users].mean()
        means[r] = rows(a) - (rows(b) if b is not None else 0)
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975)), float(means.std())


def seed_case(random, seeds, other_seeds):
    users = 60
    user = random.normal(0.5, 0.2, users)
    runs = lambda count, shift: np.round(user + random.normal(shift, 0.05, (count, 1)) + random.normal(0, 0.1, (count, users)), 4)
    a, b = runs(seeds, 0.1), runs(other_seeds, 0)
    keys = ("lo", "hi", "standard_error")
    return {"a": a.tolist(), "b": b.tolist(), "deviation": float(a.mean(axis=1).std(ddof=1)) if seeds > 1 else 0.0,
            "alone": dict(zip(keys, crossed_bootstrap(a, None, random))), "paired": dict(zip(keys, crossed_bootstrap(a, b, random)))}


def calibration_case(random, scale, bins=10):
    """Softmax probabilities of 120 slates against which candidate was chosen; scores are logits times `scale`."""
    logits = np.round(random.normal(0, 1.5, (120, 8)), 4)
    chosen = np.array([random.choice(8, p=np.exp(row) / np.exp(row).sum()) for row in logits])
    scores = logits * scale
    probabilities = (np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)).ravel()
    hits = (np.arange(8) == chosen[:, None]).ravel().astype(int)
    rates, means = calibration_curve(hits, probabilities, n_bins=bins, strategy="uniform")
    counts = np.histogram(probabilities, np.linspace(0, 1, bins + 1))[0]
    filled = counts[counts > 0]
    return {"scores": scores.tolist(), "chosen": chosen.tolist(), "bins": bins, "counts": counts.tolist(), "rates": rates.tolist(),
            "means": means.tolist(), "error": float((filled * abs(rates - means)).sum() / filled.sum()),
            "log_loss": float(-np.log(probabilities[hits == 1]).mean())}


def main(wheel):
    module = recbole_metrics(wheel)
    random = np.random.default_rng(20261126)
    golden = {
        "versions": {"numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__,
                     "statsmodels": importlib.metadata.version("statsmodels"), "recbole": pathlib.Path(wheel).name.split("-")[1]},
        "ranking": ranking_cases(module, random),
        "lists": [list_case(module, random)],
        "permutation": [permutation_case(random, users, shift)
                        for users, shift in ((6, 0.1), (10, 0.1), (12, 0.0), (40, 0.05), (150, 0.03))],
        "holm": [holm_case(random, count) for count in (1, 2, 5, 12, 12)] + [{"p": [0.02, 0.02, 0.01], "corrected":
                 multipletests([0.02, 0.02, 0.01], method="holm")[1].tolist()}],
        "seeds": [seed_case(random, *counts) for counts in ((3, 3), (5, 1), (1, 4))],
        "calibration": [calibration_case(random, scale) for scale in (1.0, 2.5, 0.3)],
    }
    text = json.dumps(golden, separators=(",", ":"))
    for field in ('{"scores"', '{"a"', '{"p"', '{"k"'):
        text = text.replace(field, "\n" + field)
    OUTPUT.write_text(text + "\n")


if __name__ == "__main__":
    main(*(sys.argv[1:] or [".deps/downloads/recbole-1.2.1-py3-none-any.whl"]))
