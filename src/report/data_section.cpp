#include "report/data_section.h"

#include "data/description_json.h"

namespace r2rank::report {
namespace {

using Counts = std::vector<std::pair<std::string, int64_t>>;

Json counts_json(const Counts& counts) {
  Json list = Json::array();
  for (const auto& [what, count] : counts) list.push_back(Json::array({what, count}));
  return list;
}

Json cold_json(const data::ColdStart& cold) {
  return {{"targets", cold.targets}, {"cold_items", cold.cold_items}, {"cold_users", cold.cold_users}};
}

Json split_json(const DataShelf::SplitPlace& place, const data::Dataset& dataset) {
  const data::Split& split = place.split;
  return {{"path", place.path.string()},
          {"protocol", split.protocol.name()},
          {"test_hash", split.test.hash},
          {"valid_hash", split.valid.hash},
          {"training_hash", data::training_hash(split)},
          {"counts", counts_json(split.counts)},
          {"cold", cold_json(data::cold_start(dataset, split))}};
}

}  // namespace

Json data_json(const DataShelf::DatasetPlace& place) {
  const data::Dataset& dataset = place.dataset;
  Json json = {{"name", place.name},
               {"path", place.path.string()},
               {"time_kind", dataset.time_kind == data::TimeKind::kReal ? "real" : "order"},
               {"import", counts_json(dataset.report.counts)},
               {"description", data::description_json(dataset, data::describe_dataset(dataset), {})},
               {"splits", Json::array()},
               {"findings", place.findings}};
  for (const auto& split : place.splits) json["splits"].push_back(split_json(*split, dataset));
  return json;
}

}  // namespace r2rank::report
