"""Makes a RecBole model with its data, as RecBole's own quick start does, and scores slates with it."""

import recbole_shims  # noqa: F401: before RecBole

import logging
import sys

import numpy as np
import torch
from recbole.config import Config
from recbole.data import create_dataset, data_preparation
from recbole.data.interaction import Interaction
from recbole.utils import get_model, init_seed

import atomic_files

BLOCK = 512  # slates scored at once
HISTORY_PAIRS = 2048  # EASE copies a column of its matrix for each pair


def make_config(model, folder, values, seed):
    """RecBole's configuration: its defaults, the settings to compare, and what the files need."""
    given = {"data_path": str(folder), "checkpoint_dir": str(folder / "saved"), "benchmark_filename": list(atomic_files.PARTS), "use_gpu": False,
             "show_progress": False, "seed": seed, "reproducibility": True, "load_col": {"inter": ["user_id", "item_id"], "item": ["item_id"]}}
    if model.family == "sequences":
        given["load_col"]["inter"].append("item_id_list")
        given.update({"alias_of_item_id": ["item_id_list"], "seq_len": {"item_id_list": values["MAX_ITEM_LIST_LENGTH"]}})
    if model.family != "pairs":
        given["train_neg_sample_args"] = None
    arguments, sys.argv = sys.argv, sys.argv[:1]  # Config reads the command line
    try:
        config = Config(model=model.recbole, dataset="parity", config_dict={**given, **values})
    finally:
        sys.argv = arguments
    # It appends the data set's name to the path.
    config["data_path"] = str(folder)
    return config


def make_data(model, folder, values, seed):
    """(configuration, loaders of training, validation and test batches)"""
    logging.disable(logging.WARNING)
    config = make_config(model, folder, values, seed)
    init_seed(seed, True)
    dataset = create_dataset(config)
    loaders = data_preparation(config, dataset)
    check_length(dataset, model, values)
    return config, loaders


def make_all(model, folder, values, seed):
    """(configuration, model, loaders)"""
    config, loaders = make_data(model, folder, values, seed)
    init_seed(seed, True)
    network = get_model(config["model"])(config, loaders[0].dataset).to(config["device"])
    return config, network, loaders


def make(model, folder, values, seed):
    """(configuration, model, loader of training batches)"""
    config, network, loaders = make_all(model, folder, values, seed)
    return config, network, loaders[0]


def check_length(dataset, model, values):
    if model.family == "sequences" and dataset.field2seqlen["item_id_list"] != values["MAX_ITEM_LIST_LENGTH"]:
        raise SystemExit(f"[parity] expected a history of {values['MAX_ITEM_LIST_LENGTH']} items, the longest has "
                         f"{dataset.field2seqlen['item_id_list']}: Caser's filters need the full length")


class SlateScorer:
    """Scores of exactly the candidates of slates, by RecBole's own predict functions."""

    def __init__(self, model, network, dataset, data):
        self.network, self.data, self.model = network, data, model
        self.item = np.array([dataset.token2id("item_id", f"i{row}") for row in range(len(data.item_ids))])
        known = dataset.field2token_id["user_id"]
        self.user = np.array([known.get(f"u{row}", 0) for row in range(data.users)])

    @torch.no_grad()
    def scores(self, slates):
        """[S, K]"""
        self.network.eval()
        if self.model.family == "sequences":
            return self.from_histories(slates)
        return self.from_pairs(slates) if self.model.family == "pairs" else self.from_matrix(slates)

    def pairs(self, users, slates):
        """Of each slate's candidates: users [S], as the network knows them."""
        count = slates.candidates.shape[1]
        return Interaction({"user_id": torch.from_numpy(np.repeat(users, count)), "item_id": torch.from_numpy(self.item[slates.candidates].ravel())})

    def from_pairs(self, slates):
        return self.network.predict(self.pairs(self.user[slates.users], slates)).numpy().reshape(slates.candidates.shape)

    def from_matrix(self, slates):
        """Item-to-item models see the slate's history: its row takes the place of the user's training row."""
        self.replace_rows(self.history_matrix(slates))
        pairs = self.pairs(np.arange(len(slates.ids)), slates)
        parts = [self.network.predict(pairs[begin:begin + HISTORY_PAIRS]) for begin in range(0, len(pairs), HISTORY_PAIRS)]
        return torch.cat(parts).numpy().reshape(slates.candidates.shape)

    def replace_rows(self, histories):
        if self.model.recbole == "EASE":
            self.network.interaction_matrix = histories
        if self.model.recbole == "ItemKNN":
            self.network.pred_mat = histories.dot(self.network.w).tolil()

    def history_matrix(self, slates):
        """Binary [S, items + 1]."""
        from scipy.sparse import csr_matrix

        rows = [np.unique(self.item[self.data.history(user, end)]) for user, end in zip(slates.users, slates.history_ends)]
        columns, ends = np.concatenate(rows), np.cumsum([0, *map(len, rows)])
        return csr_matrix((np.ones(len(columns), dtype=np.float32), columns, ends), shape=(len(rows), len(self.item) + 1))

    def from_histories(self, slates):
        blocks = range(0, len(slates.ids), BLOCK)
        return np.concatenate([self.block_scores(slates, slice(begin, begin + BLOCK)) for begin in blocks])

    def block_scores(self, slates, block):
        items, lengths = self.padded(slates.users[block], slates.history_ends[block])
        rows = Interaction({"user_id": torch.from_numpy(self.user[slates.users[block]]), "item_id_list": items, "item_length": lengths})
        all_scores = self.network.full_sort_predict(rows)  # [B, items + 1]
        return torch.gather(all_scores, 1, torch.from_numpy(self.item[slates.candidates[block]])).numpy()

    def padded(self, users, ends):
        """Histories as RecBole holds them: the last items, then zeros; [B, L] and lengths [B].

        BERT4Rec gives up its oldest item to make room for the mask, even where there is room: an item to give up stands before short ones."""
        length, gives_up_first = self.network.max_seq_length, self.model.recbole == "BERT4Rec"
        items, lengths = np.zeros((len(users), length), dtype=np.int64), np.zeros(len(users), dtype=np.int64)
        for row, (user, end) in enumerate(zip(users, ends)):
            kept = self.item[self.data.history(user, end)[-length:]]
            if gives_up_first and len(kept) < length:
                kept = np.concatenate([kept[:1], kept])
            items[row, :len(kept)], lengths[row] = kept, len(kept)
        return torch.from_numpy(items), torch.from_numpy(lengths)
