"""Logits, final-norm states, loss and every gradient of four tiny models, by transformers in f32.

For each variant (llama, llama3, qwen2, qwen3; common.py has configurations and the weights' formula) writes
tiny_<variant>.safetensors:
    tokens [2, 24]        formula tokens under the name "tokens" (flat index = row * 24 + column), modulo 128
    logits [2, 24, 128]   hidden [2, 24, 32]: states after the final norm
    loss []               mean next-token cross-entropy over the 2 * 23 predicted tokens
    grad.<HF name>        d loss / d parameter; a tied embedding holds the sum of both uses and there is no lm_head
and tiny_<variant>.config.json, the configuration as transformers saves it (rotary settings under "rope_parameters").
"""

import common


def tiny_tensors(variant):
    model = common.tiny_model(variant)
    tokens = common.formula_tokens("tokens", (2, 24))
    hidden, logits = common.forward(model, tokens)
    loss = common.next_token_loss(logits, tokens)
    loss.backward()
    check_against_own_loss(model, tokens, logits, loss)
    return {"tokens": tokens, "logits": logits, "hidden": hidden, "loss": loss,
            **common.gradients(model.named_parameters())}


def check_against_own_loss(model, tokens, logits, loss):
    """The library's own forward must agree with the head applied here."""
    own = model(input_ids=tokens, labels=tokens)
    assert (own.logits - logits).abs().max() < 1e-5 and abs(own.loss - loss) < 1e-6


def save_config(folder, variant):
    (folder / f"tiny_{variant}.config.json").write_text(common.tiny_model(variant).config.to_json_string().rstrip() + "\n")


def main():
    folder = common.start(__doc__).parse_args().folder
    for variant in common.VARIANTS:
        common.save(folder / f"tiny_{variant}.safetensors", tiny_tensors(variant), "tiny_models.py", variant=variant)
        save_config(folder, variant)


if __name__ == "__main__":
    main()
