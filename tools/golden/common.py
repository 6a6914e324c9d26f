"""What every golden script for the model shares: formula numbers, tiny models, safetensors with metadata.

No weight is stored: both sides compute them. For the Hugging Face parameter name `name` and the flat row-major
index i (all integer arithmetic modulo 2^64):

    h      = fnv1a64(utf8(name))            offset basis 0xcbf29ce484222325, prime 0x100000001b3
    x      = splitmix64(h + i)              z += 0x9E3779B97F4A7C15; z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
                                            z = (z ^ (z >> 27)) * 0x94D049BB133111EB; return z ^ (z >> 31)
    u      = 2 * (x >> 40) * 2^-24 - 1      in [-1, 1), double
    number = offset + scale * u             double, then rounded to f32
    token  = x mod bound

A weight has scale 0.25 and offset 0, except norm weights ("norm" in the name): scale 0.25, offset 1.
"""

import argparse
import importlib.metadata
import itertools
import json
import math
import os
import platform
import sys
from pathlib import Path

# A script here may have the name of a package (metrics.py, say): packages first, this folder last.
HERE = Path(__file__).resolve().parent
sys.path = [p for p in sys.path if Path(p or ".").resolve() != HERE] + [str(HERE)]
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import safetensors.torch
import torch
import transformers

VOCAB = 128
VARIANTS = ("llama", "llama3", "qwen2", "qwen3")
DEFAULT_FOLDER = HERE.parents[1] / "tests" / "golden" / "model"


def fnv1a64(text):
    h = 0xCBF29CE484222325
    for byte in text.encode("utf-8"):
        h = ((h ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return h


def splitmix64(z):
    """z: uint64 array."""
    z = z + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def formula_bits(name, count):
    with np.errstate(over="ignore"):
        return splitmix64(np.uint64(fnv1a64(name)) + np.arange(count, dtype=np.uint64))


def formula_double(name, shape, scale, offset=0.0):
    x = formula_bits(name, int(np.prod(shape)))
    u = 2.0 * ((x >> np.uint64(40)).astype(np.float64) * 2.0**-24) - 1.0
    return torch.from_numpy((offset + scale * u).reshape(shape))


def formula_f32(name, shape, scale=0.25, offset=0.0):
    return formula_double(name, shape, scale, offset).to(torch.float32)


def formula_tokens(name, shape, bound=VOCAB):
    x = formula_bits(name, int(np.prod(shape))) % np.uint64(bound)
    return torch.from_numpy(x.astype(np.int64).reshape(shape))


def formula_weight(name, shape):
    return formula_f32(name, shape, 0.25, 1.0 if "norm" in name else 0.0)


def fill_by_formula(model):
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(formula_weight(name, tuple(parameter.shape)))


def rope(theta, kind="default", **more):
    return {"rope_type": kind, "rope_theta": theta, **more}


def tiny_config(variant):
    """Configuration of a tiny model: vocabulary 128, width 32, 2 layers, 4 heads, 2 KV heads, FFN 48."""
    shared = dict(
        vocab_size=VOCAB, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, head_dim=16 if variant == "qwen3" else 8, max_position_embeddings=256,
        rms_norm_eps=1e-5 if variant.startswith("llama") else 1e-6, attention_dropout=0.0, bos_token_id=None,
        eos_token_id=None, pad_token_id=None, tie_word_embeddings=variant != "llama3", use_cache=False,
        attn_implementation="eager", dtype=torch.float32)
    if variant == "llama3":
        # Original length 128: the four rotary pairs cover all three bands (kept, blended, divided by 8).
        scaling = rope(10000.0, "llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
                       original_max_position_embeddings=128)
        return transformers.LlamaConfig(rope_parameters=scaling, **shared)
    family = {"llama": transformers.LlamaConfig, "qwen2": transformers.Qwen2Config, "qwen3": transformers.Qwen3Config}
    return family[variant](rope_parameters=rope(10000.0), **shared)


def tiny_model(variant):
    model = transformers.AutoModelForCausalLM.from_config(tiny_config(variant))
    fill_by_formula(model)
    return model.float().eval()


def forward(model, tokens):
    """tokens [B, N] -> (final-norm states [B, N, D], logits [B, N, V])."""
    hidden = model.model(input_ids=tokens, use_cache=False)[0]
    return hidden, torch.nn.functional.linear(hidden, model.lm_head.weight)


def next_token_loss(logits, tokens):
    """Mean cross-entropy of tokens[:, 1:] given what is before them, over all rows together."""
    flat = logits[:, :-1].reshape(-1, logits.shape[-1])
    return torch.nn.functional.cross_entropy(flat, tokens[:, 1:].reshape(-1))


def plackett_luce_log_probability(scores, permutation, tau):
    """log P of a whole ranking (best first) for scores [..., K] in double."""
    placed = scores[..., list(permutation)] / tau
    left = torch.logcumsumexp(placed.flip(-1), dim=-1).flip(-1)
    return (placed - left).sum(-1)


def ndcg(permutation, relevance, k):
    """Gain 2^rel - 1, discount 1 / log2(rank + 1) up to rank k."""
    def dcg(labels):
        return sum((2.0**rel - 1.0) / math.log2(place + 2) for place, rel in enumerate(labels[:k]))
    return dcg([relevance[item] for item in permutation]) / dcg(sorted(relevance, reverse=True))


def expected_ndcg(scores, relevance, k, tau):
    """E[NDCG@k] under Plackett-Luce(scores / tau) over all K! rankings: scores [..., K] -> [...], double, differentiable."""
    scores = scores.double()
    rankings = itertools.permutations(range(scores.shape[-1]))
    return sum(plackett_luce_log_probability(scores, p, tau).exp() * ndcg(p, relevance, k) for p in rankings)


def gradients(named_parameters, prefix="grad."):
    return {prefix + name: p.grad for name, p in named_parameters if p.grad is not None}


def versions(**more):
    packages = ("torch", "transformers", "peft", "gguf", "numpy", "safetensors")
    found = {"python": platform.python_version(), **{p: importlib.metadata.version(p) for p in packages}}
    return {**found, "torch_build": torch.__version__, **more}


def save(path, tensors, script, **metadata):
    """Writes F32 and I64 tensors (double is rounded to F32) with the versions that made them.

    Own writer: the library's orders the metadata at random, and a rerun must give the same bytes."""
    facts = versions(script=f"tools/golden/{script}", **metadata)
    header = {"__metadata__": {key: str(facts[key]) for key in sorted(facts)}}
    body = b""
    for name, value in tensors.items():
        tensor = torch.as_tensor(value).detach()
        real = tensor.is_floating_point()
        data = tensor.to(torch.float32 if real else torch.int64).contiguous().numpy().tobytes()
        header[name] = {"dtype": "F32" if real else "I64", "shape": list(tensor.shape),
                        "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header).encode("utf-8")
    text += b" " * (-len(text) % 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(len(text).to_bytes(8, "little") + text + body)
    assert len(safetensors.torch.load_file(path)) == len(tensors)
    print(f"{path.name}: {len(tensors)} tensors, {path.stat().st_size} bytes")


def start(description):
    """Parses the one argument every script takes (the output folder) and fixes what could change the numbers."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT_FOLDER)
    return parser
