#include "data/id_table.h"

#include <limits>

#include "base/error.h"

namespace r2rank::data {

int32_t IdTable::intern(std::string_view id) {
  const auto known = index_.find(id);
  if (known != index_.end()) return known->second;
  if (ids_.size() >= static_cast<size_t>(std::numeric_limits<int32_t>::max()))
    base::fail_data("import", "expected fewer than 2^31 different ids; split the log into smaller ones");
  ids_.emplace_back(id);
  const auto index = static_cast<int32_t>(ids_.size() - 1);
  index_.emplace(ids_.back(), index);
  return index;
}

int32_t IdTable::find(std::string_view id) const {
  const auto known = index_.find(id);
  return known == index_.end() ? -1 : known->second;
}

}  // namespace r2rank::data
