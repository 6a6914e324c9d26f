"""Ten AdamW steps on the tiny llama (tied), by torch.optim.AdamW in f32.

The batch and the loss are those of tiny_models.py, the same in every step. lr 1e-2 at its peak, betas (0.9, 0.95), eps 1e-8;
weight decay 0.1 on 2-D weights (the embedding included), 0 on norms; torch.nn.utils.clip_grad_norm_ at 1.0 before each step.
lr of step t = 1..10: 1e-2 * t/3 up to t = 3, then 1e-2 * (1 - 0.9 * (t - 3)/7), rounded to f32.
adamw.safetensors:
    lr [10]            learning rates as used
    loss [10]          loss before the step
    grad_norm [10]     global norm before clipping
    loss_after []      loss after the last step
    weight.<HF name>   weights after step 10; weight1.<HF name> after step 1
"""

import torch

import common

STEPS, PEAK, WARM_UP = 10, 1e-2, 3


def schedule():
    rates = [PEAK * (t / WARM_UP if t <= WARM_UP else 1 - 0.9 * (t - WARM_UP) / (STEPS - WARM_UP))
             for t in range(1, STEPS + 1)]
    return torch.tensor(rates, dtype=torch.float32)


def optimiser_of(model):
    matrices = [p for p in model.parameters() if p.dim() == 2]
    others = [p for p in model.parameters() if p.dim() != 2]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=PEAK, betas=(0.9, 0.95), eps=1e-8, foreach=False, fused=False)


def step(model, optimiser, tokens, rate):
    for group in optimiser.param_groups:
        group["lr"] = rate
    optimiser.zero_grad()
    loss = common.next_token_loss(common.forward(model, tokens)[1], tokens)
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0, foreach=False)
    optimiser.step()
    return loss.detach(), norm


def snapshot(model, prefix):
    return {prefix + name: p.detach().clone() for name, p in model.named_parameters()}


def main():
    folder = common.start(__doc__).parse_args().folder
    model = common.tiny_model("llama")
    optimiser = optimiser_of(model)
    tokens = common.formula_tokens("tokens", (2, 24))
    rates, losses, norms, tensors = schedule(), [], [], {}
    for number, rate in enumerate(rates.tolist(), 1):
        loss, norm = step(model, optimiser, tokens, rate)
        losses.append(loss)
        norms.append(norm)
        if number == 1:
            tensors |= snapshot(model, "weight1.")
    after = common.next_token_loss(common.forward(model, tokens)[1], tokens)
    tensors |= snapshot(model, "weight.")
    tensors |= {"lr": rates, "loss": torch.stack(losses), "grad_norm": torch.stack(norms), "loss_after": after}
    common.save(folder / "adamw.safetensors", tensors, "adamw.py")


if __name__ == "__main__":
    main()
