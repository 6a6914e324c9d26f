"""r2rank's baselines beside RecBole's, at equal data, hyper-parameters and candidates: `parity.py [flags]`, called by ./run parity.

Each training leaves a file; what is there is not trained again, so that an interrupted call goes on where it was. With --keep the figures
of each run also go to KEEP/DATA SET.json, and those that are there count as run, on any machine. Leaves runs/parity/summary.json and
table.txt. The exit status is 1 where a run is missing or the two sides differ.
"""

import argparse
import fcntl
import os
import sys
import time
from datetime import datetime, timezone
from pathlib import Path

import compare
import own
import peer
import places
import settings

RUNNERS = {"recbole": peer.run, "r2rank": own.run}
VALUE_SIDE = {"recbole": "recbole", "r2rank": "own"}
MAKERS = {"recbole": peer.made_by, "r2rank": own.made_by}


def names_of(known):
    def parse(text):
        names = text.split(",")
        for name in names:
            if name not in known:
                raise argparse.ArgumentTypeError(f"there is no '{name}': choose of {', '.join(known)}")
        return names
    return parse


def count(text):
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"expected a count from 1, found '{text}'")
    return int(text)


def parse_arguments():
    parser = argparse.ArgumentParser(prog="./run parity", description=__doc__.split("\n\n", 1)[1], allow_abbrev=False)
    sets, models = [data_set.name for data_set in settings.DATA_SETS], [model.recbole for model in settings.MODELS]
    parser.add_argument("--data-sets", type=names_of(sets), default=sets, metavar="NAMES", help=f"of {','.join(sets)}")
    parser.add_argument("--models", type=names_of(models), default=models, metavar="NAMES", help=f"of {','.join(models)}")
    parser.add_argument("--sides", type=names_of(list(RUNNERS)), default=list(RUNNERS), metavar="NAMES", help="train only one side: recbole, r2rank")
    parser.add_argument("--seeds", type=count, default=len(settings.SEEDS), metavar="N", help="of each trained model (default: 3; more for a closer look, such as with --models)")
    parser.add_argument("--threads", type=count, default=1, metavar="N", help="of one training (default: 1)")
    parser.add_argument("--report", action="store_true", help="train nothing, only tell what is there")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where the figures of each run are kept, a small file a data set")
    parser.add_argument("--output", type=Path, default=places.ROOT / "runs" / "parity", metavar="FOLDER", help="default: runs/parity")
    return parser.parse_args()


def jobs(arguments, prepared):
    """(data set, model, seed, side) in the order in which they are run: all first seeds, cheap models first."""
    for round_ in range(arguments.seeds):
        for name in arguments.models:
            model = settings.model_named(name)
            for data_set in prepared:
                for side in arguments.sides:
                    if (seed := round_ + 1) in model.first_seeds(arguments.seeds):
                        yield data_set, model, seed, side


def result_path(output, data_set, model, seed, side):
    return output / data_set.name / side / f"{model.recbole}-{seed}.json"


def key_of(data_set, model, seed, side, split):
    """Changes with the settings and data that a run's figures depend on; what made them is told by `made_by` (older_figures)."""
    return settings.digest(settings.values(data_set, model, VALUE_SIDE[side]), model.recbole, seed, places.read_json(split / "split.json")["hash"])


KEPT = ("test_ndcg@10", "best_epoch", "train_seconds", "made_by", "key", "values", "threads", "seconds")


def kept_path(arguments, data_set):
    return arguments.keep / f"{data_set.name}.json"


def keep(arguments, job, result):
    """Adds the figures of a run to those that are kept of its data set."""
    data_set, model, seed, side = job
    if arguments.keep is None:
        return
    arguments.keep.mkdir(parents=True, exist_ok=True)
    folder = os.open(arguments.keep, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)  # the two sides may run beside one another
        path = kept_path(arguments, data_set)
        runs = places.read_json(path) or {}
        runs.setdefault(side, {})[f"{model.recbole}-{seed}"] = {name: result[name] for name in KEPT if name in result}
        places.write_json(path, {name: dict(sorted(runs[name].items())) for name in sorted(runs)})
    finally:
        os.close(folder)


def kept(arguments, job, key):
    """The kept figures of a run; None where there are none with this key."""
    data_set, model, seed, side = job
    if arguments.keep is None:
        return None
    found = (places.read_json(kept_path(arguments, data_set)) or {}).get(side, {}).get(f"{model.recbole}-{seed}")
    return found if found is not None and found.get("key") == key else None


def present(arguments, job, split):
    """The result of a run, of this folder or of those that are kept; None where there is none with these settings and data."""
    key = key_of(*job, split)
    found = places.read_json(result_path(arguments.output, *job))
    return found if found is not None and found.get("key") == key else kept(arguments, job, key)


def run_job(arguments, folders, job, missing):
    data_set, model, seed, side = job
    dataset, split = folders[data_set.name]
    path, key = result_path(arguments.output, *job), key_of(*job, split)
    if (ready := present(arguments, job, split)) is not None or arguments.report:
        if ready is not None and kept(arguments, job, key) is None:
            keep(arguments, job, ready)
        return
    values = settings.values(data_set, model, VALUE_SIDE[side])
    start = time.monotonic()
    try:
        found = RUNNERS[side](dataset, split, model, values, seed, arguments.threads, key, path.with_suffix(""))
        result = {"made_by": MAKERS[side]() if side == "r2rank" else "unknown", **found, "key": key, "values": values,
                  "threads": arguments.threads, "seconds": round(time.monotonic() - start, 1)}
        places.write_json(path, result)
        keep(arguments, job, result)
        said = f"NDCG@10 {found['test_ndcg@10']:.4f}"
    except places.Missing as reason:
        missing.append(f"{data_set.name}, {model.recbole}, seed {seed}, {side}: {reason}")
        said = "failed"
    print(f"{data_set.name:<22} {side:<8} {model.recbole:<10} seed {seed}: {said:<16} {time.monotonic() - start:8.1f} s", flush=True)


def collect(arguments, data_set, model, side, split):
    """{seed: result}"""
    seeds = model.first_seeds(max(arguments.seeds, len(settings.SEEDS)))
    found = {seed: present(arguments, (data_set, model, seed, side), split) for seed in seeds}
    return {seed: result for seed, result in found.items() if result is not None}


def rows_of(arguments, data_set, split):
    return {model.recbole: compare.row(model, *(collect(arguments, data_set, model, side, split) for side in compare.SIDES)) for model in settings.MODELS}


def older_figures(arguments, folders):
    """How many of the figures there are were made by another build of r2rank, another RecBole or other tools than those that are here."""
    here = {}
    for job in jobs(arguments, [data_set for data_set in settings.DATA_SETS if data_set.name in folders]):
        data_set, _, _, side = job
        if (result := present(arguments, job, folders[data_set.name][1])) is None:
            continue
        counts = here.setdefault(side, [0, 0])
        counts[0] += result.get("made_by") != MAKERS[side]()
        counts[1] += 1
    return here


def prepare(arguments, missing):
    """{data set: (dataset, split)} of those whose files are here."""
    folders = {}
    for data_set in settings.DATA_SETS:
        if data_set.name not in arguments.data_sets:
            continue
        try:
            folders[data_set.name] = own.prepare(data_set, arguments.output / data_set.name / "data")
        except places.Missing as reason:
            missing.append(f"{data_set.name}: {reason}")
    return folders


def set_up(arguments, missing):
    """Without RecBole the other side is still trained."""
    if "recbole" not in arguments.sides or arguments.report:
        return
    try:
        peer.set_up(arguments.output)
    except places.Missing as reason:
        missing.append(f"RecBole: {reason}")
        arguments.sides.remove("recbole")


def report(arguments, folders, missing):
    sections = {}
    for data_set in settings.DATA_SETS:
        if data_set.name in folders:
            split = folders[data_set.name][1]
            protocol = places.read_json(split / "split.json")["protocol_name"]
            sections[data_set.name] = {"protocol": protocol, "models": rows_of(arguments, data_set, split)}
    text = "\n\n".join(compare.table(name, section["models"]) for name, section in sections.items())
    places.write_json(arguments.output / "summary.json", {
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"), "rule": compare.__doc__.split("\n\n", 1)[1].replace("\n", " "),
        "agrees": verdict_of_all(sections), "data_sets": sections, "missing": missing,
        "settings": {data_set.name: {model.recbole: settings.values(data_set, model, "recbole") for model in settings.MODELS}
                     for data_set in settings.DATA_SETS}})
    (arguments.output / "table.txt").write_text(text + "\n", encoding="utf-8")
    return text, sections


def verdict_of_all(sections):
    """None while anything is missing."""
    all_ = [row["agrees"] for section in sections.values() for row in section["models"].values()]
    return False if False in all_ else None if None in all_ or not all_ else True


def main():
    arguments = parse_arguments()
    arguments.output.mkdir(parents=True, exist_ok=True)
    missing = []
    set_up(arguments, missing)
    folders = prepare(arguments, missing)
    prepared = [data_set for data_set in settings.DATA_SETS if data_set.name in folders]
    for job in jobs(arguments, prepared):
        run_job(arguments, folders, job, missing)
    text, sections = report(arguments, folders, missing)
    print(f"\n{text}\n\nall figures: {os.path.relpath(arguments.output / 'summary.json')}")
    for side, (older, count) in older_figures(arguments, folders).items():
        if older > 0:
            also = f" and '{side}' from {os.path.relpath(arguments.keep)}/*.json" if arguments.keep is not None else ""
            print(f"[parity] {older} of {count} figures of {side} are of another build or version than the one here: remove "
                  f"{os.path.relpath(arguments.output)}/*/{side}{also} to make them anew", file=sys.stderr)
    for line in missing:
        print(f"[parity] missing: {line}", file=sys.stderr)
    return 0 if verdict_of_all(sections) is True else 1


if __name__ == "__main__":
    places.finish(main, "parity")
