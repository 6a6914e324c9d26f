"""How fast r2rank's baselines are beside RecBole's at its fastest settings: `speed.py [flags]`, called by ./run parity-speed.

RecBole's fastest: anomaly detection off, histories cut to the longest of the batch, the best of the thread counts. Each figure of one
side is taken right before the other's. Leaves runs/parity/speed.json. Run it on an idle machine: the figures are worth no more than that.
"""

import argparse
import json
import os
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import own
import own_speed
import parity
import peer
import places
import settings

GAMES = settings.DataSet("amazon-games-2018", "shared")  # drawn slates: all 50,546 users are tested
SCIENTIFIC = next(data_set for data_set in settings.DATA_SETS if data_set.name == "amazon-scientific-2018")


@dataclass(frozen=True)
class Measure:
    name: str
    what: str  # train, fit, similarities, evaluate: see own_speed.py; RecBole's side of similarities is a fit
    model: settings.Model
    data_set: settings.DataSet
    target: float  # how many times as fast r2rank is to be
    stock: bool = False  # also as RecBole comes: anomaly detection on, full padding


MEASURES = (
    Measure("sasrec", "train", settings.model_named("SASRec"), SCIENTIFIC, 3, stock=True),
    Measure("gru4rec", "train", settings.model_named("GRU4Rec"), SCIENTIFIC, 3, stock=True),
    Measure("lightgcn", "train", settings.model_named("LightGCN"), SCIENTIFIC, 3, stock=True),
    Measure("item-knn", "similarities", settings.model_named("ItemKNN"), GAMES, 3),
    Measure("ease", "fit", settings.model_named("EASE"), SCIENTIFIC, 1),
    Measure("full-catalogue", "evaluate", settings.model_named("BPR"), GAMES, 10),
)
RUNNER = places.ROOT / "tools" / "parity" / "recbole_speed.py"


def parse_arguments():
    cores = len(os.sched_getaffinity(0))
    names = [measure.name for measure in MEASURES]
    parser = argparse.ArgumentParser(prog="./run parity-speed", description=__doc__.split("\n\n", 1)[1], allow_abbrev=False)
    parser.add_argument("--only", type=parity.names_of(names), default=names, metavar="NAMES", help=f"of {','.join(names)}")
    parser.add_argument("--sides", type=parity.names_of(["recbole", "r2rank"]), default=["recbole", "r2rank"], metavar="NAMES", help="recbole, r2rank")
    parser.add_argument("--seconds", type=parity.count, default=20, metavar="S", help="of training timed for a figure (default: 20)")
    parser.add_argument("--threads", type=lambda text: [parity.count(part) for part in text.split(",")], default=sorted({1, cores}), metavar="N,N",
                        help="thread counts to try; each side keeps its best (default: 1 and all cores)")
    parser.add_argument("--output", type=Path, default=places.ROOT / "runs" / "parity", metavar="FOLDER", help="default: runs/parity")
    return parser.parse_args()


SCORED_TOGETHER = 10_000_000  # users times items: RecBole's 4096 is one user of a large catalogue, its slowest way
LENGTHS = {True: 20, False: 50}  # of histories: what both sides are timed with, and RecBole's default


def values_of(measure, side, fast=True):
    values = settings.values(measure.data_set, measure.model, side)
    values = {name: LENGTHS[fast] if name in ("MAX_ITEM_LIST_LENGTH", "length") else value for name, value in values.items()}
    return {**values, "eval_batch_size": SCORED_TOGETHER} if (measure.what, side) == ("evaluate", "recbole") else values


def options_of(measure, dataset, split, arguments, fast):
    """Of recbole_speed.py."""
    return {"what": "fit" if measure.what == "similarities" else measure.what, "dataset": str(dataset), "split": str(split), "model": measure.model.recbole, "threads": arguments.threads,
            "values": values_of(measure, "recbole", fast), "seconds": arguments.seconds,
            "trim": fast and measure.model.family == "sequences", "anomaly": not fast}


def measure_peer(measure, dataset, split, arguments, fast=True):
    command = [places.VENV / "bin" / "python", RUNNER, json.dumps(options_of(measure, dataset, split, arguments, fast))]
    log = arguments.output / "speed" / f"{measure.name}-recbole.log"
    return json.loads(places.run(command, log, peer.ENVIRONMENT).strip().rpartition("\n")[2])


def measure_own(measure, dataset, split, arguments):
    return own_speed.measure(dataset, split, measure, values_of(measure, "own"), arguments.threads, arguments.output / "speed" / measure.name)


def attempt(label, function, *arguments, **named):
    start = time.monotonic()
    try:
        found = function(*arguments, **named)
    except places.Missing as reason:
        found = {"failed": str(reason)}
    print(f"{label:<40} {time.monotonic() - start:8.1f} s{'   failed' if 'failed' in found else ''}", flush=True)
    return found


def measure_one(measure, arguments):
    dataset, split = own.prepare(measure.data_set, arguments.output / "speed" / f"{measure.data_set.name}-data")
    found = {"what": measure.what, "model": measure.model.recbole, "data_set": measure.data_set.name, "target": measure.target}
    if "r2rank" in arguments.sides:
        found["r2rank"] = attempt(f"{measure.name}: r2rank", measure_own, measure, dataset, split, arguments)
    if "recbole" in arguments.sides:
        found["recbole"] = attempt(f"{measure.name}: RecBole at its fastest", measure_peer, measure, dataset, split, arguments)
        if measure.stock:
            found["recbole_stock"] = attempt(f"{measure.name}: RecBole as it comes", measure_peer, measure, dataset, split, arguments, fast=False)
    return {**found, "ratio": ratio(found)}


def ratio(found):
    """How many times as fast r2rank is; None where a side is missing."""
    figures = [found.get(side, {}).get("best", {}).get(own_speed.FIGURE[found["what"]]) for side in ("r2rank", "recbole")]
    if None in figures:
        return None
    return figures[0] / figures[1] if found["what"] == "train" else figures[1] / figures[0]


def figure(found, side):
    best = found.get(side, {}).get("best")
    if best is None:
        return "-"
    unit = "targets/s" if found["what"] == "train" else "s"
    return f"{best[own_speed.FIGURE[found['what']]]:,.1f} {unit} ({best['threads']} thr.)"


def table(sections):
    lines = [f"{'':<16} {'r2rank':>28} {'RecBole':>28} {'RecBole, stock':>28} {'ratio':>6} {'target':>6}"]
    for name, found in sections.items():
        times = "-" if found["ratio"] is None else f"{found['ratio']:.1f}"
        figures = " ".join(f"{figure(found, side):>28}" for side in ("r2rank", "recbole", "recbole_stock"))
        lines.append(f"{name:<16} {figures} {times:>6} {found['target']:>6}")
    return "\n".join(lines)


def main():
    arguments = parse_arguments()
    if "recbole" in arguments.sides:
        peer.set_up(arguments.output)
    sections = (places.read_json(arguments.output / "speed.json") or {}).get("measures", {})
    for measure in MEASURES:
        if measure.name in arguments.only:
            sections[measure.name] = measure_one(measure, arguments)
            places.write_json(arguments.output / "speed.json", {"date": datetime.now(timezone.utc).isoformat(timespec="seconds"), "measures": sections})
    print(f"\n{table(sections)}\n\nall figures: {os.path.relpath(arguments.output / 'speed.json')}")
    return 0 if all(found["ratio"] is not None and found["ratio"] >= found["target"] for found in sections.values()) else 1


if __name__ == "__main__":
    places.finish(main, "parity-speed")
