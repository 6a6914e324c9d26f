"""Loads a Hugging Face folder that this program saved and compares transformers' logits with the program's own.

    check_saved_model.py FOLDER [--tolerance 1e-4]

FOLDER holds config.json, the weights and expected_logits.safetensors (tokens [1, n] I64, logits [n, V] F32). Computed in f32 whatever
type the weights are stored in. Prints the largest |difference| / max |logit|; exits with 1 above the tolerance, with 2 when the
folder cannot be loaded or the shapes do not fit.
"""

import argparse
import sys
from pathlib import Path

import common  # before the packages: it puts them ahead of this folder

import safetensors.torch
import torch
import transformers


def expected_of(folder):
    tensors = safetensors.torch.load_file(folder / "expected_logits.safetensors")
    return tensors["tokens"].long(), tensors["logits"].float()


def load(folder):
    """The model in f32; weights that are missing, left over or of another shape are errors, not warnings."""
    model, found = transformers.AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", local_files_only=True, output_loading_info=True)
    wrong = {kind: names for kind, names in found.items() if names}
    if wrong:
        raise ValueError(f"weights do not fit the model: {wrong}")
    return model.eval()


@torch.no_grad()
def relative_error(folder):
    tokens, expected = expected_of(folder)
    logits = common.forward(load(folder), tokens)[1][0]
    if logits.shape != expected.shape:
        raise ValueError(f"expected_logits has shape {tuple(expected.shape)}, the model gives {tuple(logits.shape)}")
    return float((logits - expected).abs().max() / logits.abs().max())


def main():
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tolerance", type=float, default=1e-4)
    arguments = parser.parse_args()
    try:
        error = relative_error(arguments.folder)
    except Exception as problem:  # any failure to load is the answer this check is for
        print(f"[check_saved_model] {arguments.folder}: {problem}", file=sys.stderr)
        return 2
    good = error <= arguments.tolerance
    print(f"{arguments.folder}: max relative error {error:.3e} (tolerance {arguments.tolerance:.0e}): {'ok' if good else 'FAILED'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
