#include "experiment/rationale_writer.h"

#include <fmt/ranges.h>

#include <string>

#include "base/error.h"
#include "experiment/rationale_quality.h"
#include "rollout/rationale_change.h"

namespace r2rank::experiment {
namespace {

/// Names of the settings in which two prompts differ.
std::vector<std::string> differences(text::PromptConfig one, text::PromptConfig other) {
  base::ConfigFields left, right;
  one.describe(left);
  other.describe(right);
  std::vector<std::string> names;
  for (size_t i = 0; i < left.all().size(); ++i)
    if (left.all()[i].as_text() != right.all()[i].as_text()) names.push_back(left.all()[i].name);
  return names;
}

}  // namespace

std::vector<rollout::SlateRollout> written_by(const rollout::Reasoner& writer,
                                              const rollout::Reasoner& reader,
                                              std::span<const rollout::PreparedSlate* const> slates,
                                              const rollout::SamplingOptions& options) {
  auto rollouts = writer.reason(slates, options, false);
  reader.score(slates, rollouts);
  for (auto& rollout : rollouts) rollout.prompt_tokens += rollout.prompt_tokens + rollout.sampled_tokens;
  return rollouts;
}

std::vector<rollout::SlateRollout> filled(const learn::RankingModel& model,
                                          std::span<const rollout::PreparedSlate* const> slates,
                                          const rollout::SamplingOptions& options) {
  auto rollouts = rollout::filler_rollouts(slates, model.reasoner->frame(), *model.tokenizer,
                                           options.rationales, options.max_tokens);
  model.reasoner->score(slates, rollouts);
  return rollouts;
}

void check_writer(const learn::RankingModel& writer, const learn::RankingModel& model) {
  if (!same_tokens(writer, model))
    base::fail_usage("eval",
                     "--rationales-by {} writes other tokens than {} reads: name the model that its training "
                     "began with, or another of that family",
                     writer.origin, model.origin);
  const auto other = differences(writer.prompts->config(), model.prompts->config());
  if (!other.empty())
    base::fail_usage(
        "eval",
        "--rationales-by {}: expected a model that is asked with the prompt of {}, found another "
        "{}; name one that was trained with the same prompt, or a base model",
        writer.origin, model.origin, fmt::join(other, ", "));
  if (writer.signals && (!model.signals || model.signals->set.hash != writer.signals->set.hash))
    base::fail_usage("eval",
                     "--rationales-by {} was trained with signals that {} does not have; name one that was "
                     "trained without signals, or with the same",
                     writer.origin, model.origin);
}

}  // namespace r2rank::experiment
