#include "baselines/llm/model_writer.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <numeric>

#include "base/interrupt.h"
#include "model/decoder.h"
#include "model/token_logprob.h"

namespace r2rank::baselines {
namespace {

/// Answers in the making: which rows still write, and what they wrote.
struct Writing {
  std::span<const Question> questions;
  std::vector<std::vector<int32_t>> tokens;  // [rows]
  std::vector<int64_t> drawn;                // [rows] tokens written, the one that ends a turn included
  std::vector<int64_t> live;

  explicit Writing(std::span<const Question> asked)
      : questions(asked), tokens(asked.size()), drawn(asked.size(), 0), live(asked.size()) {
    std::iota(live.begin(), live.end(), 0);
  }

  /// Takes the next token of each live row, drops the rows that ended, and returns the tokens that go on.
  std::vector<int32_t> take(const at::Tensor& best, const std::vector<int32_t>& ends) {
    std::vector<int64_t> next_live;
    std::vector<int32_t> next;
    for (size_t i = 0; i < live.size(); ++i) {
      const int64_t row = live[i];
      const auto token = static_cast<int32_t>(best.const_data_ptr<int64_t>()[i]);
      ++drawn[row];
      if (std::binary_search(ends.begin(), ends.end(), token)) continue;
      tokens[row].push_back(token);
      if (drawn[row] >= questions[row].max_tokens) continue;
      next_live.push_back(row);
      next.push_back(token);
    }
    live = std::move(next_live);
    return next;
  }
};

int64_t longest(std::span<const Question> questions) {
  int64_t most = 1;
  for (const auto& question : questions) most = std::max(most, question.max_tokens);
  return most;
}

}  // namespace

ModelWriter::ModelWriter(const learn::RankingModel& model)
    : frame_(model), ends_(text::end_ids(model.tokenizer->data())) {
  ends_.push_back(model.prompts->end_of_turn());
  std::sort(ends_.begin(), ends_.end());
}

std::vector<Answer> ModelWriter::write(std::span<const Question> questions) {
  if (questions.empty()) return {};
  const at::NoGradGuard no_grad;
  const learn::RankingModel& model = frame_.model();
  const QuestionTree asked = frame_.tree(questions);
  model::Decoder decoder(*model.model, asked.tree, asked.leaves, 1, longest(questions));
  const model::Parameter& output = *model.model->transformer().output_table;
  Writing writing(questions);
  at::Tensor states = decoder.leaf_states();  // [rows, D]
  while (true) {
    base::stop_if_interrupted("llm");
    const at::Tensor best = model::token_logits(states, output).argmax(1).cpu().contiguous();  // [rows]
    const auto next = writing.take(best, ends_);
    if (next.empty()) break;
    states = decoder.step(writing.live, next);
  }
  std::vector<Answer> answers;
  for (size_t row = 0; row < questions.size(); ++row)
    answers.push_back({model.tokenizer->decode(writing.tokens[row]), 0, writing.drawn[row]});
  answers.front().read = asked.tree.size();  // what is shared was read once
  return answers;
}

int64_t ModelWriter::count(std::span<const Question> questions) const {
  return frame_.tree(questions).tree.size();
}

}  // namespace r2rank::baselines
