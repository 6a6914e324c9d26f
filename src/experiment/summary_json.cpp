#include "experiment/summary_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "experiment/evaluation.h"
#include "metrics/bootstrap.h"
#include "metrics/ranking_metrics.h"

namespace r2rank::experiment {
namespace {

using Json = nlohmann::ordered_json;

Json as_json(const metrics::Interval& interval) {
  return {{"mean", interval.mean}, {"lo", interval.lo}, {"hi", interval.hi}};
}

Json result_json(const metrics::PerUserResults& results, const Summary& summary) {
  Json json = Json::object();
  for (const std::string& metric : metrics::metric_names()) {
    json[metric] =
        as_json(metrics::bootstrap_mean(user_means(results, metric), summary.seed, summary.resamples));
  }
  return json;
}

const metrics::PerUserResults& find(const Summary& summary, const std::string& name) {
  const auto found = summary.results.find(name);
  if (found != summary.results.end()) return found->second;
  base::fail_usage(
      "summary",
      "expected the pair to name results (found: '{}', of which there are none); evaluate it first", name);
}

Json pair_json(const metrics::PerUserResults& a, const metrics::PerUserResults& b, const Summary& summary) {
  Json json = Json::object();
  for (const std::string& metric : metrics::metric_names()) {
    const auto test = metrics::paired_bootstrap(user_means(a, metric), user_means(b, metric), summary.seed,
                                                summary.resamples);
    json[metric] = as_json(test.difference);
    json[metric]["p"] = test.p_value;
  }
  return json;
}

}  // namespace

std::string summary_json(const Summary& summary) {
  if (summary.results.empty())
    base::fail_usage("summary", "expected at least one scorer's results (found none)");
  const auto& first = summary.results.begin()->second;
  for (const auto& [name, results] : summary.results) check_comparable(first, results);
  Json json = {{"protocol", first.protocol},
               {"users", std::set(first.user_ids.begin(), first.user_ids.end()).size()}};
  json["results"] = json["paired"] = json["seconds"] = Json::object();
  for (const auto& [name, results] : summary.results) json["results"][name] = result_json(results, summary);
  for (const auto& [a, b] : summary.pairs) {
    json["paired"][fmt::format("{}-{}", a, b)] = pair_json(find(summary, a), find(summary, b), summary);
  }
  for (const auto& [what, seconds] : summary.seconds) json["seconds"][what] = seconds;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace r2rank::experiment
