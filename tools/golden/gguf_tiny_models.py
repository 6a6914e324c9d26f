"""tests/golden/format/tiny_{llama,llama3,qwen2,qwen3}.gguf: tiny models as the gguf package writes them, in mixed types, and
tiny_models.json: hashes of their weights in Hugging Face layout. tests/fuzz/gguf_fuzz: seeds with almost no vocabulary.
"""

import json
import math

import gguf
import numpy as np
import xxhash
from gguf import GGMLQuantizationType as Type

from gguf_common import FOLDER, SEEDS, version_text, versions

WIDTH, HEADS, KV_HEADS, HEAD_WIDTH, FFN = 32, 2, 1, 32, 64
KINDS = (Type.Q8_0, Type.Q4_0, Type.Q4_1, Type.F16, Type.BF16, Type.F32)
PRE = {"llama": "smollm", "llama3": "llama-bpe", "qwen2": "qwen2", "qwen3": "qwen2"}
SPECIAL = ("<|im_start|>", "<|im_end|>", "<tool>")


def byte_alphabet():
    """The printable stand-in of each byte (GPT-2's table)."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [byte for byte in range(256) if byte not in plain]
    table = {byte: chr(byte) for byte in plain} | {byte: chr(256 + i) for i, byte in enumerate(rest)}
    return [table[byte] for byte in range(256)]


def llama3_divisors(factor, base):
    divisors = []
    for i in range(HEAD_WIDTH // 2):
        wavelength = 2 * math.pi * base ** (2 * i / HEAD_WIDTH)
        if wavelength < 8192 / 4:
            divisors.append(1)
        elif wavelength > 8192:
            divisors.append(factor)
        else:
            smooth = (8192 / wavelength - 1) / 3
            divisors.append(1 / ((1 - smooth) / factor + smooth))
    return np.array(divisors, dtype=np.float32)


def permuted(values, heads):
    """What the converter does to q and k of the Llama architecture."""
    rows, columns = values.shape
    return values.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


def unpermuted(values, heads):
    rows, columns = values.shape
    return values.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)


class TinyModel:
    def __init__(self, variant, path, alphabet, kinds=KINDS):
        self.variant = variant
        self.family = "llama" if variant.startswith("llama") else variant
        self.rng = np.random.default_rng(len(variant))
        self.writer = gguf.GGUFWriter(path, self.family)
        self.alphabet, self.kinds = alphabet, kinds
        self.hashes = {}
        self.matrices = 0

    def add(self, name, hf_name, shape, heads=None):
        values = self.rng.normal(0, 0.1, shape).astype(np.float32)
        kind = Type.F32 if len(shape) == 1 else self.kinds[self.matrices % len(self.kinds)]
        self.matrices += len(shape) > 1
        stored = permuted(values, heads) if heads and self.family == "llama" else values
        data = gguf.quants.quantize(np.ascontiguousarray(stored), kind)
        self.writer.add_tensor(name, data, raw_dtype=kind)
        back = gguf.quants.dequantize(data, kind).astype(np.float32).reshape(shape)
        back = unpermuted(back, heads) if heads and self.family == "llama" else back
        self.hashes[hf_name] = xxhash.xxh3_128_hexdigest(np.ascontiguousarray(back).tobytes())

    def add_layer(self):
        queries, keys = HEADS * HEAD_WIDTH, KV_HEADS * HEAD_WIDTH
        layer = "model.layers.0."
        self.add("blk.0.attn_norm.weight", layer + "input_layernorm.weight", (WIDTH,))
        self.add("blk.0.attn_q.weight", layer + "self_attn.q_proj.weight", (queries, WIDTH), HEADS)
        self.add("blk.0.attn_k.weight", layer + "self_attn.k_proj.weight", (keys, WIDTH), KV_HEADS)
        self.add("blk.0.attn_v.weight", layer + "self_attn.v_proj.weight", (keys, WIDTH))
        self.add("blk.0.attn_output.weight", layer + "self_attn.o_proj.weight", (WIDTH, queries))
        if self.variant == "qwen2":
            for part, rows in (("q", queries), ("k", keys), ("v", keys)):
                self.add(f"blk.0.attn_{part}.bias", f"{layer}self_attn.{part}_proj.bias", (rows,))
        if self.variant == "qwen3":
            for part in "qk":
                self.add(f"blk.0.attn_{part}_norm.weight", f"{layer}self_attn.{part}_norm.weight", (HEAD_WIDTH,))
        self.add("blk.0.ffn_norm.weight", layer + "post_attention_layernorm.weight", (WIDTH,))
        self.add("blk.0.ffn_gate.weight", layer + "mlp.gate_proj.weight", (FFN, WIDTH))
        self.add("blk.0.ffn_up.weight", layer + "mlp.up_proj.weight", (FFN, WIDTH))
        self.add("blk.0.ffn_down.weight", layer + "mlp.down_proj.weight", (WIDTH, FFN))

    def add_metadata(self, tokens):
        writer = self.writer
        writer.add_string("golden.made_by", f"tools/golden/gguf_tiny_models.py with {version_text()}")
        writer.add_block_count(1)
        writer.add_context_length(512)
        writer.add_embedding_length(WIDTH)
        writer.add_feed_forward_length(FFN)
        writer.add_head_count(HEADS)
        writer.add_head_count_kv(KV_HEADS)
        writer.add_key_length(HEAD_WIDTH)
        writer.add_value_length(HEAD_WIDTH)
        writer.add_rope_freq_base(500000.0 if self.variant == "llama3" else 10000.0)
        writer.add_layer_norm_rms_eps(1e-6)
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre(PRE[self.variant])
        writer.add_token_list(tokens)
        writer.add_token_types([1] * (len(tokens) - 3) + [3, 3, 4])
        writer.add_token_merges(["a b", "ab c"])
        writer.add_bos_token_id(len(tokens) - 3)
        writer.add_eos_token_id(len(tokens) - 2)
        writer.add_chat_template("{{ messages }}")

    def write(self):
        tokens = [*self.alphabet, "ab", "abc", *SPECIAL]
        self.add_metadata(tokens)
        rows = len(tokens) + 3  # padded, as published models are
        self.add("token_embd.weight", "model.embed_tokens.weight", (rows, WIDTH))
        if self.variant == "llama3":
            self.writer.add_tensor("rope_freqs.weight", llama3_divisors(8, 500000.0))
        self.add_layer()
        self.add("output_norm.weight", "model.norm.weight", (WIDTH,))
        if self.variant == "qwen2":
            self.add("output.weight", "lm_head.weight", (rows, WIDTH))
        self.writer.write_header_to_file()
        self.writer.write_kv_data_to_file()
        self.writer.write_tensors_to_file()
        self.writer.close()
        return self.hashes


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    golden = {"versions": versions()}
    for variant in PRE:
        golden[variant] = TinyModel(variant, FOLDER / f"tiny_{variant}.gguf", byte_alphabet()).write()
        TinyModel(variant, SEEDS / "gguf_fuzz" / f"{variant}.gguf", "abc", KINDS[:3]).write()
    (FOLDER / "tiny_models.json").write_text(json.dumps(golden, indent=1) + "\n")
