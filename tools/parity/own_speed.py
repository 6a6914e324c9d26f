"""r2rank's side of the speed comparison: which commands are run, and where their figures stand."""

import re
import shutil
import time

import own
import places

# What `baseline train` leaves in its folder: the report of its one trial. `targets_per_second` is of the passes alone, without validation.
REPORT = "baseline.json"


def report_of(dataset, split, measure, values, threads, folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    command = own.train_command(dataset, split, measure.model, values, 1, folder / "model")
    start = time.monotonic()
    places.run(command, folder / "train.log", {"OMP_NUM_THREADS": str(threads)})
    report = places.read_json(folder / "model" / REPORT)
    if report is None:
        raise places.Missing(f"baseline train left no {REPORT} in {folder / 'model'}")
    (trial,) = report["report"]["trials"]
    return {**trial, "command_seconds": time.monotonic() - start}


def train(dataset, split, measure, values, threads, folder):
    """All targets of two epochs over the seconds of both; RecBole's side leaves its first batches out, ours does not."""
    limited = {**values, "epochs": 2, "patience": 2}
    return {"threads": threads, "targets_per_second": report_of(dataset, split, measure, limited, threads, folder)["targets_per_second"]}


def fit(dataset, split, measure, values, threads, folder):
    """The whole command: it also reads the data and writes the model."""
    return {"threads": threads, "seconds": report_of(dataset, split, measure, values, threads, folder)["command_seconds"]}


def similarities(dataset, split, measure, values, threads, folder):
    """`baseline train`, which only lays the events out, and `eval` of all test slates, which finds the neighbours of their candidates: every item
    that is drawn. Both whole commands: the reading of the data twice, intervals and per-user results are in the figure."""
    trained = report_of(dataset, split, measure, values, threads, folder)["command_seconds"]
    command = [places.program(), "eval", dataset, "--split", split, "--baselines", "", "--scorers", folder / "model", "--output", folder / "eval"]
    start = time.monotonic()
    places.run(command, folder / "eval.log", {"OMP_NUM_THREADS": str(threads)})
    evaluated = time.monotonic() - start
    return {"threads": threads, "seconds": trained + evaluated, "train_seconds": trained, "eval_seconds": evaluated}


def evaluate(dataset, split, measure, values, threads, folder):
    """Every item that a test user does not know is a candidate. Scoring and measuring all users, as the progress says; the whole command, which also
    reads the data and computes intervals, is told beside it."""
    full = folder.parent / f"{folder.name}-split"
    shutil.rmtree(full, ignore_errors=True)
    places.run([places.program(), "split", dataset, "--negatives", "full", "--output", full], folder.parent / f"{full.name}.log")
    report_of(dataset, full, measure, {**values, "epochs": 1}, threads, folder)
    command = [places.program(), "eval", dataset, "--split", full, "--baselines", "", "--scorers", folder / "model", "--output", folder / "eval"]
    start = time.monotonic()
    places.run(command, folder / "eval.log", {"OMP_NUM_THREADS": str(threads)})
    return {"threads": threads, "seconds": progress_seconds(folder / "eval.log"), "command_seconds": time.monotonic() - start}


def progress_seconds(log):
    """Of the last line of progress, "50546/50546 slates  12578/s": all slates over their rate."""
    found = re.findall(r"(\d+)/\1 slates +([\d.]+)/s", log.read_text(encoding="utf-8"))
    if not found:
        raise places.Missing(f"no progress of all slates in {log}")
    return int(found[-1][0]) / float(found[-1][1])


RUNNERS = {"train": train, "fit": fit, "similarities": similarities, "evaluate": evaluate}
BETTER = {"train": max, "fit": min, "similarities": min, "evaluate": min}
FIGURE = {"train": "targets_per_second", "fit": "seconds", "similarities": "seconds", "evaluate": "seconds"}


def measure(dataset, split, measured, values, thread_counts, folder):
    """The best of the thread counts, as on the other side: {"best": {...}, "all": [...]}"""
    found = [RUNNERS[measured.what](dataset, split, measured, values, threads, folder) for threads in thread_counts]
    return {"best": BETTER[measured.what](found, key=lambda each: each[FIGURE[measured.what]]), "all": found}
