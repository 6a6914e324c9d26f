"""What is compared: data sets, models, and the hyper-parameters that both sides take. docs/baselines.md gives the reasons.

One table holds each hyper-parameter once, with its name on either side, so that the two cannot drift apart.
"""

import hashlib
import json
from dataclasses import dataclass, field

SEEDS = (1, 2, 3)

# Epochs are few and all of them are trained (patience = epochs): where early stopping ends on a shallow slope is chance, and differs more between two
# seeds than the programs do. The best epoch is tested.
# (RecBole's name, r2rank's name, value); a name of None: that side has no such setting and always computes so.
ADAM = (("learning_rate", "learning_rate", 1e-3),)
PAIRS = (("train_batch_size", "batch", 2048), ("epochs", "epochs", 60), ("patience", "patience", 60))
SEQUENCES = (("train_batch_size", "batch", 512), ("epochs", "epochs", 12), ("patience", "patience", 12), ("loss_type", None, "CE"))
# Every target sees exactly its last `length` events, as RecBole's rows do.
WINDOWS = ((None, "stride", 1),)
TRANSFORMER = (("hidden_size", "dimensions", 64), ("n_layers", "layers", 2), ("n_heads", "heads", 2), ("inner_size", "inner", 256),
               ("hidden_act", None, "gelu"), ("layer_norm_eps", None, 1e-12), ("initializer_range", None, 0.02))


@dataclass(frozen=True)
class Model:
    recbole: str
    own: str
    family: str  # counted: nothing is trained; pairs: user-item pairs with a negative; sequences: next item of a history
    shared: tuple = ()

    @property
    def stochastic(self):
        return self.family != "counted"

    @property
    def seeds(self):
        return self.first_seeds(len(SEEDS))

    def first_seeds(self, count):
        """Seeds 1 to count of a trained model; a counted one needs no second."""
        return tuple(range(1, 1 + (count if self.stochastic else 1)))

    def values(self, side):
        """{name on that side: value}; `side` is "recbole" or "own"."""
        place = ("recbole", "own").index(side)
        return {names[place]: names[2] for names in self.shared if names[place] is not None}


MODELS = (
    Model("Pop", "popularity", "counted"),
    Model("ItemKNN", "item-knn", "counted", (("k", "neighbours", 1000), ("shrink", "shrink", 0.0), ("knn_method", None, "item"))),
    Model("EASE", "ease", "counted", (("reg_weight", "regularisation", 250.0),)),
    Model("BPR", "bpr-mf", "pairs", (*ADAM, *PAIRS, ("embedding_size", "dimensions", 64), (None, "regularisation", 0.0))),
    Model("LightGCN", "lightgcn", "pairs", (*ADAM, *PAIRS, ("embedding_size", "dimensions", 64), ("n_layers", "layers", 3),
                                            ("reg_weight", "regularisation", 1e-5), ("require_pow", "squared_norms", False),
                                            (None, "query", "training"))),
    Model("GRU4Rec", "gru4rec", "sequences", (*ADAM, *SEQUENCES, *WINDOWS, ("MAX_ITEM_LIST_LENGTH", "length", 10), ("embedding_size", "dimensions", 64),
                                              ("hidden_size", "hidden", 128), ("num_layers", None, 1), ("dropout_prob", "dropout", 0.3))),
    Model("Caser", "caser", "sequences", (*ADAM, *SEQUENCES, ("MAX_ITEM_LIST_LENGTH", "length", 10), ("embedding_size", "dimensions", 64),
                                          ("nv", "vertical", 4), ("nh", "horizontal", 8), ("dropout_prob", "dropout", 0.4),
                                          ("reg_weight", "regularisation", 1e-4))),
    Model("SASRec", "sasrec", "sequences", (*ADAM, *SEQUENCES, *WINDOWS, *TRANSFORMER, ("MAX_ITEM_LIST_LENGTH", "length", 10),
                                            ("hidden_dropout_prob", "hidden_dropout", 0.5), ("attn_dropout_prob", "attention_dropout", 0.5))),
    Model("BERT4Rec", "bert4rec", "sequences", (*ADAM, *SEQUENCES, *TRANSFORMER, ("MAX_ITEM_LIST_LENGTH", "length", 10),
                                                ("hidden_dropout_prob", "hidden_dropout", 0.2), ("attn_dropout_prob", "attention_dropout", 0.2),
                                                ("mask_ratio", "mask_ratio", 0.2), ("ft_ratio", "last_share", 0.5))),
)


@dataclass(frozen=True)
class DataSet:
    name: str
    source: str  # "wheel": comes with the recbole wheel; "shared": a folder of ../shared/data
    reference_slates: bool = False  # tested on the slates of ../shared/reference, not on drawn ones
    overrides: dict = field(default_factory=dict)  # {model: {RecBole's name: value}}


DATA_SETS = (
    # Three times as many steps an epoch.
    DataSet("ml-100k", "wheel", overrides={model: {"epochs": 6, "patience": 6} for model in ("GRU4Rec", "Caser", "SASRec", "BERT4Rec")}),
    DataSet("amazon-scientific-2018", "shared", reference_slates=True),
)


def model_named(name):
    return next(model for model in MODELS if name in (model.recbole, model.own))


def values(data_set, model, side):
    """A model's settings on a data set under the names of one side."""
    changed = data_set.overrides.get(model.recbole, {})
    own_names = {names[0]: names[1] for names in model.shared}
    result = model.values(side)
    for name, value in changed.items():
        result[name if side == "recbole" else own_names[name]] = value
    return result


def digest(*parts):
    """Eight digits that change when anything of the parts does."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:8]
