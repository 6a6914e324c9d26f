#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "baselines/scorer.h"
#include "baselines/scorer_notes.h"
#include "experiment/perturbation.h"
#include "experiment/rationale_file.h"
#include "experiment/rationale_quality.h"
#include "learn/learned_reasoning.h"
#include "learn/model_folder.h"
#include "rollout/reasoning.h"
#include "rollout/signal_source.h"
#include "rollout/slate_prompts.h"

namespace r2rank::experiment {

/// How a language model's scores are read at evaluation: silent (no rationales) or the mean over G
/// rationales.
struct ReasoningOptions {
  int64_t rationales = 0;  ///< G; 0: silent
  int64_t rationale_tokens = 16;
  double temperature = 1.0;
  double top_p = 1.0;
  int64_t top_k = 0;
  int64_t slates_per_batch = 4;  ///< slates scored in one pass
  int64_t seed = 7;
  int64_t reason_top = 0;  ///< M: candidates of a slate that are reasoned about, the best silent ones; 0: all
  std::string reason = "always";  ///< about which slates: "always", "auto": where the model's gate says
  learn::LearnedReasoning::Gate gate = {0, 1};  ///< of "auto", taken from the model

  void describe(base::ConfigFields& fields);
  /// Puts what `auto` means in place of it: one rationale an item where no number is set. Before anything
  /// looks at the number.
  void resolve();
  /// Takes rationale_tokens and temperature from the training of a model that learned to reason, where
  /// `fields` (which describe() filled) were not given them, and says so: other values would measure another
  /// model. Changes nothing for a silent evaluation. Errors: kData where the model's card holds impossible
  /// ones; kUsage for reason = auto where it has no gate.
  void follow_training(const learn::RankingModel& model, const base::ConfigFields& fields);
  rollout::SamplingOptions sampling() const;
  bool by_gate() const { return rationales > 0 && reason == "auto"; }

 private:
  void take_gate(const learn::RankingModel& model, const std::optional<learn::LearnedReasoning>& learned);
};

/// What a model concludes about slates under these options, and the tokens that took. With `reasoning`, the
/// model finds out which slates and candidates are reasoned about, and that does it.
std::vector<rollout::SlateRollout> roll_out(const rollout::Reasoner& reasoner,
                                            std::span<const rollout::PreparedSlate* const> slates,
                                            const ReasoningOptions& options,
                                            const rollout::Reasoning& reasoning = {});

/// A language model as a scorer of slates, with the signals of one that was trained with some. The references
/// must outlive it.
class RankingScorer : public baselines::Scorer, public baselines::ScorerNotes {
 public:
  /// Errors: as open_signals and learn::check_positions.
  RankingScorer(std::string name, const learn::RankingModel& model, const data::Dataset& dataset,
                const data::Split& split, ReasoningOptions options, Perturbation perturbation = {});

  std::string name() const override { return name_; }
  std::vector<double> score(const data::Slate& slate) override;
  std::vector<std::vector<double>> score_batch(std::span<const data::Slate> slates) override;
  int64_t batch_size() const override { return options_.slates_per_batch; }
  int64_t tokens() const override { return tokens_; }

  /// Scores and rationales of one slate, in the slate's own order of candidates.
  struct Reasoned {
    std::vector<double> scores;                        ///< [K]
    std::vector<std::vector<std::string>> rationales;  ///< [K][G] decoded text
  };
  Reasoned reason(const data::Slate& slate);

  /// From now on what is written about each slate of score_batch() stays in kept().
  void keep_rationales() { keep_ = true; }
  const std::vector<SlateRationales>& kept() const { return kept_; }

  /// From now on that model writes, and the scorer's own reads scores after what it wrote. Must outlive this.
  /// Errors: as check_writer, learn::check_positions.
  void take_rationales_of(const learn::RankingModel& writer);
  /// The model under which the perplexity of rationales is taken from now on. Must outlive this. Errors: as
  /// check_judge.
  void judge_rationales(const learn::RankingModel& judge);
  /// Those of RationaleQuality, about all that was written.
  std::vector<std::pair<std::string, double>> notes() const override { return quality_.notes(); }
  void forget_notes() override { quality_ = RationaleQuality(judge_); }
  /// Those of notes() and of what is kept: the judge's reading above all.
  double noting_seconds() const override { return noting_seconds_; }

 private:
  using Slates = std::span<const data::Slate>;
  std::vector<rollout::PreparedSlate> prepare(Slates slates, int64_t member) const;
  rollout::Reasoning reasoning() const;
  std::vector<rollout::SlateRollout> roll_out_all(const std::vector<rollout::PreparedSlate>& prepared);
  std::vector<std::vector<double>> member_scores(Slates slates, int64_t member);
  void note(const std::vector<rollout::PreparedSlate>& prepared,
            const std::vector<rollout::SlateRollout>& rollouts, int64_t member);

  std::string name_;
  const learn::RankingModel& model_;
  std::unique_ptr<rollout::SignalSource> signals_;  // null without
  rollout::SlatePrompts prompts_;
  ReasoningOptions options_;
  Perturbation perturbation_;
  int64_t tokens_ = 0;
  bool keep_ = false;
  std::vector<SlateRationales> kept_;
  const learn::RankingModel* writer_ = nullptr;  // null: the model itself
  const learn::RankingModel* judge_ = nullptr;
  RationaleQuality quality_;
  double noting_seconds_ = 0;
};

/// What a rollout wrote about a slate, in the slate's own order of candidates.
SlateRationales rationales_of(const rollout::PreparedSlate& slate, const rollout::SlateRollout& rollout,
                              const text::Tokenizer& tokenizer);

}  // namespace r2rank::experiment
