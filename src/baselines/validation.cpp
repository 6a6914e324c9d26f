#include "baselines/validation.h"

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/interrupt.h"
#include "metrics/ranking_metrics.h"

namespace r2rank::baselines {
namespace {

constexpr int kCutOff = 10;

struct Sum {
  double value = 0;
  int64_t slates = 0;
};

double user_mean(const std::map<int32_t, Sum>& users) {
  double sum = 0;
  for (const auto& [user, own] : users) sum += own.value / static_cast<double>(own.slates);
  return sum / static_cast<double>(users.size());
}

/// Lists that no ranker can get wrong: what splits of the full catalogue validated on once.
void refuse_bare_slates(const data::SlateSet& valid, const std::string& where) {
  if (valid.protocol.negatives != "full") return;
  base::fail_usage(
      where,
      "expected validation slates that list candidates, found relevant items alone: this split of "
      "the full catalogue is of an older version, and every ranker would measure 1 on it; split "
      "anew (the test slates stay the same)");
}

}  // namespace

double validation_ndcg(Scorer& scorer, std::span<const data::Slate> slates, const std::string& where) {
  R2RANK_CHECK(!slates.empty());
  const auto batch = static_cast<size_t>(std::max<int64_t>(1, scorer.batch_size()));
  std::map<int32_t, Sum> users;
  for (size_t begin = 0; begin < slates.size(); begin += batch) {
    base::stop_if_interrupted(where);
    const auto part = slates.subspan(begin, std::min(batch, slates.size() - begin));
    const auto scores = scorer.score_batch(part);
    for (size_t i = 0; i < part.size(); ++i) {
      Sum& own = users[part[i].user];
      own.value += metrics::ndcg(scores[i], part[i].relevance, kCutOff);
      ++own.slates;
    }
  }
  return user_mean(users);
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
  refuse_bare_slates(valid, where);
  return most > 0 ? all.first(std::min(all.size(), static_cast<size_t>(most))) : all;
}

}  // namespace r2rank::baselines
