"""LoRA on the tiny llama (tied) by peft: logits, loss and the gradient of every A and B; and an adapter as peft saves it.

LoraConfig(r=4, lora_alpha=8, lora_dropout=0) on q, k, v, o, gate, up, down of both layers, base frozen. A [4, in] and B [out, 4]
come from the formula (0.25 * u) under "<module path>.lora_A.weight" and "<module path>.lora_B.weight", with the module path of the
plain model, e.g. "model.layers.0.self_attn.q_proj". The output is W x + (alpha / r) B A x. Batch and loss: tiny_models.py.
lora.safetensors:
    tokens [2, 24], logits [2, 24, 128], hidden [2, 24, 32], loss []
    grad.<module path>.lora_A.weight, grad.<module path>.lora_B.weight
lora_adapter/adapter_model.safetensors and adapter_config.json: what save_pretrained writes (its tensor names begin with
"base_model.model." and hold the same A and B).
"""

import json

import common  # before the packages: it puts them ahead of this folder

import peft
import torch

TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def adapted_model():
    config = peft.LoraConfig(r=4, lora_alpha=8, lora_dropout=0.0, bias="none", target_modules=TARGETS, task_type="CAUSAL_LM")
    return peft.get_peft_model(common.tiny_model("llama"), config)


def plain_name(name):
    """base_model.model.model.layers.0.x.lora_A.default.weight -> model.layers.0.x.lora_A.weight"""
    return name.removeprefix("base_model.model.").replace(".default.", ".")


def adapter_parameters(model):
    return {plain_name(name): p for name, p in model.named_parameters() if p.requires_grad}


def fill(adapter):
    with torch.no_grad():
        for name, parameter in adapter.items():
            parameter.copy_(common.formula_f32(name, tuple(parameter.shape)))


def save_adapter(model, folder):
    """The library writes target_modules in the order of a set; sorted here, so that a rerun gives the same bytes."""
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    (folder / "adapter_model.safetensors").chmod(0o644)
    path = folder / "adapter_config.json"
    config = json.loads(path.read_text())
    config["target_modules"].sort()
    path.write_text(json.dumps(config, indent=2) + "\n")


def main():
    folder = common.start(__doc__).parse_args().folder
    model = adapted_model()
    adapter = adapter_parameters(model)
    assert len(adapter) == 2 * 2 * len(TARGETS)
    fill(adapter)
    tokens = common.formula_tokens("tokens", (2, 24))
    hidden, logits = common.forward(model.get_base_model(), tokens)
    loss = common.next_token_loss(logits, tokens)
    loss.backward()
    tensors = {"tokens": tokens, "logits": logits, "hidden": hidden, "loss": loss, **common.gradients(adapter.items())}
    common.save(folder / "lora.safetensors", tensors, "lora.py")
    save_adapter(model, folder / "lora_adapter")


if __name__ == "__main__":
    main()
