#include "baselines/llm/letters.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "model/linear.h"
#include "text/prompt.h"

namespace r2rank::baselines {
namespace {

constexpr int64_t kLetters = 52;

/// The tokens of the letters after `before` (" " or ""); empty where one is no single token.
std::vector<int32_t> tokens_after(const text::Tokenizer& tokenizer, const std::string& before) {
  std::vector<int32_t> tokens;
  for (const auto& letter : make_labels(ListLabels::kLetters, kLetters)) {
    const auto ids = tokenizer.encode(before + letter, false);
    if (ids.size() != 1) return {};
    tokens.push_back(ids[0]);
  }
  return tokens;
}

std::vector<int32_t> letter_tokens(const text::Tokenizer& tokenizer) {
  for (const char* before : {" ", ""}) {
    auto tokens = tokens_after(tokenizer, before);
    if (!tokens.empty()) return tokens;
  }
  base::fail_usage(
      "llm",
      "expected the letters A to Z and a to z to be one token each, found others in this model's "
      "vocabulary; rank by written orders (llm-listwise) instead");
}

at::Tensor rows_of(const at::Tensor& states, std::span<const int64_t> rows) {
  return states.index_select(
      0, at::tensor(at::IntArrayRef(rows.data(), rows.size()), at::kLong).to(states.device()));
}

/// Pearson's correlation of the scores with nearness to the start; 0 where either does not vary.
double correlation_with_nearness(const double* scores, size_t count) {
  const double mean = std::accumulate(scores, scores + count, 0.0) / static_cast<double>(count);
  const double middle = (static_cast<double>(count) - 1) / 2;
  double both = 0, own = 0, place = 0;
  for (size_t i = 0; i < count; ++i) {
    const double near = middle - static_cast<double>(i), score = scores[i] - mean;
    both += near * score;
    own += score * score;
    place += near * near;
  }
  return own > 0 && place > 0 ? both / std::sqrt(own * place) : 0;
}

}  // namespace

void LetterOptions::describe(base::ConfigFields& fields) {
  prompt.describe(fields);
  fields.add("letter_question", question, "text after the candidates");
  fields.add("answer_start", answer_start, "how the answer begins, before the letter");
  fields.add("shuffles", shuffles, "B: orders in which the candidates are shown at evaluation")
      .between(1, 100);
  describe_list_order(fields, shown_order);
  fields.add("slates_per_batch", slates_per_batch, "slates scored in one pass").between(1, 1024);
}

LetterScorer::LetterScorer(std::string name, std::unique_ptr<learn::RankingModel> model,
                           const TrainingData& data, LetterOptions letters, TuningOptions options,
                           uint64_t seed)
    : TunedScorer(std::move(name), std::move(model), data, std::move(options), seed),
      letters_(std::move(letters)),
      order_(list_order(letters_.shown_order, letters_.shuffles)),
      prompts_(data, letters_.prompt),
      frame_(*model_),
      letter_tokens_(letter_tokens(*model_->tokenizer)) {}

std::vector<int32_t> LetterScorer::order_of(const data::Slate& slate, int64_t shuffle) const {
  return shown_order(order_, slate, data_.dataset, seed_, shuffle);
}

/// One random order a training slate, whatever evaluation shows: its id is its number, so each is shown in
/// another, and what is learned is no place.
std::vector<int32_t> LetterScorer::training_order_of(const data::Slate& slate) const {
  return shown_order(slate, data_.dataset, seed_, 0);
}

Question LetterScorer::ask(const data::Slate& slate, std::span<const int32_t> order, bool training) const {
  const auto labels = make_labels(ListLabels::kLetters, static_cast<int64_t>(order.size()));
  return {letters_.prompt.system, prompts_.history(slate),
          "\nCandidates:\n" + prompts_.candidates(slate, order, labels, training) + letters_.question,
          letters_.answer_start, 1};
}

std::vector<Question> LetterScorer::ask_all(std::span<const data::Slate> slates) const {
  std::vector<Question> questions;
  for (const auto& slate : slates)
    for (int64_t b = 0; b < letters_.shuffles; ++b) questions.push_back(ask(slate, order_of(slate, b)));
  return questions;
}

/// states [M, D] at the answers' start -> [M, K] f32.
at::Tensor LetterScorer::logits(const at::Tensor& states, int64_t candidates) const {
  const std::vector<int64_t> ids(letter_tokens_.begin(), letter_tokens_.begin() + candidates);
  const at::Tensor rows = model::embed(*model_->model->transformer().output_table,
                                       at::tensor(ids, at::kLong).to(states.device()));
  return at::matmul(states.to(at::kFloat), rows.to(at::kFloat).t());
}

std::vector<std::vector<double>> LetterScorer::score_batch(std::span<const data::Slate> slates) {
  const at::NoGradGuard no_grad;
  const QuestionTree asked = frame_.tree(ask_all(slates));
  const auto& transformer = model_->model->transformer();
  const at::Tensor states = transformer.states(transformer.plan(asked.tree), false);  // [N, D]
  tokens_ += asked.tree.size();
  std::vector<std::vector<double>> scores;
  size_t next = 0;
  for (const auto& slate : slates) {
    const auto count = static_cast<int64_t>(slate.candidates.size());
    const auto last = std::span(asked.last).subspan(next, letters_.shuffles);
    const at::Tensor log_p =
        logits(rows_of(states, last), count).log_softmax(1).to(at::kDouble).cpu().contiguous();  // [B, K]
    auto& own = scores.emplace_back(slate.candidates.size(), 0.0);
    for (int64_t b = 0; b < letters_.shuffles; ++b) {
      const double* row = log_p.const_data_ptr<double>() + b * count;
      const auto order = order_of(slate, b);
      for (size_t place = 0; place < order.size(); ++place)
        own[order[place]] += row[place] / static_cast<double>(letters_.shuffles);
      note(row, order.size());
    }
    next += last.size();
  }
  return scores;
}

void LetterScorer::note(const double* log_p, size_t count) {
  ++prompts_scored_;
  first_chosen_ += std::max_element(log_p, log_p + count) == log_p ? 1 : 0;
  copied_ += correlation_with_nearness(log_p, count);
}

double LetterScorer::accumulate(std::span<const data::Slate> slates, int64_t slates_in_step) {
  std::vector<Question> questions;
  for (const auto& slate : slates) questions.push_back(ask(slate, training_order_of(slate), true));
  const QuestionTree asked = frame_.tree(questions);
  const auto& transformer = model_->model->transformer();
  const at::Tensor states =
      transformer.states(transformer.plan(asked.tree), recomputes(asked.tree.size()));  // [N, D]
  at::Tensor loss = at::zeros({}, at::TensorOptions().dtype(at::kFloat).device(states.device()));
  for (size_t b = 0; b < slates.size(); ++b) {
    const auto& slate = slates[b];
    std::vector<float> share;  // of the label, in the order shown
    for (const int32_t index : training_order_of(slate)) share.push_back(slate.relevance[index]);
    const float total = std::accumulate(share.begin(), share.end(), 0.0F);
    for (float& value : share) value /= total;
    const at::Tensor log_p = logits(rows_of(states, {&asked.last[b], 1}), static_cast<int64_t>(share.size()))
                                 .log_softmax(1);  // [1, K]
    loss = loss - at::dot(log_p.squeeze(0), at::tensor(share).to(states.device()));
  }
  torch::autograd::backward({loss / static_cast<double>(slates_in_step)}, {});
  model_->model->parameters().collect_gradients();
  return loss.item<double>();
}

int64_t LetterScorer::tokens_of(const data::Slate& slate) const {
  const Question question = ask(slate, training_order_of(slate), true);
  return frame_.tree({&question, 1}).tree.size();
}

LlmWork LetterScorer::work(std::span<const data::Slate> slates) const {
  LlmWork work{.slates = static_cast<int64_t>(slates.size())};
  const auto questions = ask_all(sample_of(slates));
  if (!questions.empty())
    work.read_per_slate = static_cast<double>(frame_.tree(questions).tree.size() * letters_.shuffles) /
                          static_cast<double>(questions.size());
  return work;
}

std::vector<std::pair<std::string, double>> LetterScorer::notes() const {
  const double count = std::max<double>(1, static_cast<double>(prompts_scored_));
  return {{"place copied", copied_ / count},
          {"first of list chosen", static_cast<double>(first_chosen_) / count}};
}

void LetterScorer::forget_notes() {
  prompts_scored_ = first_chosen_ = 0;
  copied_ = 0;
}

}  // namespace r2rank::baselines
