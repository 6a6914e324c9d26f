"""One RecBole model, trained and tested on an r2rank split: `recbole_run.py '{"dataset": ..., "split": ..., "model": ..., ...}'`.

Runs under the Python of the peers' environment. Writes OUTPUT.csv (slate_id,item_id,score: what `r2rank eval --scores` reads) and
OUTPUT.json; the latter appears last, so that a run is complete where it is there.
"""

import csv
import json
import os
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import torch

import atomic_files
import recbole_training
import settings
import slate_metric
import split_files


def write_files(folder, model, values, data):
    if model.family == "sequences":
        atomic_files.write_sequential(folder, data, values["MAX_ITEM_LIST_LENGTH"], with_target=model.recbole == "BERT4Rec")
    else:
        atomic_files.write_general(folder, data)


def write_scores(path, data, slates, scores):
    beside = path.with_suffix(".partial")
    with open(beside, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["slate_id", "item_id", "score"])
        for row, slate in enumerate(slates.ids):
            writer.writerows((slate, data.item_ids[item], repr(float(score))) for item, score in zip(slates.candidates[row], scores[row]))
    os.replace(beside, path)


def write_json(path, value):
    beside = path.with_suffix(".partial")
    beside.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
    os.replace(beside, path)


def run(options):
    torch.set_num_threads(options["threads"])
    model, values, output = settings.model_named(options["model"]), options["values"], Path(options["output"])
    data = split_files.read_split(options["dataset"], options["split"])
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".files-") as folder:
        write_files(Path(folder), model, values, data)
        scorer, about = recbole_training.train(model, Path(folder), values, options["seed"], data)
    scores = scorer.scores(data.test)
    write_scores(output.with_suffix(".csv"), data, data.test, scores)
    about = {"model": model.recbole, "seed": options["seed"], "values": values, "key": options["key"], "made_by": options["made_by"], **about,
             "test_ndcg@10": float(slate_metric.ndcg(scores, data.test.positives).mean()),
             "versions": {name: version(name) for name in ("recbole", "torch", "numpy", "pandas", "scipy")}}
    write_json(output.with_suffix(".json"), about)
    return about


if __name__ == "__main__":
    print(json.dumps(run(json.loads(sys.argv[1]))))
