"""The loss and gradient of a step of supervised fine-tuning by a plain autograd twin: each path is forwarded alone.

Model, tokens and labels are those of rl_step.py: B = 2 slates, K = 3 candidates, G = 2 rationales each, relevance above 0 is yes.
One rationale is left out (REMOVED), so that candidates have different numbers of them.

    path     history + candidate + rationale_start + rationale + cue
    tokens   - sum over rationales of [sum_t log softmax(logits)[z_t] + log softmax(logits at the cue's end)[verdict]], temperature 1
    readout  sum over rationales of the logistic loss of the score at the cue's end
    silent   the same over candidates, of history + candidate + cue
    loss     tokens / N + 0.7 readout / R + 0.4 silent / C; N taught tokens (a verdict each included), R rationales, C candidates

sft_step.safetensors: tokens, readout, silent [] double; right [] int64 (scores with the sign of the label); size [3] int64 (N, R, C);
norm [P] gradient norm of each parameter, names sorted (metadata "parameters"); grad.<name> for NAMED.
"""

import torch
import torch.nn.functional as F

import common
import rl_step as rl

REMOVED = (1, 0, 1)
READOUT_WEIGHT, SILENT_WEIGHT = 0.7, 0.4
NAMED = ("model.embed_tokens.weight", "model.layers.0.self_attn.k_proj.weight", "readout.w1", "readout.w2")


def label(b, i):
    return rl.RELEVANCE[b][i] > 0


def taught_path(model, parameters, b, i, g):
    """Summed log-probability of tokens and verdict, the score, how many tokens were taught."""
    taught = rl.rationale(b, i, g)
    path = torch.cat([rl.history(b), rl.candidate(b, i), rl.rationale_start(), taught, rl.cue()])
    states, logits = common.forward(model, path[None])
    logp = torch.log_softmax(logits[0].double(), -1)
    before = rl.HISTORY[b] + rl.CANDIDATE[b][i]
    tokens = logp[before:before + len(taught)].gather(1, taught[:, None]).sum()
    verdict = logp[-1, rl.YES if label(b, i) else rl.NO]
    return tokens + verdict, rl.readout(parameters, states[0, -1]).double(), len(taught) + 1


def logistic(score, yes):
    return F.softplus(-score if yes else score)


def main():
    folder = common.start(__doc__).parse_args().folder
    model = common.tiny_model("llama")
    parameters = rl.parameters_of(model)
    tokens = readout = silent = torch.zeros((), dtype=torch.double)
    count = rationales = right = 0
    for b in range(rl.B):
        for i in range(rl.K):
            silent = silent + logistic(rl.silent_score(model, parameters, b, i), label(b, i))
            for g in range(rl.G):
                if (b, i, g) == REMOVED:
                    continue
                logprob, score, taught = taught_path(model, parameters, b, i, g)
                tokens, readout = tokens - logprob, readout + logistic(score, label(b, i))
                count, rationales, right = count + taught, rationales + 1, right + int((score.item() > 0) == label(b, i))
    loss = tokens / count + READOUT_WEIGHT * readout / rationales + SILENT_WEIGHT * silent / (rl.B * rl.K)
    gradients = dict(zip(parameters, torch.autograd.grad(loss, list(parameters.values()))))
    found = {"tokens": tokens.detach(), "readout": readout.detach(), "silent": silent.detach(), "right": torch.tensor(right),
             "size": torch.tensor([count, rationales, rl.B * rl.K]), "norm": torch.stack([g.norm().double() for g in gradients.values()])}
    found |= {f"grad.{name}": gradients[name] for name in NAMED}
    common.save(folder / "sft_step.safetensors", found, "sft_step.py", parameters=" ".join(parameters))


if __name__ == "__main__":
    main()
