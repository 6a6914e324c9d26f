"""What ./run parity relies on, tried on a small case with RecBole itself: `recbole_check.py` under the peers' Python, silent when all is well."""

import tempfile
import unittest
from itertools import permutations
from pathlib import Path

import recbole_model  # first: the shims
import numpy as np
import torch
from recbole.config import Config
from recbole.data import create_dataset

import atomic_files
import recbole_training
import settings
import slate_metric
from split_files import Slates, SplitData

LENGTH = 5
ITEMS = 11


def slates(ids, users, ends, targets):
    candidates = np.array([[target, *[item for item in range(ITEMS) if item != target][:3]] for target in targets])
    return Slates(np.array(ids), np.array(users), np.array(ends), candidates, np.zeros(len(ids), dtype=int))


def small_split():
    """Four users; the last is trained on whole, the first on more than a history holds. Items 8 to 10 are never trained on."""
    histories = [[0, 1, 2, 3, 4, 5, 6, 7, 9, 10], [3, 2, 1, 5, 8], [7, 0, 6, 2, 4, 1], [5, 6, 0]]
    items, offsets = np.concatenate(histories), np.cumsum([0, *map(len, histories)])
    held = np.array([2, 2, 2, 0])
    valid = slates([8, 13, 19], [0, 1, 2], [8, 3, 4], [9, 5, 4])
    test = slates([9, 14, 20], [0, 1, 2], [9, 4, 5], [10, 8, 1])
    return SplitData([str(item) for item in range(ITEMS)], items, offsets, np.diff(offsets) - held, valid, test, "small")


def model_values(name, **changes):
    model = settings.model_named(name)
    return model, {**model.values("recbole"), "epochs": 2, "train_batch_size": 8, **changes}


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder, self.data = Path(folder.name), small_split()

    def write(self, model, values):
        import recbole_run

        recbole_run.write_files(self.folder, model, values, self.data)

    def train(self, name, **changes):
        model, values = model_values(name, **changes)
        self.write(model, values)
        return recbole_training.train(model, self.folder, values, 1, self.data)

    def loaded(self, name, **changes):
        model, values = model_values(name, **changes)
        self.write(model, values)
        return recbole_model.make(model, self.folder, recbole_training.recbole_values(model, values), 1)


class Rows(Case):
    def own_augmentation(self):
        """RecBole's rows of the same training events, left to itself."""
        lines = [f"u{user}\ti{item}\t{place}" for user in range(self.data.users) for place, item in enumerate(self.data.training(user))]
        (self.folder / "alone.inter").write_text("user_id:token\titem_id:token\ttimestamp:float\n" + "\n".join(lines) + "\n")
        config = Config(model="SASRec", dataset="alone", config_dict={
            "data_path": str(self.folder), "MAX_ITEM_LIST_LENGTH": LENGTH, "train_neg_sample_args": None, "use_gpu": False,
            "load_col": {"inter": ["user_id", "item_id", "timestamp"]}})
        config["data_path"] = str(self.folder)
        dataset = create_dataset(config)
        dataset._change_feat_format()
        return rows_of(dataset)

    def test_are_those_of_its_own_augmentation(self):
        _, _, loader = self.loaded("SASRec", MAX_ITEM_LIST_LENGTH=LENGTH)
        self.assertEqual(rows_of(loader.dataset), self.own_augmentation())

    def test_have_every_training_event_but_a_users_first_as_a_target_once(self):
        _, _, loader = self.loaded("GRU4Rec", MAX_ITEM_LIST_LENGTH=LENGTH)
        targets = sorted((user, target) for user, _, target in rows_of(loader.dataset))
        self.assertEqual(targets, sorted((f"u{user}", f"i{item}") for user in range(self.data.users) for item in self.data.training(user)[1:]))

    def test_end_with_their_targets_for_bert4rec(self):
        _, _, loader = self.loaded("BERT4Rec", MAX_ITEM_LIST_LENGTH=LENGTH)
        rows = rows_of(loader.dataset)
        self.assertEqual(len(rows), sum(len(self.data.training(user)) - 1 for user in range(self.data.users)))
        self.assertTrue(all(history[-1] == target for _, history, target in rows))

    def test_leave_the_items_that_nobody_was_trained_on_in_the_table(self):
        _, network, _ = self.loaded("BPR")
        self.assertEqual(network.item_embedding.weight.shape[0], 1 + ITEMS)


def rows_of(dataset):
    """[(user, history, target)] in external ids, sorted."""
    frame, rows = dataset.inter_feat, []
    for row in range(len(frame)):
        length = int(frame["item_length"][row])
        history = tuple(str(name) for name in dataset.id2token("item_id", frame["item_id_list"][row][:length].numpy()))
        rows.append((str(dataset.id2token("user_id", int(frame["user_id"][row]))), history, str(dataset.id2token("item_id", int(frame["item_id"][row])))))
    return sorted(rows)


class Scores(Case):
    def test_of_pop_are_exact_counts(self):
        scorer, _ = self.train("Pop")
        counts = np.bincount(np.concatenate([self.data.training(user) for user in range(self.data.users)]), minlength=ITEMS)
        np.testing.assert_allclose(scorer.scores(self.data.test), counts[self.data.test.candidates] / counts.max(), rtol=1e-6)

    def binary(self, histories):
        matrix = np.zeros((len(histories), ITEMS))
        for row, history in enumerate(histories):
            matrix[row, history] = 1
        return matrix

    def check_item_to_item(self, name, weights):
        scorer, _ = self.train(name)
        slates_ = self.data.test
        histories = self.binary([self.data.history(user, end) for user, end in zip(slates_.users, slates_.history_ends)])
        expected = np.take_along_axis(histories @ weights, slates_.candidates, axis=1)
        np.testing.assert_allclose(scorer.scores(slates_), expected, atol=2e-5)

    def training_matrix(self):
        return self.binary([self.data.training(user) for user in range(self.data.users)])

    def test_of_ease_come_from_the_slates_histories(self):
        gram = self.training_matrix().T @ self.training_matrix() + 250 * np.eye(ITEMS)
        inverse = np.linalg.inv(gram)
        weights = inverse / -np.diag(inverse)
        np.fill_diagonal(weights, 0)
        self.check_item_to_item("EASE", weights)

    def test_of_item_knn_come_from_the_slates_histories(self):
        matrix = self.training_matrix()
        norms = np.sqrt(matrix.sum(axis=0))
        weights = matrix.T @ matrix / (np.outer(norms, norms) + 1e-6)
        np.fill_diagonal(weights, 0)
        self.check_item_to_item("ItemKNN", weights)

    def test_of_bert4rec_read_the_whole_history_where_there_is_room(self):
        scorer, _ = self.train("BERT4Rec", MAX_ITEM_LIST_LENGTH=LENGTH)
        items, lengths = scorer.padded(np.array([3]), np.array([3]))
        masked = scorer.network.reconstruct_test_data(items, lengths)
        known = scorer.item[self.data.history(3, 3)].tolist()
        self.assertEqual(masked[0].tolist(), [*known, scorer.network.mask_token, 0])

    def test_of_every_trained_model_are_numbers_after_early_stopping(self):
        for model in settings.MODELS:
            if model.stochastic:
                length = {"MAX_ITEM_LIST_LENGTH": LENGTH} if model.family == "sequences" else {}
                scorer, about = self.train(model.recbole, **length)
                self.assertEqual(scorer.scores(self.data.test).shape, (3, 4), model.recbole)
                self.assertTrue(np.isfinite(scorer.scores(self.data.test)).all(), model.recbole)
                self.assertEqual(about["valid_ndcg@10"], max(about["valid_curve"]), model.recbole)


class Process(unittest.TestCase):
    def test_is_not_left_with_anomaly_detection(self):
        self.assertFalse(torch.is_anomaly_enabled())


class Metric(unittest.TestCase):
    def expected(self, scores, positive):
        """The mean over all orders of the tied."""
        found = []
        for order in permutations(range(len(scores))):
            ranked = sorted(order, key=lambda item: -scores[item])  # stable: ties stay in this order
            place = ranked.index(positive) + 1
            found.append(1 / np.log2(place + 1) if place <= slate_metric.DEPTH else 0)
        return np.mean(found)

    def test_is_the_mean_over_the_orders_of_tied_scores(self):
        for scores in ([1, 1, 1, 1], [2, 1, 1, 0], [0, 1, 1, 1], [1, 2, 2, 1], [4, 3, 2, 1]):
            for positive in range(4):
                value = slate_metric.ndcg(np.array([scores], dtype=float), np.array([positive]))[0]
                self.assertAlmostEqual(value, self.expected(scores, positive), places=12)

    def test_counts_ten_places(self):
        scores = -np.arange(12.0)[None, :]
        self.assertAlmostEqual(slate_metric.ndcg(scores, np.array([9]))[0], 1 / np.log2(11))
        self.assertEqual(slate_metric.ndcg(scores, np.array([10]))[0], 0)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
