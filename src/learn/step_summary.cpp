#include "learn/step_summary.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "metrics/ranking_metrics.h"

namespace r2rank::learn {
namespace {

constexpr double kNoCredit = 1e-8;

/// A running mean; 0 when nothing was added.
struct Mean {
  double sum = 0, count = 0;
  void add(double value) {
    sum += value;
    count += 1;
  }
  double value() const { return count > 0 ? sum / count : 0; }
};

/// Shares the variance of a slate's scores into that between rationales of one item and that between items.
void add_variances(const SlateScores& scores, Mean& within, Mean& between) {
  const auto means = scores.means();
  const double centre = std::accumulate(means.begin(), means.end(), 0.0) / static_cast<double>(means.size());
  for (size_t i = 0; i < means.size(); ++i) {
    between.add((means[i] - centre) * (means[i] - centre));
    for (const double score : scores.reasoned[i]) within.add((score - means[i]) * (score - means[i]));
  }
}

/// Gap between the log-probability a token was sampled with and the one the training pass gives it.
void add_gaps(const StepSlate& slate, const SlateOutcome& outcome, Mean& gap, double& largest) {
  for (size_t i = 0; i < outcome.logprobs.size(); ++i)
    for (size_t g = 0; g < outcome.logprobs[i].size(); ++g)
      for (size_t t = 0; t < outcome.logprobs[i][g].size(); ++t) {
        const double difference = std::abs(outcome.logprobs[i][g][t] - (*slate.rationales)[i][g].logprobs[t]);
        gap.add(difference);
        largest = std::max(largest, difference);
      }
}

void add_rationales(const StepSlate& slate, Mean& length, Mean& ended, Mean& malformed) {
  for (const auto& item : *slate.rationales)
    for (const auto& rationale : item) {
      length.add(static_cast<double>(rationale.tokens.size()));
      ended.add(rationale.ended ? 1 : 0);
      malformed.add(rationale.malformed ? 1 : 0);
    }
}

/// The metric of the slate as it was listed and of one score for all: what a ranker must beat.
void add_controls(const StepSlate& slate, int cutoff, Mean& incoming, Mean& constant) {
  const auto& prepared = *slate.slate;
  std::vector<double> listed(prepared.order.size()), equal(prepared.order.size(), 0.0);
  for (size_t i = 0; i < listed.size(); ++i) listed[i] = -static_cast<double>(prepared.order[i]);
  incoming.add(metrics::ndcg(listed, prepared.relevance, cutoff));
  constant.add(metrics::ndcg(equal, prepared.relevance, cutoff));
}

}  // namespace

std::vector<std::pair<std::string, double>> summarize(std::span<const SlateOutcome> outcomes,
                                                      std::span<const StepSlate> slates, int cutoff) {
  Mean utility, silent, ndcg, silent_ndcg, within, between, gap, length, ended, malformed, entropy, kl, clip,
      ranking_clip, credit, incoming, constant, critic, text, flat;
  double largest_gap = 0;
  for (size_t b = 0; b < outcomes.size(); ++b) {
    const auto& outcome = outcomes[b];
    const auto& relevance = slates[b].slate->relevance;
    silent.add(outcome.silent_utility);
    silent_ndcg.add(metrics::ndcg(outcome.scores.silent, relevance, cutoff));
    add_controls(slates[b], cutoff, incoming, constant);
    if (outcome.critic_error) critic.add(*outcome.critic_error);
    if (outcome.text_loss) text.add(*outcome.text_loss);
    if (slates[b].rationales == nullptr) continue;
    utility.add(outcome.utility);
    ndcg.add(metrics::ndcg(outcome.scores.means(), relevance, cutoff));
    add_variances(outcome.scores, within, between);
    if (slates[b].old_logprobs == nullptr) add_gaps(slates[b], outcome, gap, largest_gap);
    add_rationales(slates[b], length, ended, malformed);
    entropy.add(outcome.token_entropy);
    kl.add(outcome.kl);
    clip.add(outcome.token_clip_share);
    ranking_clip.add(outcome.ranking_clip_share);
    double most = 0;
    for (const auto& row : outcome.credit)
      for (const double value : row) {
        credit.add(std::abs(value));
        most = std::max(most, std::abs(value));
      }
    flat.add(most < kNoCredit ? 1 : 0);
  }
  std::vector<std::pair<std::string, double>> values = {{"utility_silent", silent.value()},
                                                        {"ndcg_silent", silent_ndcg.value()},
                                                        {"ndcg_incoming", incoming.value()},
                                                        {"ndcg_constant", constant.value()}};
  if (critic.count > 0) values.emplace_back("critic_error", critic.value());
  if (text.count > 0) values.emplace_back("text_loss", text.value());
  if (utility.count == 0) return values;
  values.insert(values.end(), {{"utility", utility.value()},
                               {"ndcg", ndcg.value()},
                               {"credit_size", credit.value()},
                               {"slates_without_credit", flat.value()},
                               {"score_variance_within", within.value()},
                               {"score_variance_between", between.value()},
                               {"logprob_gap_mean", gap.value()},
                               {"logprob_gap_max", largest_gap},
                               {"rationale_length", length.value()},
                               {"rationale_ended", ended.value()},
                               {"rationale_malformed", malformed.value()},
                               {"token_entropy", entropy.value()},
                               {"kl", kl.value()},
                               {"token_clip_share", clip.value()},
                               {"ranking_clip_share", ranking_clip.value()}});
  return values;
}

}  // namespace r2rank::learn
