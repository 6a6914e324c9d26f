#pragma once

#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "learn/model_folder.h"
#include "rollout/slate_prompts.h"

namespace r2rank::experiment {

/// Whether what a model writes can still be read: lengths, endings, repetition, and its perplexity under a
/// model that did not learn. Sums over every rationale of an evaluation.
class RationaleQuality {
 public:
  /// `judge`: a model with the same tokens, or null: no perplexity. Must outlive this.
  explicit RationaleQuality(const learn::RankingModel* judge = nullptr) : judge_(judge) {}

  /// What a rollout wrote about a slate, in the prompt that `frame` makes of it.
  void add(const rollout::PreparedSlate& slate, const rollout::SlateRollout& rollout,
           const rollout::PromptFrame& frame, const text::Tokenizer& tokenizer);

  /// By name (docs/baselines.md, "Notes"); empty where nothing was written.
  std::vector<std::pair<std::string, double>> notes() const;

 private:
  void add_text(const std::string& text);

  const learn::RankingModel* judge_;
  double rationales_ = 0, tokens_ = 0, ended_ = 0, malformed_ = 0, empty_ = 0;
  double triples_ = 0;
  std::unordered_set<std::string> distinct_;  // triples of words
  double judged_ = 0, logprob_ = 0;  // tokens that the judge read, the sum of their log-probabilities
};

/// Whether two models read texts as the same tokens, by the size of their vocabularies and a sample.
bool same_tokens(const learn::RankingModel& one, const learn::RankingModel& other);

/// Refuses a judge that reads other tokens than the model. Errors: kUsage.
void check_judge(const learn::RankingModel& judge, const learn::RankingModel& model);

}  // namespace r2rank::experiment
