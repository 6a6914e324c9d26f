"""One whole RL step's loss and gradient by a plain autograd twin: each path is forwarded alone, nothing is shared.

Model: tiny llama (common.py), f32, plus readout.w1 [16, 32] and readout.w2 [1, 16] from the formula (0.25 * u).
Slates: B = 2, K = 3, G = 2, T = 4. Tokens come from formula_tokens under the names "rl.history.<b>",
"rl.candidate.<b>.<i>", "rl.rationale.<b>.<i>.<g>", "rl.rationale_start" and "rl.cue"; in rationales 5 becomes 6, then the
last token of those in ENDED becomes 5 (end of turn: a sampled token that stays in the sequence).
Paths: silent = history + candidate + cue; rationale = history + candidate + rationale_start + rationale + cue.

    h          final-norm state of the last cue token
    score      (E[11] - E[12]) . h + W2 GELU_exact(W1 h), E the (tied) output embedding, yes 11, no 12
    log pi_t   log_softmax(logits / 0.8)[z_t], logits at the position before z_t (rationale_start for t = 0)
    U(x)       E[NDCG@2] under Plackett-Luce(x / 0.7), all 3! rankings, double
    J_G        U_obj = U(mean_g s^g)        J_1   U_obj = (1/G) sum_g U(s_1^g .. s_K^g)
    loss       -(1/B) sum_b [ U_obj + 0.3 U(silent) + sum_i sum_g w sum_t a_i^g f_t
                              + (1/G) sum_i sum_g sum_t (entropy_coef * H_t - kl_coef * k3_t) ]
    a, w       credit and weight of credits.py, no gradient; `shared` baseline b = mean of R over all slates and g
    f_t        log pi_t; in PPO variants a f_t is min(a r_t, a clip(r_t, 0.8, 1.2)), r_t = exp(log pi_t - old_t)
    old_t      log pi_t (no gradient) + 0.3 u, u by formula under "rl.old_noise" over [B, K, G, T]
    k3_t       exp(ref_t - log pi_t) - (ref_t - log pi_t) - 1, ref_t = log pi_t (no gradient) + 0.3 u, "rl.reference_noise"
    H_t        -sum_v p_v log p_v, p = softmax(logits / 0.8) where z_t was sampled
    length     a_i^g = A_i^g - 0.01 * length_i^g

Extras: ppo (clipping alone), kl (0.1 k3 alone), entropy (0.01 H alone), length (price alone), all (the four together).
rl_step.safetensors (padding: -1 in tokens, 0 in numbers):
    history [B, 7], history_length [B], candidate [B, K, 4], candidate_length [B, K], rationale [B, K, G, T],
    rationale_length [B, K, G], rationale_start [1], cue [2], relevance [B, K]
    logprob, old_logprob, reference_logprob, entropy [B, K, G, T]; scores [B, K, G]; silent [B, K]
    utility.J_G, utility.J_1, utility.silent [B]
    credit.<objective>.<credit> [B, K, G], weight.<objective>.<credit> [], baseline.<objective> []
    loss.<objective>.<credit> [], norm.<objective>.<credit> [P]: gradient norm of each parameter, names sorted (metadata
    "parameters"); loss.<objective>.<credit>.<extra> and norm.<objective>.<credit>.<extra> likewise
    grad.<objective>.<credit>.<name> for (J_G, contribution) and (J_1, marginal);
    grad.J_1.marginal.all.<name> with every extra
"""

from dataclasses import dataclass

import torch

import common
import credits

B, K, G, T = 2, 3, 2, 4
CUT, TAU, TEMPERATURE = 2, 0.7, 0.8
YES, NO, END = 11, 12, 5
SILENT_WEIGHT, CLIP, KL, ENTROPY, PRICE = 0.3, 0.2, 0.1, 0.01, 0.01
HISTORY = (7, 5)
CANDIDATE = ((3, 4, 2), (2, 3, 3))
LENGTH = (((3, 4), (0, 2), (1, 4)), ((4, 4), (2, 3), (4, 1)))
ENDED = {(0, 0, 0), (0, 1, 1), (0, 2, 0), (0, 2, 1), (1, 1, 0), (1, 1, 1), (1, 2, 1)}
RELEVANCE = ((0.0, 1.0, 0.0), (0.0, 1.0, 3.0))
EXTRAS = ("ppo", "kl", "entropy", "length", "all")
PLAIN = (("J_G", "contribution"), ("J_1", "marginal"))


@dataclass
class Rollout:
    scores: torch.Tensor   # [B, K, G] double
    silent: torch.Tensor   # [B, K] double
    logprob: torch.Tensor  # [B, K, G, T] double, 0 where nothing was sampled
    entropy: torch.Tensor  # [B, K, G, T] double, likewise


def history(b):
    return common.formula_tokens(f"rl.history.{b}", (HISTORY[b],))


def candidate(b, i):
    return common.formula_tokens(f"rl.candidate.{b}.{i}", (CANDIDATE[b][i],))


def rationale(b, i, g):
    tokens = common.formula_tokens(f"rl.rationale.{b}.{i}.{g}", (LENGTH[b][i][g],))
    tokens[tokens == END] = END + 1
    if (b, i, g) in ENDED:
        tokens[-1] = END
    return tokens


def rationale_start():
    return common.formula_tokens("rl.rationale_start", (1,))


def cue():
    return common.formula_tokens("rl.cue", (2,))


def parameters_of(model):
    w1 = torch.nn.Parameter(common.formula_f32("readout.w1", (16, 32)))
    w2 = torch.nn.Parameter(common.formula_f32("readout.w2", (1, 16)))
    named = dict(model.named_parameters()) | {"readout.w1": w1, "readout.w2": w2}
    return dict(sorted(named.items()))


def readout(parameters, state):
    embedding = parameters["model.embed_tokens.weight"]
    hidden = torch.nn.functional.gelu(parameters["readout.w1"] @ state)
    return (embedding[YES] - embedding[NO]) @ state + (parameters["readout.w2"] @ hidden).squeeze()


def silent_score(model, parameters, b, i):
    path = torch.cat([history(b), candidate(b, i), cue()])
    states, _ = common.forward(model, path[None])
    return readout(parameters, states[0, -1]).double()


def rationale_path(model, parameters, b, i, g):
    """Score, log-probabilities [T] and entropies [T] of one rationale."""
    sampled = rationale(b, i, g)
    before = HISTORY[b] + CANDIDATE[b][i]
    path = torch.cat([history(b), candidate(b, i), rationale_start(), sampled, cue()])
    states, logits = common.forward(model, path[None])
    logp = torch.log_softmax(logits[0, before:before + len(sampled)] / TEMPERATURE, -1)
    chosen = logp.gather(1, sampled[:, None]).squeeze(1)
    entropy = -(logp.exp() * logp).sum(-1)
    return readout(parameters, states[0, -1]).double(), pad(chosen), pad(entropy)


def pad(values):
    return torch.nn.functional.pad(values.double(), (0, T - len(values)))


def rollout_of(model, parameters):
    paths = [[[rationale_path(model, parameters, b, i, g) for g in range(G)] for i in range(K)] for b in range(B)]
    def gathered(part):
        return torch.stack([torch.stack([torch.stack([p[part] for p in row]) for row in slate]) for slate in paths])
    silent = torch.stack([torch.stack([silent_score(model, parameters, b, i) for i in range(K)]) for b in range(B)])
    return Rollout(gathered(0), silent, gathered(1), gathered(2))


def sampled_mask():
    return torch.arange(T) < torch.tensor(LENGTH)[..., None]  # [B, K, G, T]


def noisy(logprob, name):
    noise = common.formula_f32(name, (B, K, G, T), 0.3)
    return (logprob.detach().float() + noise) * sampled_mask()


def utility_of(b):
    return lambda scores: common.expected_ndcg(scores, RELEVANCE[b], CUT, TAU)


def objective_utility(objective, b, scores):
    if objective == "J_G":
        return utility_of(b)(scores[b].mean(-1))
    return utility_of(b)(scores[b].T).mean()


def utilities(objective, scores):
    return torch.stack([objective_utility(objective, b, scores) for b in range(B)])


def silent_utilities(rollout):
    return torch.stack([utility_of(b)(rollout.silent[b]) for b in range(B)])


def batch_baseline(objective, rollout):
    rewards = [credits.slate_rewards(objective, utility_of(b), rollout.scores[b].detach()) for b in range(B)]
    return torch.stack(rewards).mean()


def credits_of(objective, credit, rollout):
    baseline = batch_baseline(objective, rollout)
    return torch.stack([credits.credit_of(objective, credit, utility_of(b), rollout.scores[b].detach(),
                                          rollout.silent[b].detach(), baseline) for b in range(B)])


def policy_terms(advantage, rollout, extra):
    """a f_t: [B, K, G, T]."""
    a = advantage[..., None]
    if extra not in ("ppo", "all"):
        return a * rollout.logprob
    ratio = (rollout.logprob - noisy(rollout.logprob, "rl.old_noise").double()).exp()
    return torch.minimum(a * ratio, a * ratio.clamp(1 - CLIP, 1 + CLIP)) * sampled_mask()


def regulariser_terms(rollout, extra):
    terms = torch.zeros(B, K, G, T, dtype=torch.float64)
    if extra in ("kl", "all"):
        gap = noisy(rollout.logprob, "rl.reference_noise").double() - rollout.logprob
        terms = terms - KL * (gap.exp() - gap - 1)
    if extra in ("entropy", "all"):
        terms = terms + ENTROPY * rollout.entropy
    return terms * sampled_mask()


def loss_of(objective, credit, rollout, extra=None):
    advantage = credits_of(objective, credit, rollout)
    if extra in ("length", "all"):
        advantage = advantage - PRICE * torch.tensor(LENGTH)
    gain = utilities(objective, rollout.scores) + SILENT_WEIGHT * silent_utilities(rollout)
    policy = credits.weight(objective, credit, G) * policy_terms(advantage, rollout, extra).sum((1, 2, 3))
    regular = regulariser_terms(rollout, extra).sum((1, 2, 3)) / G
    return -(gain + policy + regular).mean()


def padded(rows, shape):
    out = torch.full(shape, -1, dtype=torch.int64)
    for where, tokens in rows.items():
        out[where][:len(tokens)] = tokens
    return out


def token_tensors():
    items = [(b, i) for b in range(B) for i in range(K)]
    paths = [(b, i, g) for b, i in items for g in range(G)]
    return {
        "history": padded({b: history(b) for b in range(B)}, (B, 7)), "history_length": torch.tensor(HISTORY),
        "candidate": padded({at: candidate(*at) for at in items}, (B, K, 4)), "candidate_length": torch.tensor(CANDIDATE),
        "rationale": padded({at: rationale(*at) for at in paths}, (B, K, G, T)), "rationale_length": torch.tensor(LENGTH),
        "rationale_start": rationale_start(), "cue": cue(), "relevance": torch.tensor(RELEVANCE)}


def rollout_tensors(rollout):
    return {
        "logprob": rollout.logprob, "old_logprob": noisy(rollout.logprob, "rl.old_noise"),
        "reference_logprob": noisy(rollout.logprob, "rl.reference_noise"), "entropy": rollout.entropy,
        "scores": rollout.scores, "silent": rollout.silent, "utility.J_G": utilities("J_G", rollout.scores),
        "utility.J_1": utilities("J_1", rollout.scores), "utility.silent": silent_utilities(rollout)}


def variant_tensors(parameters, rollout, objective, credit, extra=None, whole=False):
    name = f"{objective}.{credit}" + (f".{extra}" if extra else "")
    loss = loss_of(objective, credit, rollout, extra)
    found = torch.autograd.grad(loss, list(parameters.values()), retain_graph=True)
    tensors = {f"loss.{name}": loss, f"norm.{name}": torch.stack([g.double().norm() for g in found])}
    if whole:
        tensors |= {f"grad.{name}.{parameter}": g for parameter, g in zip(parameters, found)}
    return tensors


def objective_tensors(parameters, rollout, objective):
    tensors = {f"baseline.{objective}": batch_baseline(objective, rollout)}
    for credit in credits.CREDITS:
        tensors[f"credit.{objective}.{credit}"] = credits_of(objective, credit, rollout)
        tensors[f"weight.{objective}.{credit}"] = torch.tensor(credits.weight(objective, credit, G))
        tensors |= variant_tensors(parameters, rollout, objective, credit, whole=(objective, credit) in PLAIN)
    return tensors


def main():
    folder = common.start(__doc__).parse_args().folder
    model = common.tiny_model("llama")
    parameters = parameters_of(model)
    rollout = rollout_of(model, parameters)
    tensors = token_tensors() | rollout_tensors(rollout)
    for objective in ("J_G", "J_1"):
        tensors |= objective_tensors(parameters, rollout, objective)
    for objective, credit in PLAIN:
        for extra in EXTRAS:
            whole = (objective, extra) == ("J_1", "all")
            tensors |= variant_tensors(parameters, rollout, objective, credit, extra, whole)
    common.save(folder / "rl_step.safetensors", tensors, "rl_step.py", parameters=" ".join(parameters))


if __name__ == "__main__":
    main()
