"""Golden values of the sequential recommenders: RecBole 1.2.1's own SASRec, CORE, GRU4Rec, Caser and BERT4Rec, dropout off, on a few small
histories, every prefix a padded sample of its own (BERT4Rec: masked sequences).

    python3 -m venv VENV && VENV/bin/pip install torch==2.15.0 numpy recbole==1.2.1 (and what importing it asks for)
    VENV/bin/python tools/golden/sequential.py [FILE]                        # default: tests/golden/sequential.json

Weights come from a formula, so that none is stored: number i of parameter k (the order of `parameters`, row-major in the shape given
there) is base + scale * sin(0.7 * (i + 1) + k), with base 1 for the gains of layer norms and 0 else. Matrices are written [in, out],
the transpose of torch's. Written for each model: the parameters' names and shapes, the mean loss of all samples, the gradients, and the scores of
all items (rows of the item table, row 0 is padding) after each user's whole history.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from recbole.model.sequential_recommender import GRU4Rec, SASRec
from recbole.model.sequential_recommender.bert4rec import BERT4Rec
from recbole.model.sequential_recommender.caser import Caser
from recbole.model.sequential_recommender.core import CORE

ITEMS, LENGTH, WIDTH, INNER, HIDDEN, SCALE = 9, 6, 8, 12, 10, 0.4
HISTORIES = [[0, 1, 2, 3, 4, 5, 6], [3, 3, 8], [7, 2], [5, 0, 5, 1, 8]]
MASK = ITEMS + 1
# Sequences of item rows with masks, the places that count, and what stands there.
MASKED = [
    ([1, MASK, 3, MASK, 5], [1, 3], [2, 4]),
    ([4, 4, MASK], [2], [9]),
    ([MASK, 1, MASK, 2, 9, MASK], [2, 5], [6, 7]),
]


class Data:
    user_num = len(HISTORIES) + 1
    field2seqlen = {"item_list": LENGTH}

    def num(self, field):
        return ITEMS + 1


def config(**extra):
    base = dict(
        USER_ID_FIELD="user", ITEM_ID_FIELD="item", LIST_SUFFIX="_list", ITEM_LIST_LENGTH_FIELD="length", NEG_PREFIX="neg_",
        MAX_ITEM_LIST_LENGTH=LENGTH, device="cpu", loss_type="CE", n_layers=2, n_heads=2, hidden_size=WIDTH, embedding_size=WIDTH,
        inner_size=INNER, hidden_dropout_prob=0.0, attn_dropout_prob=0.0, dropout_prob=0.0, hidden_act="gelu", layer_norm_eps=1e-12,
        initializer_range=0.02, num_layers=1, mask_ratio=0.5, MASK_ITEM_SEQ="masked", POS_ITEMS="positive", NEG_ITEMS="negative",
        MASK_INDEX="index", nv=2, nh=3, reg_weight=0.01,
        dnn_type="trm", sess_dropout=0.0, item_dropout=0.0, temperature=0.07)
    return base | extra


def encoder_map():
    """Our name -> (shape [in, out], RecBole's parameters joined along the output)."""
    names = {"positions": ["position_embedding.weight"], "embedding_norm": ["LayerNorm"]}
    for i in range(2):
        ours, theirs = f"layer{i}.", f"trm_encoder.layer.{i}."
        names[ours + "query"] = [theirs + "multi_head_attention.query"]
        names[ours + "key_value"] = [theirs + "multi_head_attention.key", theirs + "multi_head_attention.value"]
        names[ours + "output"] = [theirs + "multi_head_attention.dense"]
        names[ours + "attention_norm"] = [theirs + "multi_head_attention.LayerNorm"]
        names[ours + "inner"] = [theirs + "feed_forward.dense_1"]
        names[ours + "outer"] = [theirs + "feed_forward.dense_2"]
        names[ours + "feed_forward_norm"] = [theirs + "feed_forward.LayerNorm"]
    return names


def with_parts(names):
    """Layers become their weight and bias."""
    out = {}
    for ours, theirs in names.items():
        if theirs[0].endswith(".weight") or theirs[0] in ("output_bias",) or "_l0" in theirs[0]:
            out[ours] = theirs
            continue
        for part in ("weight", "bias"):
            out[f"{ours}.{part}"] = [f"{name}.{part}" for name in theirs]
    return out


class Bridge:
    """Sets RecBole's parameters by the formula and reads their gradients in our layout."""

    def __init__(self, model, names):
        self.model, self.names, self.theirs = model, names, dict(model.named_parameters())
        self.shapes = {}
        for k, (ours, theirs) in enumerate(names.items()):
            shape = self.gather(ours, [self.theirs[name].detach() for name in theirs]).shape
            self.shapes[ours] = {"index": k, "shape": list(shape)}
            gain = "norm" in ours and ours.endswith(".weight")
            i = torch.arange(int(np.prod(shape)), dtype=torch.float64)
            value = ((1.0 if gain else 0.0) + SCALE * torch.sin(0.7 * (i + 1) + k)).float().view(shape)
            self.spread(ours, value, [self.theirs[name] for name in theirs])
        assert sum(int(np.prod(s["shape"])) for s in self.shapes.values()) == sum(p.numel() for p in model.parameters()), "a parameter is missing"

    @staticmethod
    def is_table(name):
        return name in ("positions", "items", "users", "bias")

    def gather(self, ours, values):
        value = torch.cat(values, 0)
        if ours == "vertical.weight":  # [F, 1, L, 1] -> [L, F]
            return value[:, 0, :, 0].T
        if ours.startswith("horizontal") and value.dim() == 4:  # [F, 1, h, D] -> [D, h F]
            return value[:, 0].permute(2, 1, 0).reshape(value.shape[3], -1)
        return value.T if value.dim() == 2 and not self.is_table(ours) else value

    def spread(self, ours, value, targets):
        with torch.no_grad():
            if ours == "vertical.weight":
                targets[0].copy_(value.T[:, None, :, None])
            elif ours.startswith("horizontal") and targets[0].dim() == 4:
                filters, _, h, width = targets[0].shape
                targets[0].copy_(value.view(width, h, filters).permute(2, 1, 0)[:, None])
            else:
                whole = value.T if value.dim() == 2 and not self.is_table(ours) else value
                start = 0
                for target in targets:
                    target.copy_(whole[start:start + target.shape[0]])
                    start += target.shape[0]

    def gradients(self):
        out = {}
        for ours, theirs in self.names.items():
            value = self.gather(ours, [self.theirs[name].grad for name in theirs])
            out[ours] = [float(f"{x:.8g}") for x in value.flatten().tolist()]
        return out


def padded(rows):
    return torch.tensor([row[-LENGTH:] + [0] * (LENGTH - len(row[-LENGTH:])) for row in rows])


def prefixes():
    users, sequences, targets = [], [], []
    for user, history in enumerate(HISTORIES):
        rows = [item + 1 for item in history]
        for end in range(1, len(rows)):
            users.append(user + 1)
            sequences.append(rows[:end])
            targets.append(rows[end])
    return {"user": torch.tensor(users), "item_list": padded(sequences),
            "length": torch.tensor([min(LENGTH, len(s)) for s in sequences]), "item": torch.tensor(targets)}


def asked():
    rows = [[item + 1 for item in history] for history in HISTORIES]
    return {"user": torch.arange(1, len(rows) + 1), "item_list": padded(rows),
            "length": torch.tensor([min(LENGTH, len(r)) for r in rows])}


def asked_with_a_mask():
    """RecBole drops the oldest item when it appends the mask, even where there is room: an item in front keeps what matters."""
    rows = [[1] + [item + 1 for item in history][-(LENGTH - 1):] for history in HISTORIES]
    return {"item_list": padded(rows), "length": torch.tensor([len(r) for r in rows])}


def masked():
    rows = padded([sequence for sequence, _, _ in MASKED])
    most = int(0.5 * LENGTH)
    pad = lambda values: torch.tensor([[0] * (most - len(v)) + v for v in values])
    positives = pad([targets for _, _, targets in MASKED])
    return {"masked": rows, "positive": positives, "negative": positives, "index": pad([places for _, places, _ in MASKED])}


def values_of(model, names, batch, query):
    bridge = Bridge(model, with_parts(names))
    model.train()
    loss = model.calculate_loss(batch)
    loss.backward()
    model.eval()
    scores = model.full_sort_predict(query)
    return {"parameters": bridge.shapes, "loss": loss.item(), "gradients": bridge.gradients(),
            "scores": [[float(f"{x:.8g}") for x in row] for row in scores.tolist()]}


def main():
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)  # so that what ours differ by is their own rounding; RecBole's f32 gradients of CORE are 2e-5 off
    torch.autograd.set_detect_anomaly(False)
    items = {"items": ["item_embedding.weight"]}
    gru = {"gru.input": ["gru_layers.weight_ih_l0"], "gru.hidden": ["gru_layers.weight_hh_l0"], "dense": ["dense"]}
    caser = {"vertical": ["conv_v"]} | {f"horizontal{h}": [f"conv_h.{h - 1}"] for h in range(1, LENGTH + 1)}
    caser |= {"first": ["fc1"], "second": ["fc2"]} | items | {"users": ["user_embedding.weight"]}
    core = {ours: ["net." + name for name in theirs] for ours, theirs in encoder_map().items()} | {"weight": ["net.fn"]}
    head = {"head": ["output_ffn"], "head_norm": ["output_ln"]}
    bert = encoder_map() | head | items | {"bias": ["output_bias"]}
    result = {
        "versions": {"torch": torch.__version__, "recbole": "1.2.1", "numpy": np.__version__},
        "items": ITEMS, "length": LENGTH, "width": WIDTH, "inner": INNER, "hidden": HIDDEN, "scale": SCALE, "histories": HISTORIES,
        "masked": [{"rows": rows, "places": places, "targets": targets} for rows, places, targets in MASKED],
        "sasrec": values_of(SASRec(config(), Data()), encoder_map() | items, prefixes(), asked()),
        "core": values_of(CORE(config(), Data()), core | items, prefixes(), asked()),
        "gru4rec": values_of(GRU4Rec(config(hidden_size=HIDDEN), Data()), gru | items, prefixes(), asked()),
        "caser": values_of(Caser(config(), Data()), caser, prefixes(), asked()),
        "bert4rec": values_of(BERT4Rec(config(), Data()), bert, masked(), asked_with_a_mask()),
    }
    root = Path(__file__).resolve().parents[2]
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else root / "tests/golden/sequential.json"
    path.write_text(json.dumps(result) + "\n")
    print(path, {name: result[name]["loss"] for name in ("sasrec", "core", "gru4rec", "caser", "bert4rec")})


main()
