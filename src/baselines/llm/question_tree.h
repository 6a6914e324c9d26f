#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "baselines/llm/list_prompt.h"
#include "learn/model_folder.h"
#include "model/token_tree.h"
#include "text/chat_template.h"

namespace r2rank::baselines {

/// Questions as a forest: what questions in a row share is a root, and stands once.
struct QuestionTree {
  model::TokenTree tree;
  std::vector<int32_t> leaves;  ///< [questions] nodes where the answers begin
  std::vector<int64_t> last;    ///< [questions] packed index of the token that the answer's first one follows
};

/// Puts questions into the chat format of a model. Text of items never yields control tokens. Pieces (shared,
/// rest, answer start) are tokenised each on its own. The model must outlive it.
class QuestionFrame {
 public:
  explicit QuestionFrame(const learn::RankingModel& model);
  /// Errors: kUsage for a question that with its answer exceeds the model's positions.
  QuestionTree tree(std::span<const Question> questions) const;
  const learn::RankingModel& model() const { return model_; }

 private:
  std::vector<int32_t> shared_tokens(const Question& question) const;
  std::vector<int32_t> own_tokens(const Question& question) const;

  const learn::RankingModel& model_;
  text::ChatFamily family_;
};

}  // namespace r2rank::baselines
