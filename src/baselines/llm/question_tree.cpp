#include "baselines/llm/question_tree.h"

#include "base/error.h"

namespace r2rank::baselines {
namespace {

void append(std::vector<int32_t>& tokens, const std::vector<int32_t>& more) {
  tokens.insert(tokens.end(), more.begin(), more.end());
}

bool same_start(const Question& a, const Question& b) {
  return a.system == b.system && a.shared == b.shared;
}

void check_length(int64_t tokens, const Question& question, int64_t positions) {
  if (tokens + question.max_tokens <= positions) return;
  base::fail_usage("llm",
                   "a prompt of {} tokens and an answer of {} exceed the {} positions of the model; lower "
                   "list_history_items or title_words, or take a split with fewer candidates",
                   tokens, question.max_tokens, positions);
}

}  // namespace

QuestionFrame::QuestionFrame(const learn::RankingModel& model)
    : model_(model), family_(text::detect_chat_family(model.tokenizer->data())) {}

std::vector<int32_t> QuestionFrame::shared_tokens(const Question& question) const {
  auto tokens = model_.tokenizer->encode(text::chat_frame(family_, question.system).open, true);
  append(tokens, model_.tokenizer->encode(question.shared, false));
  return tokens;
}

std::vector<int32_t> QuestionFrame::own_tokens(const Question& question) const {
  auto tokens = model_.tokenizer->encode(question.rest, false);
  append(tokens, model_.tokenizer->encode(text::chat_frame(family_, question.system).open_assistant, true));
  append(tokens, model_.tokenizer->encode(question.answer_start, false));
  return tokens;
}

QuestionTree QuestionFrame::tree(std::span<const Question> questions) const {
  QuestionTree made;
  int32_t root = model::TokenTree::kRoot;
  for (size_t i = 0; i < questions.size(); ++i) {
    if (i == 0 || !same_start(questions[i], questions[i - 1]))
      root = made.tree.add(model::TokenTree::kRoot, shared_tokens(questions[i]));
    const int32_t leaf = made.tree.add(root, own_tokens(questions[i]));
    check_length(made.tree.node(leaf).position + made.tree.node(leaf).length, questions[i],
                 model_.model->transformer().max_positions());
    made.leaves.push_back(leaf);
    made.last.push_back(made.tree.last_token(leaf));
  }
  return made;
}

}  // namespace r2rank::baselines
