#include "data/seen_items.h"

#include <algorithm>
#include <iterator>

#include "base/error.h"
#include "data/negative_sampler.h"

namespace r2rank::data {
namespace {

std::vector<int32_t> history_items(const Dataset& dataset, const Slate& slate) {
  return known_items(dataset, slate.user, slate.history_end);
}

std::vector<int32_t> sorted_candidates(const Slate& slate, bool relevant) {
  std::vector<int32_t> items;
  for (size_t place = 0; place < slate.candidates.size(); ++place)
    if ((slate.relevance[place] > 0) == relevant) items.push_back(slate.candidates[place]);
  std::sort(items.begin(), items.end());
  return items;
}

bool share_an_item(const std::vector<int32_t>& a, const std::vector<int32_t>& b) {
  return std::any_of(a.begin(), a.end(),
                     [&](int32_t item) { return std::binary_search(b.begin(), b.end(), item); });
}

}  // namespace

std::vector<int32_t> excluded_items(const Dataset& dataset, const Slate& slate, const std::string& exclude) {
  R2RANK_CHECK(exclude == "known" || exclude == "history" || exclude == "none");
  if (exclude == "none") return {};
  const auto seen = exclude == "known" ? known_items(dataset, slate.user) : history_items(dataset, slate);
  const auto relevant = sorted_candidates(slate, true);
  std::vector<int32_t> items;
  std::set_difference(seen.begin(), seen.end(), relevant.begin(), relevant.end(), std::back_inserter(items));
  return items;
}

std::string observed_exclusion(const Dataset& dataset, const Slate& slate) {
  const auto others = sorted_candidates(slate, false);
  if (share_an_item(others, history_items(dataset, slate))) return "none";
  return share_an_item(others, known_items(dataset, slate.user)) ? "history" : "known";
}

}  // namespace r2rank::data
