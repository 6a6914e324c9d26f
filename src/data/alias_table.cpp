#include "data/alias_table.h"

#include <numeric>

namespace r2rank::data {

AliasTable::AliasTable(std::span<const double> weights) : keep_(weights.size(), 1), instead_(weights.size()) {
  std::iota(instead_.begin(), instead_.end(), 0);
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<double> share;
  std::vector<int32_t> small, large;
  for (size_t i = 0; i < weights.size(); ++i) {
    share.push_back(weights[i] / total * static_cast<double>(weights.size()));
    (share[i] < 1 ? small : large).push_back(static_cast<int32_t>(i));
  }
  while (!small.empty() && !large.empty()) {
    const int32_t less = small.back(), more = large.back();
    small.pop_back();
    keep_[less] = share[less];
    instead_[less] = more;
    share[more] -= 1 - share[less];
    if (share[more] >= 1) continue;
    large.pop_back();
    small.push_back(more);
  }
}

int32_t AliasTable::draw(base::RandomStream& stream) const {
  const auto place = static_cast<size_t>(stream.below(keep_.size()));
  return stream.uniform() < keep_[place] ? static_cast<int32_t>(place) : instead_[place];
}

}  // namespace r2rank::data
