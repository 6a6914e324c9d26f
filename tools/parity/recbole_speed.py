"""How fast RecBole is on an r2rank split: `recbole_speed.py '{"what": ..., "dataset": ..., "split": ..., ...}'` prints a JSON object.

Runs under the Python of the peers' environment. "train": training targets a second of one model; "fit": seconds to make a model that
only counts; "evaluate": seconds of RecBole's own full-catalogue evaluation of all test users, ten metrics as it comes.
"""

import itertools
import json
import sys
import tempfile
import time
from pathlib import Path

import recbole_model  # first: the shims
import torch
from recbole.utils import get_model, get_trainer

import recbole_run
import recbole_training
import settings
import split_files

WARM_UP = 5  # batches


class TimedBatches:
    """A loader's batches, again and again, for so many seconds after a warm-up; `rate()` is rows a second."""

    def __init__(self, loader, seconds):
        self.loader, self.seconds, self.rows, self.passed = loader, seconds, 0, 0.0

    def __iter__(self):
        start = None
        batches = itertools.chain.from_iterable(iter(self.loader) for _ in itertools.count())
        for number, batch in enumerate(batches):
            if number == WARM_UP:
                start = time.perf_counter()
            yield batch
            if start is None:
                continue
            self.rows, self.passed = self.rows + len(batch), time.perf_counter() - start
            if self.passed >= self.seconds:
                return

    def rate(self):
        return self.rows / self.passed


def trim(network):
    """Cuts each batch to its longest history, which RecBole pads to the length of the settings."""
    loss = network.calculate_loss

    def trimmed(batch):
        longest = int(batch["item_length"].max())
        batch.interaction["item_id_list"] = batch["item_id_list"][:, :longest]
        return loss(batch)

    network.calculate_loss = trimmed


def measure_training(config, network, loader, options):
    if options["trim"]:
        trim(network)
    trainer = get_trainer(config["MODEL_TYPE"], config["model"])(config, network)
    rates = []
    for threads in options["threads"]:
        torch.set_num_threads(threads)
        batches = TimedBatches(loader, options["seconds"])
        with torch.autograd.set_detect_anomaly(options["anomaly"]):
            trainer._train_epoch(batches, 0)
        rates.append({"threads": threads, "targets_per_second": batches.rate()})
    return {"rates": rates, "best": max(rates, key=lambda rate: rate["targets_per_second"])}


def measure_fit(config, loader, options):
    """Of the constructor, which is where such models are made; the best of the thread counts."""
    found = []
    for threads in options["threads"]:
        torch.set_num_threads(threads)
        start = time.perf_counter()
        with limited(threads):
            get_model(config["model"])(config, loader.dataset)
        found.append({"threads": threads, "seconds": time.perf_counter() - start})
    return {"fits": found, "best": min(found, key=lambda fit: fit["seconds"])}


def limited(threads):
    """NumPy's products are not torch's: they have a limit of their own."""
    from threadpoolctl import threadpool_limits

    return threadpool_limits(limits=threads)


def measure_evaluation(config, network, test, options):
    trainer = get_trainer(config["MODEL_TYPE"], config["model"])(config, network)
    found = []
    for threads in options["threads"]:
        torch.set_num_threads(threads)
        start = time.perf_counter()
        result = trainer.evaluate(test, load_best_model=False)
        found.append({"threads": threads, "seconds": time.perf_counter() - start})
    return {"evaluations": found, "best": min(found, key=lambda each: each["seconds"]), "users": test.sample_size, "result": dict(result)}


def measure(folder, options):
    model, values = settings.model_named(options["model"]), recbole_training.recbole_values(settings.model_named(options["model"]), options["values"])
    data = split_files.read_split(options["dataset"], options["split"])
    recbole_run.write_files(folder, model, options["values"], data)
    if options["what"] == "fit":
        config, loaders = recbole_model.make_data(model, folder, values, seed=1)
        return measure_fit(config, loaders[0], options)
    config, network, loaders = recbole_model.make_all(model, folder, values, seed=1)
    if options["what"] == "train":
        return measure_training(config, network, loaders[0], options)
    return measure_evaluation(config, network, loaders[2], options)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="r2rank-speed-") as name:
        print(json.dumps(measure(Path(name), json.loads(sys.argv[1]))))
