#include "data/description_json.h"

#include <nlohmann/json.hpp>

namespace r2rank::data {
namespace {

using Json = nlohmann::ordered_json;

Json distribution_json(const Distribution& spread) {
  auto bins = Json::array();
  for (const auto& bin : spread.bins)
    bins.push_back({{"low", bin.low}, {"high", bin.high}, {"count", bin.count}});
  return {{"min", spread.min},   {"q25", spread.q25}, {"median", spread.median}, {"q75", spread.q75},
          {"q90", spread.q90},   {"q99", spread.q99}, {"max", spread.max},       {"mean", spread.mean},
          {"gini", spread.gini}, {"bins", bins}};
}

Json cold_json(const ColdStart& cold) {
  return {{"targets", cold.targets}, {"cold_items", cold.cold_items}, {"cold_users", cold.cold_users}};
}

Json time_json(const Dataset& dataset, const DatasetDescription& d) {
  if (dataset.time_kind != TimeKind::kReal || d.interactions == 0) return nullptr;
  return {{"first", d.first_time}, {"last", d.last_time}, {"spans", d.timeline}};
}

}  // namespace

Json description_json(const Dataset& dataset, const DatasetDescription& d,
                      const std::optional<ColdStart>& split) {
  auto fields = Json::array();
  for (const auto& field : d.text)
    fields.push_back({{"field", field.field},
                      {"items", field.items},
                      {"events", field.events},
                      {"mean_words", field.mean_words}});
  return {{"name", dataset.name},
          {"hash", dataset.hash},
          {"users", d.users},
          {"items", d.items},
          {"touched_items", d.touched_items},
          {"interactions", d.interactions},
          {"density", d.density},
          {"repeated_pairs", d.repeated_pairs},
          {"tied_events", d.tied_events},
          {"tied_users", d.tied_users},
          {"history", distribution_json(d.history)},
          {"popularity", distribution_json(d.popularity)},
          {"head_share", {{"1", d.head1}, {"10", d.head10}, {"20", d.head20}}},
          {"mean_rating", d.ratings.empty() ? Json() : Json(d.mean_rating)},
          {"ratings", d.ratings},
          {"unrated", d.unrated},
          {"time", time_json(dataset, d)},
          {"text", fields},
          {"shared_titles", d.shared_titles},
          {"cold_last_tenth", d.last_tenth.targets > 0 ? cold_json(d.last_tenth) : Json()},
          {"cold_test", split ? cold_json(*split) : Json()}};
}

}  // namespace r2rank::data
