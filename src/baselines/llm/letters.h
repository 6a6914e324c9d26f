#pragma once

#include "baselines/llm/question_tree.h"
#include "baselines/llm/tuned_scorer.h"

namespace r2rank::baselines {

/// How candidates are ranked by the letter they stand under.
struct LetterOptions {
  ListPromptConfig prompt;
  std::string question = "Which of these will the user choose next? Answer with its letter.";
  std::string answer_start = "Answer:";
  int64_t shuffles =
      1;  ///< B: orders in which the candidates are shown at evaluation; log-probabilities are averaged
  std::string shown_order = "random";  ///< at evaluation: "random", "given" (list_order() in list_prompt.h)
  int64_t slates_per_batch = 4;

  void describe(base::ConfigFields& fields);
};

/// Listwise verbaliser (LlamaRec; Yue et al. 2023): all candidates in one prompt, each under a letter; the
/// score of a candidate is the log-probability of its letter among the K letters at the start of the answer.
/// One forward pass ranks a slate. Trained by cross-entropy of that distribution against the labels.
/// Candidates are shown in keyed random orders (list_prompt.h), or at evaluation in the slate's own, where
/// shown_order says so.
class LetterScorer : public TunedScorer {
 public:
  /// Errors: kUsage where the letters are no single tokens of the model; as list_order().
  LetterScorer(std::string name, std::unique_ptr<learn::RankingModel> model, const TrainingData& data,
               LetterOptions letters, TuningOptions options, uint64_t seed);

  std::vector<std::vector<double>> score_batch(std::span<const data::Slate> slates) override;
  int64_t batch_size() const override { return letters_.slates_per_batch; }
  LlmWork work(std::span<const data::Slate> slates) const override;
  /// "place copied": mean correlation of a candidate's score with its nearness to the list's start.
  /// "first of list chosen": share of prompts whose best is the list's first; 1/K without bias.
  std::vector<std::pair<std::string, double>> notes() const override;
  void forget_notes() override;

 protected:
  double accumulate(std::span<const data::Slate> slates, int64_t slates_in_step) override;
  int64_t tokens_of(const data::Slate& slate) const override;

 private:
  std::vector<int32_t> order_of(const data::Slate& slate, int64_t shuffle) const;
  std::vector<int32_t> training_order_of(const data::Slate& slate) const;
  Question ask(const data::Slate& slate, std::span<const int32_t> order, bool training = false) const;
  std::vector<Question> ask_all(std::span<const data::Slate> slates) const;
  at::Tensor logits(const at::Tensor& states, int64_t candidates) const;
  void note(const double* log_p, size_t count);

  LetterOptions letters_;
  ListOrder order_;
  ListPrompts prompts_;
  QuestionFrame frame_;
  std::vector<int32_t> letter_tokens_;  // as many as there are letters
  int64_t prompts_scored_ = 0, first_chosen_ = 0;
  double copied_ = 0;
};

}  // namespace r2rank::baselines
