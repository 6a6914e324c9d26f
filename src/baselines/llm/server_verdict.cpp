#include "baselines/llm/server_verdict.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "base/error.h"
#include "baselines/llm/server_writer.h"

namespace r2rank::baselines {
namespace {

/// A token without white space and punctuation around it, in lower case.
std::string bare_word(const std::string& token) {
  std::string word;
  for (const char c : token)
    if (std::isalpha(static_cast<unsigned char>(c)) != 0)
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return word;
}

}  // namespace

void ServerVerdictOptions::describe(base::ConfigFields& fields) {
  prompt.describe(fields);
  fields.add("verdict_question", question, "text after the candidate; it asks for yes or no");
  fields.add("slates_per_batch", slates_per_batch, "slates asked about at once").between(1, 1024);
}

double verdict_of(const std::vector<remote::ChatReply::Choice>& choices, bool& found) {
  double yes = 0, no = 0, least = choices.front().logprob;
  for (const auto& choice : choices) {
    const std::string word = bare_word(choice.token);
    if (word == "yes") yes += std::exp(choice.logprob);
    if (word == "no") no += std::exp(choice.logprob);
    least = std::min(least, choice.logprob);
  }
  found = yes > 0 || no > 0;
  return (yes > 0 ? std::log(yes) : least) - (no > 0 ? std::log(no) : least);
}

ServerVerdictScorer::ServerVerdictScorer(std::string name, remote::ServerOptions server,
                                         const TrainingData& data, ServerVerdictOptions options)
    : name_(std::move(name)),
      server_(std::move(server)),
      prompts_(data, options.prompt),
      options_(std::move(options)) {}

std::vector<Question> ServerVerdictScorer::ask(const data::Slate& slate) const {
  std::vector<Question> questions;
  const std::string history = prompts_.history(slate);
  for (const int32_t item : slate.candidates)
    questions.push_back({options_.prompt.system, history,
                         "\nItem:\n- " + prompts_.item_text(item, true) + "\n" + options_.question, "", 1});
  return questions;
}

std::vector<std::vector<double>> ServerVerdictScorer::score_batch(std::span<const data::Slate> slates) {
  std::vector<Question> questions;
  for (const auto& slate : slates) {
    const auto own = ask(slate);
    questions.insert(questions.end(), own.begin(), own.end());
  }
  const auto replies = server_.ask(as_chat(questions), {.logprobs = true});
  std::vector<std::vector<double>> scores;
  auto next = replies.begin();
  for (const auto& slate : slates) {
    auto& own = scores.emplace_back();
    for (size_t i = 0; i < slate.candidates.size(); ++i, ++next) {
      if (next->first.empty())
        base::fail_usage("server",
                         "expected choices[0].logprobs of each answer, found none: {} gives no "
                         "log-probabilities for '{}'; rank by server-listwise instead",
                         server_.options().endpoint, server_.options().model);
      bool found = false;
      own.push_back(verdict_of(next->first, found));
      tokens_ += next->read + next->written;
      ++verdicts_;
      neither_ += found ? 0 : 1;
    }
  }
  return scores;
}

LlmWork ServerVerdictScorer::work(std::span<const data::Slate> slates) const {
  LlmWork work{.slates = static_cast<int64_t>(slates.size())};
  const auto seen = sample_of(slates);
  for (const auto& slate : seen) {
    const auto questions = ask(slate);
    const auto count = static_cast<double>(seen.size());
    work.requests_per_slate += static_cast<double>(questions.size()) / count;
    work.read_per_slate +=
        static_cast<double>(remote::ChatServer::estimated_tokens(as_chat(questions))) / count;
    work.written_per_slate += static_cast<double>(questions.size()) / count;
  }
  return work;
}

std::vector<std::pair<std::string, double>> ServerVerdictScorer::notes() const {
  const double count = std::max<double>(1, static_cast<double>(verdicts_));
  std::vector<std::pair<std::string, double>> all = {
      {"verdicts", static_cast<double>(verdicts_)},
      {"without yes or no", static_cast<double>(neither_) / count}};
  const auto more = server_.notes();
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

void ServerVerdictScorer::forget_notes() {
  verdicts_ = neither_ = 0;
  server_.forget_notes();
}

}  // namespace r2rank::baselines
