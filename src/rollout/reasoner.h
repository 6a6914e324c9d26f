#pragma once

#include <span>
#include <vector>

#include "model/language_model.h"
#include "rollout/rollout_groups.h"
#include "rollout/sampling.h"
#include "rollout/slate_tree.h"

namespace r2rank::rollout {

/// What the model concluded about the candidates of one slate, in canonical order.
struct SlateRollout {
  std::vector<double> silent;  ///< [K] scores of the cue directly after the prompt
  /// [K][G]; empty when nothing was sampled, and for a candidate that was not reasoned about
  std::vector<std::vector<Rationale>> rationales;
  std::vector<std::vector<double>>
      scores;  ///< [K][G] scores after each rationale (the silent one where malformed)
  int64_t prompt_tokens = 0, sampled_tokens = 0;

  /// [K] mean over the rationales; the silent scores when there are none. Candidates that alone were not
  /// reasoned about keep their silent order below the others: their scores are lowered by one amount until
  /// the best of them is below the worst of the others.
  std::vector<double> mean_scores() const;
};

/// Samples rationales and reads scores with one language model. The model must outlive it.
class Reasoner {
 public:
  /// A rationale ends with the frame's end of turn or any other token that ends a generation of the model
  /// (text::end_ids). `reserved` are control tokens it must not hold; those that end it are excepted.
  Reasoner(const model::LanguageModel& model, PromptFrame frame, std::vector<int32_t> reserved);

  const PromptFrame& frame() const { return frame_; }
  const model::LanguageModel& model() const { return model_; }

  /// Bytes that the caches, logits and activations of one pass may take, by their estimate
  /// (rollout_groups.h). What needs more is run in parts, also within a slate; the same tokens are drawn, up
  /// to the rounding that other shapes of the same products bring.
  void set_budget(double bytes) { budget_ = bytes; }

  /// Silent scores of several slates. [B][K]
  std::vector<std::vector<double>> silent_scores(std::span<const PreparedSlate* const> slates) const;

  /// Samples G rationales an item for several slates, decoded together as far as the budget allows. With
  /// `read_scores` the cue is run after each rationale and silent and reasoned scores are filled in; training
  /// reads them from its own pass instead. Random streams are keyed by (seed, slate id, item, g) and
  /// position.
  std::vector<SlateRollout> reason(std::span<const PreparedSlate* const> slates,
                                   const SamplingOptions& options, bool read_scores) const;

  /// Reads the scores of the rationales that stand in the rollouts already, written elsewhere or changed
  /// since: silent [K], and scores [K][G] in place of those that are there. One pass over a slate's tree at a
  /// time.
  void score(std::span<const PreparedSlate* const> slates, std::vector<SlateRollout>& rollouts) const;

 private:
  using Slates = std::span<const PreparedSlate* const>;
  struct Batch;
  std::vector<RolloutGroup> cut(Slates slates, int64_t rationales, int64_t max_tokens) const;
  model::Transformer::Shifts shifts_of(const Batch& batch) const;
  void sample_all(Batch& batch, const SamplingOptions& options) const;
  void read_scores(Batch& batch) const;
  void score_slate(const PreparedSlate& slate, SlateRollout& rollout) const;
  std::vector<double> reasoned_scores(const SlateTree& tree,
                                      const std::vector<std::vector<Rationale>>& rationales,
                                      const at::Tensor& states, const at::Tensor& offsets) const;

  const model::LanguageModel& model_;
  PromptFrame frame_;
  std::vector<int32_t> reserved_, ends_;
  double budget_ = 4e9;
};

}  // namespace r2rank::rollout
