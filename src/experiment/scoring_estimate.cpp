#include "experiment/scoring_estimate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <vector>

#include "base/progress.h"
#include "baselines/llm/llm_scorer.h"
#include "experiment/combined_scorer.h"
#include "experiment/cost.h"

namespace r2rank::experiment {
namespace {

std::string describe_parts(const CombinedScorer& combined, std::span<const data::Slate> slates) {
  std::vector<std::string> told;
  for (size_t i = 0; i < combined.parts().size(); ++i)
    if (const auto work = describe_work(*combined.parts()[i], slates); !work.empty())
      told.push_back(fmt::format("{}: {}", combined.part_name(i), work));
  return fmt::format("{}", fmt::join(told, "; "));
}

}  // namespace

std::string describe_work(const baselines::Scorer& scorer, std::span<const data::Slate> slates) {
  if (const auto* combined = dynamic_cast<const CombinedScorer*>(&scorer))
    return describe_parts(*combined, slates);
  const auto* llm = dynamic_cast<const baselines::LlmScorer*>(&scorer);
  if (llm == nullptr || slates.empty()) return "";
  const baselines::LlmWork work = llm->work(slates);
  const std::string size = fmt::format("{} slates, {} tokens at most", work.slates, work.tokens());
  const model::LanguageModel* model = llm->language_model();
  if (model == nullptr) {
    const auto requests = std::llround(static_cast<double>(work.slates) * work.requests_per_slate);
    return fmt::format("about {} requests: {}", requests, size);
  }
  const double seconds = baselines::seconds_of(work, model->config(), product_speed(*model));
  return fmt::format("about {}: {}", base::format_duration(seconds), size);
}

}  // namespace r2rank::experiment
