#include "baselines/validation.h"

#include <algorithm>

#include "base/error.h"
#include "base/interrupt.h"
#include "metrics/ranking_metrics.h"

namespace r2rank::baselines {
namespace {

constexpr int kCutOff = 10;

}  // namespace

double validation_ndcg(Scorer& scorer, std::span<const data::Slate> slates, const std::string& where) {
  R2RANK_CHECK(!slates.empty());
  const auto batch = static_cast<size_t>(std::max<int64_t>(1, scorer.batch_size()));
  double sum = 0;
  for (size_t begin = 0; begin < slates.size(); begin += batch) {
    base::stop_if_interrupted(where);
    const auto part = slates.subspan(begin, std::min(batch, slates.size() - begin));
    const auto scores = scorer.score_batch(part);
    for (size_t i = 0; i < part.size(); ++i) sum += metrics::ndcg(scores[i], part[i].relevance, kCutOff);
  }
  return sum / static_cast<double>(slates.size());
}

std::span<const data::Slate> validation_slates(const data::SlateSet& valid, int64_t most,
                                               const std::string& where) {
  const std::span<const data::Slate> all = valid.slates;
  if (all.empty()) {
    base::fail_usage(
        where,
        "expected validation slates to choose settings by, found none; split with --valid-users above 0 "
        "or with a lower --min-history");
  }
  return most > 0 ? all.first(std::min(all.size(), static_cast<size_t>(most))) : all;
}

}  // namespace r2rank::baselines
