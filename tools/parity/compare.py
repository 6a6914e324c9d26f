"""What follows from the runs: for each data set and model the means, the spreads, and whether both sides agree.

Trained models agree when the means over the seeds differ by no more than the wider of the two ranges (largest minus smallest over the
seeds): the difference is then no larger than what another seed makes. Whether it is within RecBole's own range is told as well
(`within_recbole`): the wider one may be ours. Counted ones agree when NDCG@10 differs by at most 1e-4."""

import statistics

EXACT = 1e-4
SIDES = ("r2rank", "recbole")


def side(runs, expected):
    """Of one side: runs {seed: result}; `expected` how many seeds there should be at least."""
    values = [runs[seed]["test_ndcg@10"] for seed in sorted(runs)]
    if not values:
        return {"seeds": 0, "missing_seeds": expected}
    return {"seeds": len(values), "missing_seeds": max(0, expected - len(values)), "mean": statistics.fmean(values), "range": max(values) - min(values),
            "deviation": statistics.stdev(values) if len(values) > 1 else 0.0, "per_seed": {str(seed): runs[seed]["test_ndcg@10"] for seed in sorted(runs)},
            **{key: [runs[seed][key] for seed in sorted(runs)] for key in ("best_epoch", "train_seconds") if all(key in run for run in runs.values())}}


def verdict(model, own, peer):
    """{difference, allowed, agrees, within_recbole}; the last two are None while a run is missing."""
    if own["seeds"] == 0 or peer["seeds"] == 0:
        return {"difference": None, "allowed": None, "agrees": None, "within_recbole": None}
    difference = own["mean"] - peer["mean"]
    allowed = max(own["range"], peer["range"]) if model.stochastic else EXACT
    complete = own["missing_seeds"] == 0 and peer["missing_seeds"] == 0
    narrow = peer["range"] if model.stochastic else EXACT
    return {"difference": difference, "allowed": allowed, "agrees": abs(difference) <= allowed if complete else None,
            "within_recbole": abs(difference) <= narrow if complete else None}


def row(model, own_runs, peer_runs):
    own, peer = side(own_runs, len(model.seeds)), side(peer_runs, len(model.seeds))
    return {"r2rank_name": model.own, "trained": model.stochastic, "r2rank": own, "recbole": peer, **verdict(model, own, peer)}


def number(value, places=4):
    return "-" if value is None else f"{value:.{places}f}".replace("0.", ".", 1)


def cells(measured):
    values = [number(value) for value in measured.get("per_seed", {}).values()]
    return number(measured.get("mean")), " ".join(values[:3]) + f" +{len(values) - 3}" * (len(values) > 3) or "-", number(measured.get("range"))


def table(data_set, rows):
    """Both tables side by side, as text."""
    said = {True: "yes", False: "NO", None: "-"}
    lines = [f"{data_set}: NDCG@10 on the test slates", ""]
    lines.append(f"{'model':<10} {'r2rank':>7} {'seeds':<20} {'range':>6} | {'RecBole':>7} {'seeds':<20} {'range':>6} | {'differ':>7} {'allowed':>7} agrees")
    for name, found in rows.items():
        (own, own_seeds, own_range), (peer, peer_seeds, peer_range) = cells(found["r2rank"]), cells(found["recbole"])
        lines.append(f"{name:<10} {own:>7} {own_seeds:<20} {own_range:>6} | {peer:>7} {peer_seeds:<20} {peer_range:>6} | "
                     f"{number(found['difference']):>7} {number(found['allowed']):>7} {said[found['agrees']]}")
    return "\n".join(lines)
