"""Golden values of the ranking layer: writes tests/golden/ranking.json.

E[NDCG] by quadrature in extended precision with plain, far finer nodes: the rank distribution of an item from the generating
polynomial, multiplied anew without each item for the gradient. Log-probabilities, cross-entropy and LambdaLoss
(NDCG-Loss2++) from their definitions in the papers (mpmath, 30 digits), gradients by high-precision differences.

    pip install numpy mpmath && python tools/golden/plackett_luce.py
"""
import json
import math
import pathlib

import mpmath
import numpy as np
from mpmath import mp, mpf

OUTPUT = pathlib.Path(__file__).parents[2] / "tests" / "golden" / "ranking.json"
mp.dps = 30
Real = np.longdouble
# Far finer and wider than the program's nodes: step 1/24 over all x where the weight exceeds 1e-20.
NODES = np.arange(-46 * 24, 4 * 24 + 1).astype(Real) / 24
WEIGHTS = np.exp(NODES - np.exp(NODES)) / 24


def discounts(k):
    return 1 / np.log2(np.arange(k, dtype=Real) + 2)


def multiply(polynomial, q):
    """polynomial * ((1 - q) + q z) at every node, without the powers from z^k on, whose discount is 0."""
    result = polynomial * (1 - q)
    result[1:] += polynomial[:-1] * q
    return result


def product(factors, k):
    polynomial = np.zeros((k, len(NODES)), Real)
    polynomial[0] = 1
    for q in factors:
        polynomial = multiply(polynomial, q)
    return polynomial


def expected_discount(scores, p, k, tau, slopes=True):
    """The expected discount of item p's rank, and its derivative with respect to each other item's s / tau."""
    others = [j for j in range(len(scores)) if j != p]
    times = [np.exp(np.minimum(NODES + (Real(scores[j]) - Real(scores[p])) / Real(tau), 500)) for j in others]
    q = [-np.expm1(-t) for t in times]
    value = np.sum(discounts(k) @ product(q, k) * WEIGHTS)
    gradient = [Real(0)] * len(scores)
    for i, j in enumerate(others if slopes else []):
        left_out = product(q[:i] + q[i + 1:], k)
        steps = np.append(discounts(k)[1:], 0) - discounts(k)
        gradient[j] = np.sum(steps @ left_out * times[i] * np.exp(-times[i]) * WEIGHTS)
    return value, gradient


def ideal(labels, k):
    return sum((Real(2) ** l - 1) * d for l, d in zip(sorted(labels, reverse=True), discounts(k)))


def expected_ndcg(scores, labels, k, tau):
    value, gradient = Real(0), np.zeros(len(scores), Real)
    for p, label in enumerate(labels):
        if label <= 0:
            continue
        share = (Real(2) ** label - 1) / ideal(labels, k)
        own, slopes = expected_discount(scores, p, k, tau)
        value += share * own
        gradient += share * np.array(slopes) / Real(tau)
        gradient[p] -= share * sum(slopes) / Real(tau)
    return value, gradient


def log_probability(scores, permutation, depth, tau):
    total = mpf(0)
    for r in range(depth):
        left = [mpmath.exp(scores[j] / mpf(tau)) for j in permutation[r:]]
        total += scores[permutation[r]] / mpf(tau) - mpmath.log(sum(left))
    return total


def entropy(scores, tau):
    weights = [mpmath.exp(mpf(s) / mpf(tau)) for s in scores]
    return -sum(w / sum(weights) * mpmath.log(w / sum(weights)) for w in weights)


def differences(function, scores):
    step, slopes = mpf(10) ** -9, []
    for j in range(len(scores)):
        above = [mpf(s) + (step if i == j else 0) for i, s in enumerate(scores)]
        below = [mpf(s) - (step if i == j else 0) for i, s in enumerate(scores)]
        slopes.append((function(above) - function(below)) / (2 * step))
    return slopes


def softmax_cross_entropy(scores, labels, tau):
    normaliser = mpmath.log(sum(mpmath.exp(mpf(s) / mpf(tau)) for s in scores))
    return -sum(mpf(l) / sum(labels) * (mpf(s) / mpf(tau) - normaliser) for s, l in zip(scores, labels))


def lambda_loss_weights(scores, labels, k):
    """NDCG-Loss2++ of Wang et al. 2018 with mu = 10, as a matrix over items in ranked order."""
    order = sorted(range(len(scores)), key=lambda j: -scores[j])
    gains = [(2.0 ** labels[j] - 1) / float(ideal(labels, k)) for j in order]
    size = len(order)
    inverse = np.array([0.0] + [1 / math.log2(1 + r) if r <= k else 0.0 for r in range(1, size + 1)])
    weights = np.zeros((len(scores), len(scores)))
    for a in range(1, size + 1):
        for b in range(1, size + 1):
            better, worse = order[a - 1], order[b - 1]
            if labels[better] <= labels[worse] or min(a, b) > k:
                continue
            rho = abs(inverse[a] - inverse[b])
            delta = abs(1 / math.log2(1 + abs(a - b)) - 1 / math.log2(2 + abs(a - b)))
            weights[better, worse] = abs(gains[a - 1] - gains[b - 1]) * (rho + 10 * delta)
    return weights


def lambda_loss(scores, weights):
    """-sum w log2 sigmoid(s_better - s_worse)."""
    total = mpf(0)
    for i, j in zip(*np.nonzero(weights)):
        total -= mpf(weights[i, j]) * mpmath.log(1 / (1 + mpmath.exp(scores[j] - scores[i])), 2)
    return total


def pairwise(scores, labels):
    pairs = [(i, j) for i in range(len(scores)) for j in range(len(scores)) if labels[i] > labels[j]]
    return sum(mpmath.log(1 + mpmath.exp(scores[j] - scores[i])) for i, j in pairs) / len(pairs)


def pointwise(scores, labels):
    terms = [mpmath.log(1 + mpmath.exp(-s if l > 0 else s)) for s, l in zip(scores, labels)]
    return sum(terms) / len(terms)


def labels_for(random, size, positives):
    labels = [0] * size
    for item in random.choice(size, positives, replace=False):
        labels[int(item)] = int(random.integers(1, 4)) if positives > 1 else 1
    return labels


def scores_for(random, size, spread, kind):
    if kind == "clusters":
        return [spread if random.random() < 0.5 else -spread for _ in range(size)]
    return [round(float(s), 4) for s in random.uniform(-spread, spread, size)]


def ndcg_cases(random):
    plan = [(size, spread, tau, kind) for size in (2, 5, 20) for spread in (0.0, 1.0, 3.0, 15.0, 40.0)
            for tau in (0.1, 0.5, 1.0, 5.0) for kind in ("uniform", "clusters")]
    plan += [(50, 3.0, 1.0, "uniform"), (50, 40.0, 5.0, "clusters"), (100, 15.0, 1.0, "uniform")]
    for size, spread, tau, kind in plan:
        scores = scores_for(random, size, spread, kind)
        labels = labels_for(random, size, 1 if size > 20 or random.random() < 0.7 else 2)
        k = int(random.choice([1, 5, 10, 20]))
        value, gradient = expected_ndcg(scores, labels, k, tau)
        yield {"scores": scores, "labels": labels, "k": k, "tau": tau, "value": float(value),
               "gradient": [float(g) for g in gradient]}


def long_cases(random):
    for size in (32, 33, 100, 400):
        for spread in (0.0, 3.0, 15.0, 40.0, 1000.0):
            for tau in (0.1, 1.0, 5.0):
                for kind in ("uniform", "clusters"):
                    scores, p = scores_for(random, size, spread, kind), int(random.integers(size))
                    k = int(random.choice([1, 5, 10, 20]))
                    yield {"scores": scores, "relevant": p, "k": k, "tau": tau,
                           "value": float(expected_discount(scores, p, k, tau, slopes=False)[0])}


def log_probability_cases(random):
    for i in range(40):
        size = int(random.integers(1, 13))
        scores = scores_for(random, size, float(random.choice([0.5, 3, 20])), "uniform")
        permutation = [int(j) for j in random.permutation(size)]
        depth, tau = int(random.integers(0, size + 1)), float(random.choice([0.5, 1, 2]))
        function = lambda s: log_probability(s, permutation, depth, tau)
        yield {"scores": scores, "permutation": permutation, "depth": depth, "tau": tau, "value": float(function(scores)),
               "gradient": [float(g) for g in differences(function, scores)], "entropy": float(entropy(scores, tau))}


def loss_cases(random):
    for i in range(50):
        size = int(random.integers(2, 13))
        scores = scores_for(random, size, float(random.choice([0.5, 3, 12])), "uniform")
        labels = labels_for(random, size, int(random.integers(1, max(2, size // 2))))
        k, tau = int(random.integers(1, size + 2)), float(random.choice([0.5, 1, 2]))
        weights = lambda_loss_weights(scores, labels, k)
        functions = {
            "softmax_cross_entropy": lambda s: softmax_cross_entropy(s, labels, tau),
            "lambda_loss": lambda s: lambda_loss(s, weights),
            "pairwise_logistic": lambda s: pairwise(s, labels),
            "pointwise_logistic": lambda s: pointwise(s, labels),
        }
        case = {"scores": scores, "labels": labels, "k": k, "tau": tau}
        for name, function in functions.items():
            case[name] = {"value": float(function([mpf(s) for s in scores])),
                          "gradient": [float(g) for g in differences(function, scores)]}
        yield case


def main():
    random = np.random.default_rng(20261123)
    check_scores = [((7 * j) % 20) / 10 - 1 for j in range(20)]
    for relevant in (13, 0):
        labels = [int(j == relevant) for j in range(20)]
        print("check value", relevant, float(expected_ndcg(check_scores, labels, 10, 1.0)[0]))
    golden = {
        "versions": {"numpy": np.__version__, "mpmath": mpmath.__version__},
        "log_probability": list(log_probability_cases(random)),
        "list_losses": list(loss_cases(random)),
        "long_slates": list(long_cases(random)),
        "expected_ndcg": list(ndcg_cases(random)),
    }
    OUTPUT.write_text(json.dumps(golden, separators=(",", ":")).replace('{"scores"', '\n{"scores"') + "\n")


if __name__ == "__main__":
    main()
