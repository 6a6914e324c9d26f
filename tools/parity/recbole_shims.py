"""Lets RecBole 1.2.1 run on today's NumPy, pandas and torch, from outside: import this before anything of RecBole.

What it would do to the whole process is undone too: one of its files switches torch's anomaly detection on.
"""

import sys
import types
import warnings

import numpy
import pandas
import torch
from scipy.sparse import dok_matrix


def restore_numpy_names():
    """Removed in NumPy 2; RecBole assigns them on."""
    for name, kind in (("float_", numpy.float64), ("complex_", numpy.complex128), ("unicode_", numpy.str_)):
        if not hasattr(numpy, name):
            setattr(numpy, name, kind)


def restore_element_wise_agg():
    """Until pandas 3 Series.agg(len) was taken element by element."""
    agg = pandas.Series.agg

    def element_wise(self, func=None, *arguments, **named):
        return self.apply(func) if func is len else agg(self, func, *arguments, **named)

    pandas.Series.agg = element_wise


def restore_dictionary_update():
    """LightGCN fills its matrix by a method that SciPy's dictionary of keys has lost."""
    if not hasattr(dok_matrix, "_update"):
        dok_matrix._update = lambda self, entries: self._dict.update(entries)


class NoWriter:
    """In place of TensorBoard's writer: nobody reads those logs here."""

    def __init__(self, *_, **__):
        pass

    def __getattr__(self, _):
        return lambda *_, **__: None


def leave_out_tensorboard():
    module = types.ModuleType("torch.utils.tensorboard")
    module.SummaryWriter = NoWriter
    sys.modules["torch.utils.tensorboard"] = module


def import_quietly():
    """Imports RecBole's models and gives torch's setting back as it was."""
    before = torch.is_anomaly_enabled()
    import recbole.model.sequential_recommender  # noqa: F401: sine.py among them
    torch.autograd.set_detect_anomaly(before)


# What is deprecated there cannot be mended here. Among it: pandas 3 says that filling in missing values no longer works as RecBole
# does it; the files written here have none.
warnings.filterwarnings("ignore")
restore_numpy_names()
restore_element_wise_agg()
restore_dictionary_update()
leave_out_tensorboard()
import_quietly()
