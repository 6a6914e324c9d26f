#include "data/dataset.h"

namespace r2rank::data {

std::map<std::string, int32_t, std::less<>> index_items(const Dataset& dataset) {
  std::map<std::string, int32_t, std::less<>> index;
  for (size_t item = 0; item < dataset.items.size(); ++item)
    index.emplace(dataset.items[item].id, static_cast<int32_t>(item));
  return index;
}

std::map<std::string, int32_t, std::less<>> index_users(const Dataset& dataset) {
  std::map<std::string, int32_t, std::less<>> index;
  for (size_t user = 0; user < dataset.user_ids.size(); ++user)
    index.emplace(dataset.user_ids[user], static_cast<int32_t>(user));
  return index;
}

}  // namespace r2rank::data
