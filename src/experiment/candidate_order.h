#pragma once

#include <string>
#include <utility>
#include <vector>

#include "baselines/scorer.h"
#include "baselines/scorer_notes.h"

namespace r2rank::experiment {

/// Where a slate's relevant candidates stand when it is scored: a ranker that looks at places gives other
/// scores (docs/study.md).
enum class CandidateOrder { kGiven, kRelevantFirst, kRelevantLast };
/// "given", "relevant-first", "relevant-last".
std::vector<std::string> candidate_order_names();
/// REQUIRES one of these names.
CandidateOrder candidate_order(const std::string& name);

/// The candidate that stands at each place: [K] indices; those of one kind keep their order.
std::vector<size_t> places_of(CandidateOrder order, const data::Slate& slate);

/// Shows another scorer every slate in that order and gives its scores back in the slate's own; notes are
/// that scorer's. Full catalogues have no order. `scorer` must outlive it.
class ReorderedScorer : public baselines::Scorer, public baselines::ScorerNotes {
 public:
  ReorderedScorer(baselines::Scorer& scorer, CandidateOrder order) : scorer_(scorer), order_(order) {}

  std::string name() const override { return scorer_.name(); }
  std::vector<double> score(const data::Slate& slate) override;
  std::vector<std::vector<double>> score_batch(std::span<const data::Slate> slates) override;
  int64_t batch_size() const override { return scorer_.batch_size(); }
  int64_t tokens() const override { return scorer_.tokens(); }

  std::vector<std::pair<std::string, double>> notes() const override;
  void forget_notes() override;
  double noting_seconds() const override;

 private:
  baselines::Scorer& scorer_;
  CandidateOrder order_;
};

}  // namespace r2rank::experiment
