"""NDCG@10 of slates with one relevant item, ties by expectation: docs/metrics.md, written again so that RecBole's early stopping
reads the same figure as r2rank's."""

import numpy as np

DEPTH = 10


def ndcg(scores, positives):
    """Of each slate. scores [S, K], positives [S] -> [S]. The mean of the discounts over the places of the relevant item's block."""
    count = scores.shape[1]
    discounts = np.zeros(count + 1)
    places = np.arange(1, min(DEPTH, count) + 1)
    discounts[1:len(places) + 1] = 1 / np.log2(places + 1)
    below = np.cumsum(discounts)  # [K + 1] of the first so many places
    own = scores[np.arange(len(scores)), positives][:, None]
    above, tied = (scores > own).sum(axis=1), (scores == own).sum(axis=1)
    return (below[above + tied] - below[above]) / tied
