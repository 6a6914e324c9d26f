#include "report/item_table.h"

#include "experiment/table_lines.h"

namespace r2rank::report {
namespace {

constexpr size_t kLongestTitle = 140, kLongestName = 48;  // in characters

}  // namespace

size_t ItemTable::place_of(int32_t item) {
  const auto [found, fresh] = place_of_.try_emplace(item, items_.size());
  if (fresh) items_.push_back(item);
  return found->second;
}

Json ItemTable::as_json() const {
  Json json = {
      {"id", Json::array()}, {"title", Json::array()}, {"brand", Json::array()}, {"category", Json::array()}};
  for (const int32_t index : items_) {
    const data::Item& item = dataset_.items.at(index);
    json["id"].push_back(item.id);
    json["title"].push_back(experiment::shortened(item.title, kLongestTitle));
    json["brand"].push_back(experiment::shortened(item.brand, kLongestName));
    json["category"].push_back(
        item.categories.empty() ? "" : experiment::shortened(item.categories.back(), kLongestName));
  }
  return json;
}

}  // namespace r2rank::report
