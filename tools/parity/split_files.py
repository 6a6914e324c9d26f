"""Reads what r2rank wrote: a dataset folder (Parquet) and a split folder (docs/formats.md), as arrays of row numbers."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet


@dataclass(frozen=True)
class Slates:
    """S slates of K candidates each, with one relevant item."""
    ids: np.ndarray  # [S]
    users: np.ndarray  # [S]
    history_ends: np.ndarray  # [S] the history is the user's first so many events
    candidates: np.ndarray  # [S, K]
    positives: np.ndarray  # [S] place of the relevant candidate


@dataclass(frozen=True)
class SplitData:
    item_ids: list  # external ids
    items: np.ndarray  # [N] of every event, by user, then time
    offsets: np.ndarray  # [users + 1] a user's events are items[offsets[u]:offsets[u + 1]]
    training_end: np.ndarray  # [users] leading events that training may see
    valid: Slates
    test: Slates
    hash: str

    @property
    def users(self):
        return len(self.training_end)

    def events(self, user):
        return self.items[self.offsets[user]:self.offsets[user + 1]]

    def training(self, user):
        return self.events(user)[:self.training_end[user]]

    def history(self, user, end):
        return self.events(user)[:end]


def read_events(folder):
    table = parquet.read_table(folder / "interactions.parquet", columns=["user", "item"])
    users, items = table["user"].to_numpy(), table["item"].to_numpy()
    user_ids = parquet.read_table(folder / "users.parquet", columns=["id"])["id"].to_pylist()
    item_ids = parquet.read_table(folder / "items.parquet", columns=["id"])["id"].to_pylist()
    offsets = np.concatenate([[0], np.cumsum(np.bincount(users, minlength=len(user_ids)))])
    return user_ids, item_ids, items.astype(np.int64), offsets


def read_slates(path, user_rows, item_rows):
    lines = path.read_text(encoding="utf-8").splitlines()
    slates = [json.loads(line) for line in lines[1:]]
    relevance = np.array([slate["relevance"] for slate in slates])
    if len({len(slate["candidates"]) for slate in slates}) > 1 or not (np.count_nonzero(relevance, axis=1) == 1).all():
        raise SystemExit(f"[parity] expected slates of equal length with one relevant item each in {path}")
    return Slates(ids=np.array([slate["id"] for slate in slates]), users=np.array([user_rows[slate["user"]] for slate in slates]),
                  history_ends=np.array([slate["history_end"] for slate in slates]),
                  candidates=np.array([[item_rows[item] for item in slate["candidates"]] for slate in slates]),
                  positives=relevance.argmax(axis=1))


def training_ends(manifest, offsets):
    """`held_out_runs`: the next n users have h held-out events each."""
    held = np.concatenate([np.full(count, events) for events, count in manifest["held_out_runs"]])
    return np.diff(offsets) - held


def read_split(dataset, split):
    """The training events and slates of two folders."""
    dataset, split = Path(dataset), Path(split)
    user_ids, item_ids, items, offsets = read_events(dataset)
    manifest = json.loads((split / "split.json").read_text(encoding="utf-8"))
    user_rows = {name: row for row, name in enumerate(user_ids)}
    item_rows = {name: row for row, name in enumerate(item_ids)}
    slates = [read_slates(split / f"{part}.slates.jsonl", user_rows, item_rows) for part in ("valid", "test")]
    return SplitData(item_ids, items, offsets, training_ends(manifest, offsets), *slates, hash=manifest["hash"])
