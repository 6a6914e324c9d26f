"""What the golden scripts for model files share: their output folder and the versions that made them.

Needs only: gguf, numpy, safetensors, tokenizers, transformers, xxhash (no torch)."""

import importlib.metadata
import platform
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "golden" / "format"
SEEDS = FOLDER.parents[1] / "fuzz"
PACKAGES = ("gguf", "numpy", "safetensors", "xxhash")


def versions():
    return {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in PACKAGES}}


def version_text():
    return ", ".join(f"{name} {version}" for name, version in versions().items())
