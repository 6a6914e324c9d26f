"""Credits of rationales, A [K, G] of one slate, as rl_step.py and enumerable_policy.py use them.

Letters: s [..., K, G] scores of the rationales, q [..., K] silent scores, sbar_i = mean_g s_i^g, U = expected NDCG.
(i at x) means: item i has score x, every other item j has sbar_j. w multiplies A in the loss.

    none           A = 0
    shared         A_i^g = R^g - b                                   J_1: R^g = U(s^g), w = 1/G; J_G: R^g = U(sbar), w = 1
    rloo           A_i^g = R^g - mean_{g' != g} R^g'                 R^g = U(s_1^g .. s_K^g), w = 1/G
    grpo           A_i^g = (R^g - mean_g R) / (std_g R + 1e-6)       same R, w = 1/G; std divides by G - 1
    contribution   A_i^g = U(sbar) - U(i at mean_{g' != g} s_i^g')   w = 1
    marginal       M_i^g = U(i at s_i^g); A_i^g = M_i^g - mean_{g' != g} M_i^g'     w = 1/G
    versus-silent  A_i^g = U(i at s_i^g) - U(i at q_i)               w = 1/G
"""

import torch

CREDITS = ("none", "shared", "grpo", "rloo", "contribution", "marginal", "versus-silent")


def weight(objective, credit, count):
    whole = credit == "contribution" or (credit == "shared" and objective == "J_G")
    return 1.0 if whole else 1.0 / count


def mean_of_others(values):
    """values [..., G] -> mean over g' != g."""
    return (values.sum(-1, keepdim=True) - values) / (values.shape[-1] - 1)


def with_item_at(utility, scores, replacement):
    """U(i at replacement_i^g) for every i and g: [..., K, G]."""
    means = scores.mean(-1)
    columns = []
    for g in range(replacement.shape[-1]):
        rows = []
        for i in range(means.shape[-1]):
            changed = means.clone()
            changed[..., i] = replacement[..., i, g]
            rows.append(utility(changed))
        columns.append(torch.stack(rows, -1))
    return torch.stack(columns, -1)


def group_rewards(utility, scores):
    """R^g = U(s_1^g .. s_K^g): [..., G]."""
    return utility(scores.transpose(-1, -2))


def slate_rewards(objective, utility, scores):
    """Rewards that `shared` and the batch baseline use: [..., G]."""
    if objective == "J_1":
        return group_rewards(utility, scores)
    return utility(scores.mean(-1)).unsqueeze(-1).expand(*scores.shape[:-2], scores.shape[-1])


def from_rewards(credit, rewards, baseline, items):
    """Credits that every item of the slate shares: rewards [..., G] -> [..., K, G]."""
    if credit == "shared":
        advantage = rewards - baseline
    elif credit == "rloo":
        advantage = rewards - mean_of_others(rewards)
    else:
        spread = rewards.std(-1, keepdim=True, correction=1) + 1e-6
        advantage = (rewards - rewards.mean(-1, keepdim=True)) / spread
    return advantage.unsqueeze(-2).expand(*advantage.shape[:-1], items, advantage.shape[-1])


def of_items(credit, utility, scores, silent):
    """Credits that each item has for itself: [..., K, G]."""
    if credit == "contribution":
        return utility(scores.mean(-1))[..., None, None] - with_item_at(utility, scores, mean_of_others(scores))
    alone = with_item_at(utility, scores, scores)
    if credit == "marginal":
        return alone - mean_of_others(alone)
    return alone - with_item_at(utility, scores, silent.unsqueeze(-1))


def credit_of(objective, credit, utility, scores, silent, baseline):
    """A [..., K, G], a constant."""
    with torch.no_grad():
        if credit == "none":
            return torch.zeros_like(scores)
        if credit in ("contribution", "marginal", "versus-silent"):
            return of_items(credit, utility, scores, silent)
        rewards = slate_rewards(objective, utility, scores) if credit == "shared" else group_rewards(utility, scores)
        return from_rewards(credit, rewards, baseline, scores.shape[-2])
