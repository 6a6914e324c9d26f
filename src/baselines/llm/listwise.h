#pragma once

#include <memory>

#include "baselines/llm/llm_scorer.h"
#include "baselines/llm/text_writer.h"

namespace r2rank::baselines {

/// How candidates are ranked by an order that a model writes.
struct ListwiseOptions {
  ListPromptConfig prompt;
  std::string labels = "numbers";
  std::string question =
      "Which of these will the user choose next? Write the labels of all {count} candidates, the likeliest first, "
      "separated by >, and nothing else, as in {example}.";
  std::string answer_start;            ///< how the answer begins, where the model runs here
  int64_t shuffles = 1;                ///< B: orders in which the candidates are shown; scores are mean ranks
  std::string shown_order = "random";  ///< "random", "given": list_order() in list_prompt.h
  int64_t answer_tokens = 0;           ///< longest answer; 0: six for each candidate and 16 more
  int64_t slates_per_batch = 4;        ///< slates asked about in one pass

  void describe(base::ConfigFields& fields);
};

/// Listwise ranking by a written permutation (Hou et al. 2024, with their bootstrapping by shuffles and their
/// recency-focused prompt; the question's form is that of RankGPT, Sun et al. 2023, without its sliding
/// window). A score is minus the mean place over B shuffles. Candidates are shown in keyed random orders, so
/// that a model which only copies the list scores at random; how much it copies is among the notes. With
/// shown_order = given they are shown as the slate lists them, and a copied list scores by that.
class ListwiseScorer : public Scorer, public LlmScorer {
 public:
  /// Errors: kUsage for a question with unknown placeholders; as list_order().
  ListwiseScorer(std::string name, std::unique_ptr<TextWriter> writer, const TrainingData& data,
                 ListwiseOptions options, uint64_t seed);

  std::string name() const override { return name_; }
  std::vector<double> score(const data::Slate& slate) override;
  std::vector<std::vector<double>> score_batch(std::span<const data::Slate> slates) override;
  int64_t batch_size() const override { return options_.slates_per_batch; }
  int64_t tokens() const override { return tokens_; }

  LlmWork work(std::span<const data::Slate> slates) const override;
  const model::LanguageModel* language_model() const override { return writer_->language_model(); }
  /// "answers", "malformed share" (not each candidate exactly once), "named share" (candidates named at all),
  /// "place copied" (rank correlation of the written order with the order shown: 1 copies the list, 0 does
  /// not heed it), "first of list chosen" (share of answers whose best is the list's first; 1/K without
  /// bias).
  std::vector<std::pair<std::string, double>> notes() const override;
  void forget_notes() override;

 private:
  std::vector<int32_t> order_of(const data::Slate& slate, int64_t shuffle) const;
  Question ask(const data::Slate& slate, int64_t shuffle) const;
  std::vector<Question> ask_all(std::span<const data::Slate> slates) const;
  void add_answer(const data::Slate& slate, int64_t shuffle, const Answer& answer,
                  std::vector<double>& scores);

  std::string name_;
  std::unique_ptr<TextWriter> writer_;
  const data::Dataset& dataset_;
  ListPrompts prompts_;
  ListwiseOptions options_;
  ListOrder order_;
  uint64_t seed_;
  int64_t tokens_ = 0;
  int64_t answers_ = 0, malformed_ = 0, first_chosen_ = 0;
  double named_ = 0, copied_ = 0;  // sums over answers
};

}  // namespace r2rank::baselines
