#pragma once

#include "baselines/llm/list_prompt.h"
#include "baselines/llm/llm_scorer.h"
#include "remote/chat_server.h"

namespace r2rank::baselines {

struct ServerVerdictOptions {
  ListPromptConfig prompt;
  std::string question = "Will the user choose this item next? Answer yes or no.";
  int64_t slates_per_batch = 2;

  void describe(base::ConfigFields& fields);
};

/// Zero-shot pointwise ranking by a server: a question a candidate, its score log p(yes) - log p(no) of the
/// answer's first token. A word that is not among the likeliest tokens the server names counts with the least
/// of their log-probabilities: an upper bound of its own.
class ServerVerdictScorer : public Scorer, public LlmScorer {
 public:
  ServerVerdictScorer(std::string name, remote::ServerOptions server, const TrainingData& data,
                      ServerVerdictOptions options);

  std::string name() const override { return name_; }
  std::vector<double> score(const data::Slate& slate) override { return score_batch({&slate, 1}).front(); }
  /// Errors: as remote::ChatServer::ask; kUsage for a server that gives no log-probabilities.
  std::vector<std::vector<double>> score_batch(std::span<const data::Slate> slates) override;
  int64_t batch_size() const override { return options_.slates_per_batch; }
  int64_t tokens() const override { return tokens_; }
  LlmWork work(std::span<const data::Slate> slates) const override;
  const model::LanguageModel* language_model() const override { return nullptr; }
  /// "verdicts", "without yes or no" (share of answers whose likeliest first tokens hold neither), and the
  /// server's.
  std::vector<std::pair<std::string, double>> notes() const override;
  void forget_notes() override;

 private:
  std::vector<Question> ask(const data::Slate& slate) const;

  std::string name_;
  remote::ChatServer server_;
  ListPrompts prompts_;
  ServerVerdictOptions options_;
  int64_t tokens_ = 0, verdicts_ = 0, neither_ = 0;
};

/// log p(yes) - log p(no) of an answer's first token; spellings (case, space before) are summed. `found`
/// tells whether either was among the choices. REQUIRES choices.
double verdict_of(const std::vector<remote::ChatReply::Choice>& choices, bool& found);

}  // namespace r2rank::baselines
