#include "report/method_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/log.h"
#include "base/stable_sort.h"
#include "experiment/table_lines.h"
#include "metrics/ranking_metrics.h"
#include "report/number_pack.h"
#include "report/tables.h"

namespace r2rank::report {
namespace {

constexpr size_t kLongestRationale = 600;  // in characters

Json texts_json(const std::vector<std::vector<std::string>>& texts) {
  Json json = Json::array();
  for (const auto& list : texts) {
    json.push_back(Json::array());
    for (const auto& text : list) json.back().push_back(experiment::shortened(text, kLongestRationale));
  }
  return json;
}

Json scores_json(const std::vector<std::vector<double>>& scores) {
  Json json = Json::array();
  for (const auto& list : scores) json.push_back(rounded(list, 3));
  return json;
}

}  // namespace

std::vector<int32_t> ranks_of(const std::vector<double>& scores) {
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  order = base::stable_sorted(std::move(order),
                              [&](size_t a, size_t b) { return metrics::ranks_ahead(scores[a], scores[b]); });
  std::vector<int32_t> ranks(scores.size());
  for (size_t place = 0; place < order.size(); ++place) {
    const bool tied = place > 0 && !metrics::ranks_ahead(scores[order[place - 1]], scores[order[place]]);
    ranks[order[place]] = tied ? ranks[order[place - 1]] : static_cast<int32_t>(place) + 1;
  }
  return ranks;
}

MethodColumns::MethodColumns(const ResultGroup& group) : group_(group) {
  for (size_t i = 0; i < group.results.size(); ++i) {
    if (group.about[i].ranks_only) continue;
    const auto known = std::find_if(methods_.begin(), methods_.end(), [&](const Method& method) {
      return group.results[method.run].scorer == group.results[i].scorer;
    });
    if (known != methods_.end()) {
      ++known->seeds;
      continue;
    }
    methods_.push_back({.run = i, .seeds = 1});
    read_rationales(methods_.back());
  }
}

void MethodColumns::read_rationales(Method& method) const {
  const base::Path& path = group_.about[method.run].rationales;
  if (path.empty()) return;
  auto kept = experiment::load_rationales(path);
  if (kept.slates_hash != group_.slates_hash) {
    base::log_warning("{} is about other slates (hash {}); it is left out", path.string(), kept.slates_hash);
    return;
  }
  for (auto& slate : kept.slates) method.rationales[slate.slate_id] = std::move(slate);
  for (const auto& slate : group_.place->slates->slates) {
    const auto found = method.rationales.find(slate.id);
    if (found == method.rationales.end() || found->second.texts.size() == slate.candidates.size()) continue;
    base::fail_data("report",
                    "expected rationales of {} candidates for slate {} in {}, found {}; evaluate again",
                    slate.candidates.size(), slate.id, path.string(), found->second.texts.size());
  }
}

Json MethodColumns::rationales_json(const Method& method, const std::vector<size_t>& rows) const {
  Json json = Json::object();
  for (size_t place = 0; place < rows.size(); ++place) {
    const auto found = method.rationales.find(group_.results[method.run].slate_ids[rows[place]]);
    if (found == method.rationales.end()) continue;
    json[fmt::format("{}", place)] = {{"texts", texts_json(found->second.texts)},
                                      {"scores", scores_json(found->second.scores)}};
  }
  return json;
}

Json MethodColumns::method_json(const Method& method, const std::vector<size_t>& rows) const {
  const auto& results = group_.results[method.run];
  std::vector<int32_t> ranks;
  std::vector<double> scores, ndcg;
  for (const size_t row : rows) {
    const auto own = ranks_of(results.scores[row]);
    ranks.insert(ranks.end(), own.begin(), own.end());
    scores.insert(scores.end(), results.scores[row].begin(), results.scores[row].end());
    ndcg.push_back(
        metrics::metric_value(kMainMetric, results.scores[row], group_.place->slates->slates[row].relevance));
  }
  for (auto& rank : ranks) rank = std::min(rank, 65535);
  const auto packed = pack_whole(ranks);
  Json json = {{"name", results.scorer},
               {"seeds", method.seeds},
               {"ndcg", pack_shares(ndcg)},
               {"ranks", {{"bits", packed.bits}, {"data", packed.data}}},
               {"scores", pack_brief(scores)}};
  if (!method.rationales.empty()) json["rationales"] = rationales_json(method, rows);
  return json;
}

Json MethodColumns::as_json(const std::vector<size_t>& rows) const {
  Json json = Json::array();
  for (const auto& method : methods_) json.push_back(method_json(method, rows));
  return json;
}

}  // namespace r2rank::report
