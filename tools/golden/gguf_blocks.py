"""tests/golden/format/blocks.gguf: random blocks of every stored type (<type>.blocks) and what the gguf package makes of them
(<type>.expected, F32). tests/golden/format/halves.json: XXH3 hashes of all 65,536 binary16 and bfloat16 numbers as f32.

Scales are drawn so that zeros, subnormals, the largest halves, infinities and NaN occur; packed values are plain random bytes.
"""

import json
import warnings

import gguf
import numpy as np
import xxhash
from gguf import GGMLQuantizationType as Type

from gguf_common import FOLDER, version_text, versions

# Bytes where a block keeps its binary16 numbers.
HALF_PLACES = {Type.Q8_0: [0], Type.Q4_0: [0], Type.Q4_1: [0, 2], Type.Q4_K: [0, 2], Type.Q6_K: [208]}
EXTREME = np.array([0x0000, 0x8000, 0x0001, 0x8001, 0x03FF, 0x0400, 0x83FF, 0x7BFF, 0xFBFF, 0x7C00, 0xFC00, 0x7E00],
                   dtype=np.uint16)
ROWS = 12


def random_blocks(rng, kind, count):
    size = gguf.GGML_QUANT_SIZES[kind][1]
    blocks = rng.integers(0, 256, (count, size), dtype=np.uint8)
    for place in HALF_PLACES.get(kind, []):
        halves = rng.normal(0, 0.02, count).astype(np.float16).view(np.uint16)
        extreme = rng.random(count) < 0.4
        halves[extreme] = rng.choice(EXTREME, extreme.sum())
        blocks[:, place:place + 2] = halves.view(np.uint8).reshape(count, 2)
    return blocks


def sample(rng, kind):
    """[ROWS, bytes of a row]: long rows for plain types, a few blocks for the others."""
    per_row = {1: 64, 32: 6, 256: 3}[gguf.GGML_QUANT_SIZES[kind][0]]
    return random_blocks(rng, kind, ROWS * per_row).reshape(ROWS, -1)


def add(writer, kind, data):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = gguf.quants.dequantize(data, kind).astype(np.float32).reshape(ROWS, -1)
    name = kind.name.lower()
    if kind in (Type.F32, Type.F16):
        native = np.float32 if kind == Type.F32 else np.float16
        writer.add_tensor(f"{name}.blocks", data.view(native))
    else:
        writer.add_tensor(f"{name}.blocks", data, raw_dtype=kind)
    writer.add_tensor(f"{name}.expected", expected)


def write_blocks():
    rng = np.random.default_rng(20261123)
    writer = gguf.GGUFWriter(FOLDER / "blocks.gguf", "llama")
    writer.add_string("golden.made_by", f"tools/golden/gguf_blocks.py with {version_text()}")
    for kind in (Type.F32, Type.F16, Type.BF16, Type.Q8_0, Type.Q4_0, Type.Q4_1, Type.Q4_K, Type.Q6_K):
        add(writer, kind, sample(rng, kind))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def hash_of(values):
    """NaN payloads differ between processors: every NaN counts as 0x7fc00000."""
    bits = values.view(np.uint32).copy()
    bits[np.isnan(values)] = 0x7FC00000
    return xxhash.xxh3_128_hexdigest(bits.tobytes())


def write_halves():
    every = np.arange(65536, dtype=np.uint16)
    bf16 = gguf.quants.dequantize(every.view(np.uint8).reshape(1, -1), Type.BF16).astype(np.float32).ravel()
    golden = {"versions": versions(), "f16": hash_of(every.view(np.float16).astype(np.float32)), "bf16": hash_of(bf16)}
    rounding = np.random.default_rng(7).integers(0, 1 << 32, 400, dtype=np.uint32)
    near_halves = np.random.default_rng(8).integers(0x33000000, 0x47900000, 400, dtype=np.uint32)
    bits = np.concatenate([rounding, near_halves, near_halves & np.uint32(0xFFFFF000)])
    values = bits.view(np.float32)
    keep = ~np.isnan(values)
    golden["rounded_from"] = bits[keep].tolist()
    with np.errstate(over="ignore"):
        golden["to_f16"] = values[keep].astype(np.float16).view(np.uint16).tolist()
    golden["to_bf16"] = gguf.quants.quantize(values[keep].reshape(1, -1), Type.BF16).view(np.uint16).ravel().tolist()
    (FOLDER / "halves.json").write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    write_blocks()
    write_halves()
