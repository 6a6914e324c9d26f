"""Bias of every estimator and credit on a policy whose rationales can be enumerated (docs/method.md, "Credit of the tokens").

V = 3 tokens, T = 2, K = 3 items, G = 2 rationales per item, token 2 ends a rationale: 7 rationales per item, 7^6 = 117,649
tuples z. All numbers in double.

    theta [K, T, V + 1, V]  logits of item i's token t after token prev (prev = 3: nothing yet), 1.0 * u by formula under
                            "enumerable.theta"; pi_i(z) = product of softmax over the tokens of z, the end token included
    phi [K, 9]              score of item i and rationale z, at index 3 * z_1 + z_2; the one-token rationale (2) has index 8;
                            2.0 * u under "enumerable.phi"
    silent [K]              silent scores, 2.0 * u under "enumerable.silent"; a constant
    U(x)                    E[NDCG@2] under Plackett-Luce(x / 0.7), relevance (0, 1, 3)
    J_1 = E_z[ (1/G) sum_g U(s^g) ],  J_G = E_z[ U(mean_g s^g) ]

Exact gradients: autograd of the enumerated J. Expectation of an estimator: its value at every z (and every ranking), weighted
by probabilities that carry no gradient. Through the scores:
    expected       grad U_obj(s)
    reinforce-pl   J_G: (NDCG(sigma) - 0.5) grad log P(sigma | sbar); J_1: mean over g of the same with sigma^g ~ P(. | s^g)
Through the tokens: sum_i sum_g w A_i^g grad log pi(z_i^g), A and w as in credits.py. `shared` has the constant baseline 0.5;
`shared-batch` has the mean over a batch of two independent copies of the slate (all g), its own rewards included.
With reinforce-pl the rewards R of shared, grpo and rloo are NDCG of sampled rankings (for J_G `shared` uses sigma ~ P(. | sbar),
grpo and rloo use sigma^g ~ P(. | s^g)); contribution, marginal and versus-silent use exact U under both estimators.

Score baselines of reinforce-pl, as expectations of the gradient of phi: constant 0.5; leave-one-out over n = 2 rankings; mean over a
batch of two copies of the slate.

enumerable_policy.safetensors (rounded to F32):
    theta, phi, silent, relevance; value.<J> []; exact.<J>.theta, exact.<J>.phi
    estimate.<J>.<estimator>.<credit>.theta, scores.<J>.<estimator>.phi, scores.<J>.reinforce-pl.<baseline>.phi
    (the gradient of phi comes from the scores alone, whatever the credit)
enumerable_policy.md: the table of biases.
"""

import itertools

import torch

import common
import credits

V, T, K, G, END = 3, 2, 3, 2, 2
CUT, TAU, RELEVANCE, CONSTANT = 2, 0.7, (0.0, 1.0, 3.0), 0.5
OBJECTIVES, ESTIMATORS = ("J_1", "J_G"), ("expected", "reinforce-pl")
CREDITS = ("none", "shared", "shared-batch", "grpo", "rloo", "contribution", "marginal", "versus-silent")
BASELINES = ("constant", "leave-one-out", "batch-mean")
RATIONALES = [(a, b) for a in range(END) for b in range(V)] + [(END,)]
RANKINGS = list(itertools.permutations(range(K)))
GAINS = [common.ndcg(ranking, RELEVANCE, CUT) for ranking in RANKINGS]


def code(rationale):
    return 3 * rationale[0] + rationale[1] if len(rationale) == T else 8


CODES = torch.tensor([code(z) for z in RATIONALES])


def utility(scores):
    return common.expected_ndcg(scores, RELEVANCE, CUT, TAU)


class Policy:
    def __init__(self):
        self.theta = common.formula_double("enumerable.theta", (K, T, V + 1, V), 1.0).requires_grad_()
        self.phi = common.formula_double("enumerable.phi", (K, 9), 2.0).requires_grad_()
        self.silent = common.formula_double("enumerable.silent", (K,), 2.0)

    def log_probability(self, item, rationale):
        before = (V, *rationale)
        return sum(torch.log_softmax(self.theta[item, t, before[t]], -1)[token] for t, token in enumerate(rationale))

    def table(self):
        """log pi_i(z): [K, 7]."""
        return torch.stack([torch.stack([self.log_probability(i, z) for z in RATIONALES]) for i in range(K)])

    def gradient(self, value):
        found = torch.autograd.grad(value, [self.theta, self.phi], allow_unused=True, retain_graph=True)
        blank = [torch.zeros_like(self.theta), torch.zeros_like(self.phi)]
        return [b if g is None else g for g, b in zip(found, blank)]


class Tuples:
    """Everything about all tuples z, n of them."""

    def __init__(self, policy, count=G):
        choice = torch.cartesian_prod(*[torch.arange(len(RATIONALES))] * (K * count)).reshape(-1, K, count)
        item = torch.arange(K)[None, :, None]
        self.logp = policy.table()[item, choice]               # [n, K, G]
        self.scores = policy.phi[item, CODES[choice]]          # [n, K, G]
        self.probability = self.logp.sum((1, 2)).exp()         # [n]


def exact_value(policy, objective):
    if objective == "J_1":  # one rationale for each item is enough: 7^3 tuples
        single = Tuples(policy, 1)
        return (single.probability * utility(single.scores[..., 0])).sum()
    every = Tuples(policy)
    return (every.probability * utility(every.scores.mean(-1))).sum()


def ranked(objective, scores):
    """The score vectors that a ranking is drawn from: [n, K] each."""
    return [scores.mean(-1)] if objective == "J_G" else list(scores.unbind(-1))


class Slate:
    """What the estimators of one objective see: tuples, exact value, weights without gradient."""

    def __init__(self, policy, objective):
        self.objective, self.policy, self.tuples = objective, policy, Tuples(policy)
        self.value = exact_value(policy, objective).detach()
        self.chance = self.tuples.probability.detach()  # [n]
        self.scores = self.tuples.scores.detach()       # [n, K, G]


def score_baseline(slate, name, gain, own, vectors):
    """Expected baseline of a ranking with reward `gain`, over whatever else the baseline was made of: a number or [n]."""
    if name == "constant":
        return CONSTANT
    if name == "leave-one-out":
        return utility(vectors[own].detach())
    others = [utility(v.detach()) for g, v in enumerate(vectors) if g != own]
    return (gain + sum(others) + len(vectors) * slate.value) / (2 * len(vectors))


def reinforce_surrogate(slate, name):
    """Its gradient is the expectation of the reinforce-pl gradient through the scores."""
    vectors = ranked(slate.objective, slate.tuples.scores)
    total = 0.0
    for own, vector in enumerate(vectors):
        for ranking, gain in zip(RANKINGS, GAINS):
            logp = common.plackett_luce_log_probability(vector, ranking, TAU)
            advantage = gain - score_baseline(slate, name, gain, own, vectors)
            total = total + (slate.chance * logp.detach().exp() * advantage * logp).sum()
    return total / len(vectors)


def expected_surrogate(slate):
    """Its gradient is the expectation of the gradient of U_obj through the scores."""
    vectors = ranked(slate.objective, slate.tuples.scores)
    return sum((slate.chance * utility(vector)).sum() for vector in vectors) / len(vectors)


def score_surrogate(slate, estimator, baseline="constant"):
    return expected_surrogate(slate) if estimator == "expected" else reinforce_surrogate(slate, baseline)


def sampled_rewards(vectors):
    """Every joint outcome of one ranking for each vector: (probability [n], rewards [n, number of vectors])."""
    for drawn in itertools.product(range(len(RANKINGS)), repeat=len(vectors)):
        logp = sum(common.plackett_luce_log_probability(v, RANKINGS[d], TAU) for v, d in zip(vectors, drawn))
        yield logp.exp(), torch.tensor([GAINS[d] for d in drawn], dtype=torch.float64).expand(len(logp), -1)


def reward_outcomes(slate, estimator, credit):
    """Like sampled_rewards, with G rewards each; one certain outcome when U is exact."""
    own = slate.objective if credit.startswith("shared") else "J_1"
    if estimator == "expected":
        return [(torch.ones_like(slate.chance), credits.slate_rewards(own, utility, slate.scores))]
    return ((p, rewards.expand(-1, G)) for p, rewards in sampled_rewards(ranked(own, slate.scores)))


def reward_credit(slate, estimator, credit):
    """Expected A [n, K, G] of a credit made from rewards of whole slates."""
    total = torch.zeros_like(slate.scores)
    for probability, rewards in reward_outcomes(slate, estimator, credit):
        batch_mean = (rewards.mean(-1, keepdim=True) + slate.value) / 2
        baseline = batch_mean if credit == "shared-batch" else CONSTANT
        advantage = credits.from_rewards(credit.removesuffix("-batch"), rewards, baseline, K)
        total = total + probability[:, None, None] * advantage
    return total


def expected_credit(slate, estimator, credit):
    if credit in ("none", "contribution", "marginal", "versus-silent"):
        return credits.credit_of(slate.objective, credit, utility, slate.scores, slate.policy.silent, None)
    return reward_credit(slate, estimator, credit)


def token_surrogate(slate, estimator, credit):
    """Its gradient is the expectation of sum_i sum_g w A_i^g grad log pi(z_i^g)."""
    with torch.no_grad():
        advantage = expected_credit(slate, estimator, credit)
    weight = credits.weight(slate.objective, credit.removesuffix("-batch"), G)
    return weight * (slate.chance * (advantage * slate.tuples.logp).sum((1, 2))).sum()


def bias_row(estimate, exact):
    """Largest absolute bias, norm of the bias over norm of the exact gradient, cosine of the two."""
    gap = estimate - exact
    size = estimate.norm()
    cosine = f"{(estimate * exact).sum() / (size * exact.norm()):.6f}" if size > 0 else "-"
    return f"{gap.abs().max():.1e} | {gap.norm() / exact.norm():.1e} | {cosine}"


def objective_tensors(policy, objective):
    """All tensors of one objective (double)."""
    theta, phi = policy.gradient(exact_value(policy, objective))
    slate = Slate(policy, objective)
    tensors = {f"value.{objective}": slate.value, f"exact.{objective}.theta": theta, f"exact.{objective}.phi": phi}
    for estimator in ESTIMATORS:
        tensors[f"scores.{objective}.{estimator}.phi"] = policy.gradient(score_surrogate(slate, estimator))[1]
        for credit in CREDITS:
            name = f"estimate.{objective}.{estimator}.{credit}.theta"
            tensors[name] = policy.gradient(token_surrogate(slate, estimator, credit))[0]
    for baseline in BASELINES:
        name = f"scores.{objective}.reinforce-pl.{baseline}.phi"
        tensors[name] = policy.gradient(score_surrogate(slate, "reinforce-pl", baseline))[1]
    return tensors


def token_table(tensors):
    lines = ["| objective | estimator | credit | largest bias | relative bias | cosine |", "|---|---|---|---|---|---|"]
    for objective, estimator, credit in itertools.product(OBJECTIVES, ESTIMATORS, CREDITS):
        row = bias_row(tensors[f"estimate.{objective}.{estimator}.{credit}.theta"], tensors[f"exact.{objective}.theta"])
        lines.append(f"| {objective} | {estimator} | {credit} | {row} |")
    return lines


def score_table(tensors):
    lines = ["| objective | estimator, baseline | largest bias | relative bias | cosine |", "|---|---|---|---|---|"]
    names = ["expected", *(f"reinforce-pl.{baseline}" for baseline in BASELINES)]
    for objective, name in itertools.product(OBJECTIVES, names):
        row = bias_row(tensors[f"scores.{objective}.{name}.phi"], tensors[f"exact.{objective}.phi"])
        lines.append(f"| {objective} | {name.replace('.', ', ')} | {row} |")
    return lines


def report(tensors):
    facts = ", ".join(f"{name} {version}" for name, version in common.versions().items() if name in ("python", "torch"))
    return "\n".join([
        "# Bias of estimators and credits on an enumerable policy", "",
        f"Written by tools/golden/enumerable_policy.py ({facts}); its head defines every term. Expectations over all "
        "117,649 tuples of rationales and all rankings, in double, against autograd of the enumerated objective.", "",
        f"J_1 = {tensors['value.J_1']:.12f}, J_G = {tensors['value.J_G']:.12f}. Largest entry of the exact gradients: "
        + ", ".join(f"{j} {p} {tensors[f'exact.{j}.{p}'].abs().max():.4f}" for j in OBJECTIVES for p in ("theta", "phi"))
        + ".", "", "## Through the tokens (gradient of theta)", "",
        "`none` leaves theta without any gradient: its bias is the whole gradient; only the scores learn (next table). "
        "`shared-batch` takes its baseline from a batch that holds the slate itself, its own rewards included; the program "
        "leaves these out (`shared` then has an independent baseline), so the row shows the bias that this avoids.", "",
        *token_table(tensors), "", "## Through the scores (gradient of phi, the same for every credit)", "",
        "`batch-mean` keeps the slate's own reward in the mean, like `shared-batch` above; the program's baseline of that "
        "name leaves it out and has no such bias.", "",
        *score_table(tensors), ""])


def check(tensors):
    """What method.md calls unbiased must be so, or nothing is written."""
    exact = [("J_G", "shared"), ("J_G", "contribution"), ("J_1", "shared"), ("J_1", "rloo")]
    for (objective, credit), estimator in itertools.product(exact, ESTIMATORS):
        gap = tensors[f"estimate.{objective}.{estimator}.{credit}.theta"] - tensors[f"exact.{objective}.theta"]
        assert gap.abs().max() < 1e-12, (objective, estimator, credit)
    for objective, name in itertools.product(OBJECTIVES, ("expected", "reinforce-pl", "reinforce-pl.leave-one-out")):
        gap = tensors[f"scores.{objective}.{name}.phi"] - tensors[f"exact.{objective}.phi"]
        assert gap.abs().max() < 1e-12, (objective, name)


def main():
    folder = common.start(__doc__).parse_args().folder
    policy = Policy()
    tensors = {"theta": policy.theta, "phi": policy.phi, "silent": policy.silent, "relevance": torch.tensor(RELEVANCE)}
    for objective in OBJECTIVES:
        tensors |= objective_tensors(policy, objective)
    check(tensors)
    (folder / "enumerable_policy.md").write_text(report(tensors))
    print(report(tensors))
    common.save(folder / "enumerable_policy.safetensors", tensors, "enumerable_policy.py")


if __name__ == "__main__":
    main()
