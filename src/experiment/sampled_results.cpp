#include "experiment/sampled_results.h"

#include <string>
#include <vector>

namespace r2rank::experiment {
namespace {

template <class T>
std::vector<T> picked(const std::vector<T>& values, const std::vector<size_t>& rows) {
  std::vector<T> result;
  for (const size_t row : rows) result.push_back(values.at(row));
  return result;
}

}  // namespace

metrics::PerUserResults sampled_results(const metrics::PerUserResults& results,
                                        const data::SlateSample& sample) {
  if (data::is_whole(results.slate_ids.size(), sample)) return results;
  const auto rows = data::sampled_rows(results.user_ids, sample);
  metrics::PerUserResults part = results;
  part.slates_hash = data::sampled_hash(results.slates_hash, sample);
  part.slate_ids = picked(results.slate_ids, rows);
  part.user_ids = picked(results.user_ids, rows);
  for (auto& [name, values] : part.values) values = picked(values, rows);
  if (!part.scores.empty()) part.scores = picked(results.scores, rows);
  return part;
}

}  // namespace r2rank::experiment
