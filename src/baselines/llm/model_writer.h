#pragma once

#include "baselines/llm/question_tree.h"
#include "baselines/llm/text_writer.h"

namespace r2rank::baselines {

/// A model that runs here, writing greedily: the likeliest token each time, until one that ends a turn. All
/// questions of a call are answered side by side. The model must outlive it.
class ModelWriter : public TextWriter {
 public:
  explicit ModelWriter(const learn::RankingModel& model);

  /// Errors: kUsage for a question beyond the model's positions; kInterrupted.
  std::vector<Answer> write(std::span<const Question> questions) override;
  int64_t count(std::span<const Question> questions) const override;
  const model::LanguageModel* language_model() const override { return frame_.model().model.get(); }

 private:
  QuestionFrame frame_;
  std::vector<int32_t> ends_;  // ascending
};

}  // namespace r2rank::baselines
