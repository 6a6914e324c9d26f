#include "experiment/combined_scorer.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "experiment/evaluation.h"

namespace r2rank::experiment {
namespace {

constexpr int64_t kLeastBatch = 64;  // trees are read once per batch

}  // namespace

CombinedScorer::CombinedScorer(std::string name, Combination combination,
                               std::vector<std::unique_ptr<baselines::Scorer>> parts,
                               const baselines::TrainingData& data)
    : name_(std::move(name)),
      combination_(std::move(combination)),
      parts_(std::move(parts)),
      data_(data),
      popularity_(log_popularity(data.dataset, data.split)) {
  R2RANK_CHECK(parts_.size() == combination_.scorers().size());
}

bool CombinedScorer::learned_from(const data::SlateSet& slates) const {
  const auto set_of = [](const std::string& hash) { return hash.substr(0, hash.find(':')); };
  return !learned_from_.empty() && set_of(learned_from_) == set_of(slates.hash);
}

std::vector<double> CombinedScorer::score(const data::Slate& slate) {
  return score_batch({&slate, 1}).front();
}

std::vector<std::vector<double>> CombinedScorer::score_batch(std::span<const data::Slate> slates) {
  data::SlateSet batch;
  batch.slates.assign(slates.begin(), slates.end());
  std::vector<metrics::PerUserResults> results;
  for (size_t part = 0; part < parts_.size(); ++part) results.push_back(results_of(part, batch));
  return apply_combination(combination_, results, batch, data_.dataset, popularity_, name_).scores;
}

/// Of one part, asked for as many slates at once as it likes.
metrics::PerUserResults CombinedScorer::results_of(size_t part, const data::SlateSet& batch) {
  baselines::Scorer& scorer = *parts_[part];
  auto results = results_without_rows(combination_.scorers()[part], batch);
  const std::span<const data::Slate> all = batch.slates;
  const auto together = static_cast<size_t>(std::max<int64_t>(1, scorer.batch_size()));
  for (size_t done = 0; done < all.size(); done += together) {
    base::stop_if_interrupted("combine");
    const auto some = all.subspan(done, std::min(together, all.size() - done));
    auto scores = scorer.score_batch(some);
    R2RANK_CHECK(scores.size() == some.size());
    for (size_t i = 0; i < some.size(); ++i)
      append_slate(results, some[i], data_.dataset, std::move(scores[i]));
  }
  return results;
}

int64_t CombinedScorer::batch_size() const {
  int64_t most = kLeastBatch;
  for (const auto& part : parts_) most = std::max(most, part->batch_size());
  return most;
}

int64_t CombinedScorer::tokens() const {
  int64_t sum = 0;
  for (const auto& part : parts_) sum += part->tokens();
  return sum;
}

void CombinedScorer::score_catalogue(std::span<const data::Slate>, std::span<float>) {
  base::fail_usage(
      "combine",
      "'{}' combines scores within a list of candidates, and cannot score a whole catalogue; name one of "
      "the rankers that it combines",
      name_);
}

void warn_if_learned_from(const baselines::Scorer& scorer, const std::string& name,
                          const data::SlateSet& slates) {
  const auto* combined = dynamic_cast<const CombinedScorer*>(&scorer);
  if (combined == nullptr || !combined->learned_from(slates)) return;
  base::log_warning(
      "{} was learned from these very slates: what follows of it is how well it fits them, no measurement; its "
      "cross-fitted NDCG@10 is in combination.json",
      name);
}

}  // namespace r2rank::experiment
