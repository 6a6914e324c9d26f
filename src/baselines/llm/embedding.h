#pragma once

#include <map>

#include "baselines/llm/list_prompt.h"
#include "baselines/llm/tuned_scorer.h"
#include "model/token_tree.h"

namespace r2rank::baselines {

/// How users and items become vectors.
struct EmbeddingOptions {
  ListPromptConfig prompt;  ///< instruction and item; its list is not used
  std::string item_start =
      "An item that a user may choose next:\n";  ///< before an item, as the instruction before a history
  double temperature = 0.05;                     ///< of the in-batch softmax
  int64_t slates_per_batch = 8;

  void describe(base::ConfigFields& fields);
};

/// Scores by the cosine of two vectors of one language model: the mean of the final states over the lines of
/// the user's history, and over an item's line. The fixed text before them (the model's first tokens, whose
/// states say little and are large) is read but not averaged. Items are embedded once for each weight
/// version. Trained as a dual encoder: in each step of B slates, softmax over the B targets of cosine /
/// temperature for each user (in-batch negatives; Karpukhin et al. 2020), equal targets of others left out.
/// One encoder serves both sides.
class EmbeddingScorer : public TunedScorer {
 public:
  EmbeddingScorer(std::string name, std::unique_ptr<learn::RankingModel> model, const TrainingData& data,
                  EmbeddingOptions embedding, TuningOptions options, uint64_t seed);

  std::vector<std::vector<double>> score_batch(std::span<const data::Slate> slates) override;
  int64_t batch_size() const override { return embedding_.slates_per_batch; }
  /// New items count in the first slates only: an estimate counts each different item of the sample once, as
  /// if no later slate shared it.
  LlmWork work(std::span<const data::Slate> slates) const override;

 protected:
  double accumulate(std::span<const data::Slate> slates, int64_t slates_in_step) override;
  int64_t tokens_of(const data::Slate&) const override { return 0; }  // a step is one batch of negatives

 private:
  std::vector<int32_t> history_tokens(const data::Slate& slate) const;
  std::vector<int32_t> item_tokens(int32_t item) const;
  void embed_items(std::span<const data::Slate> slates);

  EmbeddingOptions embedding_;
  ListPrompts prompts_;
  std::vector<int32_t> history_start_, item_start_;
  std::map<int32_t, at::Tensor> items_;  // [D] unit vectors of the weights of items_version_
  uint64_t items_version_ = 0;
};

}  // namespace r2rank::baselines
