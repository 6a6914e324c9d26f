#include "baselines/llm/listwise.h"

#include "base/error.h"
#include "baselines/llm/written_order.h"
#include "text/prompt.h"

namespace r2rank::baselines {
namespace {

constexpr int64_t kTokensOfLabel = 6, kTokensBeside = 16;

/// Spearman's correlation between the order shown and the order written; 0 for a single candidate.
double correlation_with_shown(const std::vector<int32_t>& order) {
  const auto count = static_cast<double>(order.size());
  if (order.size() < 2) return 0;
  double squares = 0;
  for (size_t rank = 0; rank < order.size(); ++rank) {
    const double difference = static_cast<double>(order[rank]) - static_cast<double>(rank);
    squares += difference * difference;
  }
  return 1 - 6 * squares / (count * (count * count - 1));
}

/// Three labels that are no hint: from the end of the list, backwards.
std::string example_of(const std::vector<std::string>& labels) {
  std::string text;
  for (size_t i = 0; i < std::min<size_t>(labels.size(), 3); ++i)
    text += (i > 0 ? " > " : "") + labels[labels.size() - 1 - i];
  return text + " > ...";
}

std::string fill_question(const std::string& question, const std::vector<std::string>& labels) {
  return text::fill_template(question,
                             {{"count", fmt::format("{}", labels.size())}, {"example", example_of(labels)}});
}

}  // namespace

void ListwiseOptions::describe(base::ConfigFields& fields) {
  prompt.describe(fields);
  fields.add("labels", labels, "how candidates are named in the list").one_of({"numbers", "letters"});
  fields.add("list_question", question, "text after the candidates: {count} and {example} of an answer");
  fields.add("answer_start", answer_start, "how the answer begins, where the model runs here");
  fields.add("shuffles", shuffles, "B: orders in which the candidates are shown; scores are mean ranks")
      .between(1, 100);
  describe_list_order(fields, shown_order);
  fields.add("answer_tokens", answer_tokens, "longest answer (0: six tokens a candidate and 16 more)")
      .between(0, 100000);
  fields.add("slates_per_batch", slates_per_batch, "slates asked about in one pass").between(1, 1024);
}

ListwiseScorer::ListwiseScorer(std::string name, std::unique_ptr<TextWriter> writer, const TrainingData& data,
                               ListwiseOptions options, uint64_t seed)
    : name_(std::move(name)),
      writer_(std::move(writer)),
      dataset_(data.dataset),
      prompts_(data, options.prompt),
      options_(std::move(options)),
      order_(list_order(options_.shown_order, options_.shuffles)),
      seed_(seed) {
  fill_question(options_.question, make_labels(list_labels(options_.labels), 2));  // reported now
}

std::vector<double> ListwiseScorer::score(const data::Slate& slate) {
  return score_batch({&slate, 1}).front();
}

std::vector<std::vector<double>> ListwiseScorer::score_batch(std::span<const data::Slate> slates) {
  const auto answers = writer_->write(ask_all(slates));
  std::vector<std::vector<double>> scores;
  auto next = answers.begin();
  for (const auto& slate : slates) {
    auto& own = scores.emplace_back(slate.candidates.size(), 0.0);
    for (int64_t b = 0; b < options_.shuffles; ++b, ++next) add_answer(slate, b, *next, own);
    for (double& value : own) value /= static_cast<double>(options_.shuffles);
  }
  return scores;
}

std::vector<int32_t> ListwiseScorer::order_of(const data::Slate& slate, int64_t shuffle) const {
  return shown_order(order_, slate, dataset_, seed_, shuffle);
}

Question ListwiseScorer::ask(const data::Slate& slate, int64_t shuffle) const {
  const auto order = order_of(slate, shuffle);
  const auto labels = make_labels(list_labels(options_.labels), static_cast<int64_t>(order.size()));
  const int64_t automatic = kTokensOfLabel * static_cast<int64_t>(order.size()) + kTokensBeside;
  return {options_.prompt.system, prompts_.history(slate),
          "\nCandidates:\n" + prompts_.candidates(slate, order, labels) +
              fill_question(options_.question, labels),
          options_.answer_start, options_.answer_tokens > 0 ? options_.answer_tokens : automatic};
}

std::vector<Question> ListwiseScorer::ask_all(std::span<const data::Slate> slates) const {
  std::vector<Question> questions;
  for (const auto& slate : slates)
    for (int64_t b = 0; b < options_.shuffles; ++b) questions.push_back(ask(slate, b));
  return questions;
}

void ListwiseScorer::add_answer(const data::Slate& slate, int64_t shuffle, const Answer& answer,
                                std::vector<double>& scores) {
  const auto shown = order_of(slate, shuffle);
  const auto labels = make_labels(list_labels(options_.labels), static_cast<int64_t>(shown.size()));
  const WrittenOrder written =
      read_order((language_model() != nullptr ? options_.answer_start : "") + answer.text, labels,
                 prompts_.titles(slate, shown));
  for (size_t rank = 0; rank < written.order.size(); ++rank)
    scores[shown[written.order[rank]]] -= static_cast<double>(rank + 1);
  tokens_ += answer.read + answer.written;
  ++answers_;
  malformed_ += written.whole() ? 0 : 1;
  first_chosen_ += written.order.front() == 0 ? 1 : 0;
  named_ += static_cast<double>(written.named) / static_cast<double>(shown.size());
  copied_ += correlation_with_shown(written.order);
}

LlmWork ListwiseScorer::work(std::span<const data::Slate> slates) const {
  LlmWork work{.slates = static_cast<int64_t>(slates.size())};
  const auto seen = sample_of(slates);
  if (seen.empty()) return work;
  const auto questions = ask_all(seen);
  const auto count = static_cast<double>(seen.size());
  work.requests_per_slate = language_model() == nullptr ? static_cast<double>(options_.shuffles) : 0;
  work.read_per_slate = static_cast<double>(writer_->count(questions)) / count;
  for (const auto& question : questions)
    work.written_per_slate += static_cast<double>(question.max_tokens) / count;
  return work;
}

std::vector<std::pair<std::string, double>> ListwiseScorer::notes() const {
  const double count = std::max<double>(1, static_cast<double>(answers_));
  std::vector<std::pair<std::string, double>> all = {
      {"answers", static_cast<double>(answers_)},
      {"malformed share", static_cast<double>(malformed_) / count},
      {"named share", named_ / count},
      {"place copied", copied_ / count},
      {"first of list chosen", static_cast<double>(first_chosen_) / count}};
  const auto more = writer_->notes();
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

void ListwiseScorer::forget_notes() {
  answers_ = malformed_ = first_chosen_ = 0;
  named_ = copied_ = 0;
  writer_->forget_notes();
}

}  // namespace r2rank::baselines
