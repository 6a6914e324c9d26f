#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "baselines/scorer.h"
#include "experiment/combination.h"

namespace r2rank::experiment {

/// A combination with the rankers that it was learned from, as one scorer: each slate is scored by all of
/// them. A score depends on what the others give to the whole slate, so a catalogue is not scored.
class CombinedScorer : public baselines::Scorer {
 public:
  /// What `data` refers to must outlive this. REQUIRES parts called as the combination's scorers are, in
  /// their order.
  CombinedScorer(std::string name, Combination combination,
                 std::vector<std::unique_ptr<baselines::Scorer>> parts, const baselines::TrainingData& data);

  std::string name() const override { return name_; }
  /// The hash of the validation slates that the combination was learned from.
  void set_learned_from(std::string slates_hash) { learned_from_ = std::move(slates_hash); }
  /// Whether it was learned from these slates, or from others of their set: its scores of them are no
  /// measurement.
  bool learned_from(const data::SlateSet& slates) const;
  std::vector<double> score(const data::Slate& slate) override;
  std::vector<std::vector<double>> score_batch(std::span<const data::Slate> slates) override;
  int64_t batch_size() const override;
  int64_t tokens() const override;
  const std::vector<std::unique_ptr<baselines::Scorer>>& parts() const { return parts_; }
  const std::string& part_name(size_t part) const { return combination_.scorers()[part]; }
  /// Errors: kUsage, always.
  void score_catalogue(std::span<const data::Slate> slates, std::span<float> scores) override;

 private:
  metrics::PerUserResults results_of(size_t part, const data::SlateSet& batch);

  std::string name_, learned_from_;
  Combination combination_;
  std::vector<std::unique_ptr<baselines::Scorer>> parts_;
  baselines::TrainingData data_;
  std::vector<double> popularity_;  // [items] of lambdamart.h
};

/// Says so where a scorer, called `name`, is a combination that was learned from these slates.
void warn_if_learned_from(const baselines::Scorer& scorer, const std::string& name,
                          const data::SlateSet& slates);

}  // namespace r2rank::experiment
