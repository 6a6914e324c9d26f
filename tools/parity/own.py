"""r2rank's side: its command lines, and what their results say."""

import functools
import hashlib
import shutil
from pathlib import Path

import places

# Scorers that need no training beside the split: `eval` makes them itself.
BUILT_IN = ("popularity", "item-knn")
METRIC = "ndcg@10"


@functools.cache
def made_by():
    """The program that trains, by its bytes."""
    try:
        return f"r2rank {hashlib.sha256(Path(places.program()).read_bytes()).hexdigest()[:12]}"
    except OSError as error:
        raise places.Missing(f"the program cannot be read: {error}") from error


def prepare(data_set, folder):
    """(dataset, split) of a data set, imported and split once; the settings that made them are kept beside."""
    recipe = {"import": import_command(data_set), "split": split_flags(data_set)}
    if places.read_json(folder / "recipe.json") != recipe:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        places.run([places.program(), *recipe["import"], "--output", folder / "dataset"], folder / "import.log")
        places.run([places.program(), "split", folder / "dataset", *recipe["split"], "--output", folder / "split"], folder / "split.log")
        places.write_json(folder / "recipe.json", recipe)
    return folder / "dataset", folder / "split"


def import_command(data_set):
    source = places.ML_100K if data_set.source == "wheel" else shared_folder() / "data" / data_set.name
    return ["import", str(source), "--name", data_set.name]


def split_flags(data_set):
    if not data_set.reference_slates:
        return []
    return ["--negatives", "file", "--candidates-file", str(shared_folder() / "reference" / f"{data_set.name}.slates.jsonl"),
            "--valid-users", "1500", "--train-on-unvalidated"]


def shared_folder():
    folder = places.shared()
    if folder is None:
        raise places.Missing("its files are not here: R2RANK_SHARED names no folder, and there is no ../shared")
    return folder


# When training ends is said by flags, whatever the method.
FLAGS = ("epochs", "patience")


def setting_text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def train_command(dataset, split, model, values, seed, output):
    flags = [word for name in FLAGS if name in values for word in (f"--{name}", str(values[name]))]
    settings_of = ",".join(f"{name}={setting_text(value)}" for name, value in values.items() if name not in FLAGS)
    pairs = [*flags, *(["--set", settings_of] if settings_of else [])]
    return [places.program(), "baseline", "train", dataset, "--split", split, "--method", model.own, *pairs, "--seed", str(seed), "--output", output]


def run(dataset, split, model, values, seed, threads, key, output):
    """Trains and evaluates; leaves OUTPUT/eval with per-user results and says what is to be told. `key` is not needed: nothing is kept."""
    environment = {"OMP_NUM_THREADS": str(threads)}
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    if model.own in BUILT_IN:
        scorer = ["--baselines", model.own]
    else:
        places.run(train_command(dataset, split, model, values, seed, output / "model"), output / "train.log", environment)
        scorer = ["--baselines", "", "--scorers", output / "model"]
    return evaluate(dataset, split, scorer, output, environment)


def evaluate(dataset, split, scorer, output, environment=None):
    """What `eval` finds for one scorer: {"test_ndcg@10": ..., "parquet": its per-user results}."""
    places.run([places.program(), "eval", dataset, "--split", split, *scorer, "--output", output / "eval"], output / "eval.log", environment)
    results = places.read_json(output / "eval" / "summary.json")["results"]
    if len(results) != 1:
        raise places.Missing(f"expected one scorer in {output / 'eval'}, found {', '.join(results)}")
    name, metrics = next(iter(results.items()))
    return {"test_ndcg@10": metrics[METRIC]["mean"], "parquet": str(output / "eval" / f"{name}.parquet")}
