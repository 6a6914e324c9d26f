"""Trains a RecBole model by its own trainer, stopped early by the validation slates of an r2rank split."""

import copy
import sys
import time

import recbole_model  # first: the shims
from recbole.utils import get_trainer

import slate_metric


def stopping_on_slates(base, scorer, slates):
    """RecBole's trainer whose validation metric is NDCG@10 of these slates, and which keeps the best parameters in memory."""

    class Trainer(base):
        best_state, best_epoch, curve = None, None, ()

        def _valid_epoch(self, valid_data, show_progress=False):
            value = float(slate_metric.ndcg(scorer.scores(slates), slates.positives).mean())
            self.curve = (*self.curve, value)
            print(f"epoch {len(self.curve)}: NDCG@10 {value:.4f}", file=sys.stderr, flush=True)
            return value, {"ndcg@10": value}

        def _save_checkpoint(self, epoch, verbose=True, **_):
            self.best_state, self.best_epoch = copy.deepcopy(self.model.state_dict()), epoch + 1

    return Trainer


def fit_counted(config, network, loader):
    """Models that only count: one pass, without validation."""
    trainer = get_trainer(config["MODEL_TYPE"], config["model"])(config, network)
    trainer.fit(loader, saved=False, verbose=False)
    return {}


def fit_early_stopped(config, network, loader, scorer, slates):
    trainer = stopping_on_slates(get_trainer(config["MODEL_TYPE"], config["model"]), scorer, slates)(config, network)
    best, _ = trainer.fit(loader, valid_data=[None], saved=True, verbose=False)
    network.load_state_dict(trainer.best_state)
    return {"valid_ndcg@10": best, "best_epoch": trainer.best_epoch, "epochs": len(trainer.curve), "valid_curve": list(trainer.curve)}


def recbole_values(model, values):
    """RecBole stops after one evaluation more than stopping_step without improvement."""
    values = dict(values)
    if "patience" in values:
        values["stopping_step"] = values.pop("patience") - 1
    if model.recbole == "Pop":
        values["train_batch_size"] = 1  # it counts an item once a batch
    return values


def train(model, folder, values, seed, data):
    """(scorer, what there is to tell) of a model trained on the atomic files of a folder."""
    config, network, loader = recbole_model.make(model, folder, recbole_values(model, values), seed)
    scorer = recbole_model.SlateScorer(model, network, loader.dataset, data)
    start = time.monotonic()
    about = fit_early_stopped(config, network, loader, scorer, data.valid) if model.stochastic else fit_counted(config, network, loader)
    return scorer, {**about, "rows_per_epoch": len(loader.dataset), "train_seconds": round(time.monotonic() - start, 1)}
