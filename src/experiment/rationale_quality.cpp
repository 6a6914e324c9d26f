#include "experiment/rationale_quality.h"

#include <cmath>
#include <sstream>

#include "base/error.h"
#include "learn/step.h"
#include "rollout/written_rationale.h"

namespace r2rank::experiment {

void RationaleQuality::add(const rollout::PreparedSlate& slate, const rollout::SlateRollout& rollout,
                           const rollout::PromptFrame& frame, const text::Tokenizer& tokenizer) {
  if (rollout.rationales.empty()) return;
  for (const auto& item : rollout.rationales)
    for (const auto& rationale : item) {
      rationales_ += 1;
      tokens_ += static_cast<double>(rationale.tokens.size());
      ended_ += rationale.ended ? 1 : 0;
      malformed_ += rationale.malformed ? 1 : 0;
      add_text(rollout::rationale_text(tokenizer, rationale));
    }
  if (judge_ == nullptr) return;
  for (const auto& item : learn::rationale_logprobs(*judge_->model, frame, slate, rollout.rationales, 1))
    for (const auto& rationale : item)
      for (const float logprob : rationale) {
        judged_ += 1;
        logprob_ += logprob;
      }
}

/// Words as the report's page cuts them: by white space, ASCII letters in lower case.
void RationaleQuality::add_text(const std::string& text) {
  std::string lower = text;
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  std::istringstream stream(lower);
  std::string before, last, word;
  int64_t words = 0;
  for (; stream >> word; ++words) {
    if (words >= 2) {
      triples_ += 1;
      distinct_.insert(fmt::format("{} {} {}", before, last, word));
    }
    before = std::move(last);
    last = word;
  }
  empty_ += words == 0 ? 1 : 0;
}

std::vector<std::pair<std::string, double>> RationaleQuality::notes() const {
  if (rationales_ == 0) return {};
  std::vector<std::pair<std::string, double>> notes = {{"rationales", rationales_},
                                                       {"tokens a rationale", tokens_ / rationales_},
                                                       {"ended share", ended_ / rationales_},
                                                       {"malformed share", malformed_ / rationales_},
                                                       {"empty share", empty_ / rationales_}};
  if (triples_ > 0)
    notes.emplace_back("distinct triples share", static_cast<double>(distinct_.size()) / triples_);
  if (judged_ > 0) notes.emplace_back("perplexity", std::exp(-logprob_ / judged_));
  return notes;
}

bool same_tokens(const learn::RankingModel& one, const learn::RankingModel& other) {
  const std::string sample = "The user's choices, 12 of them: Why? Answer:";
  return one.model->config().vocabulary == other.model->config().vocabulary &&
         one.tokenizer->encode(sample, false) == other.tokenizer->encode(sample, false);
}

void check_judge(const learn::RankingModel& judge, const learn::RankingModel& model) {
  if (same_tokens(judge, model)) return;
  base::fail_usage(
      "eval", "--perplexity-model {} reads other tokens than {}: name the model that its training began with",
      judge.origin, model.origin);
}

}  // namespace r2rank::experiment
