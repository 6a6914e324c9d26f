#include "report/data_shelf.h"

#include <cstdio>

#include "data/slate_sample.h"

namespace r2rank::report {
namespace {

/// What a sample's hash says of how it was drawn.
std::optional<data::SlateSample> sample_of(const std::string& hash) {
  long long count = 0;
  unsigned long long seed = 0;
  const size_t colon = hash.find(':');
  if (colon == std::string::npos) return std::nullopt;
  if (std::sscanf(hash.c_str() + colon, ":sample%lld-seed%llu", &count, &seed) != 2) return std::nullopt;
  return data::SlateSample{count, seed};
}

}  // namespace

DataShelf::DatasetPlace* DataShelf::with_hash(const std::string& hash) const {
  for (const auto& place : datasets_)
    if (place->dataset.hash == hash) return place.get();
  return nullptr;
}

DataShelf::DatasetPlace& DataShelf::add_dataset(const base::Path& folder, const std::string& name) {
  data::Dataset dataset = data::load_dataset(folder);
  if (auto* known = with_hash(dataset.hash)) return *known;
  auto place = std::make_unique<DatasetPlace>();
  place->name = name.empty() ? dataset.name : name;
  place->path = folder;
  place->dataset = std::move(dataset);
  datasets_.push_back(std::move(place));
  return *datasets_.back();
}

void DataShelf::add_split(const base::Path& folder) {
  const base::Path card = folder / "split.json";
  const Json json = read_json(card);
  const auto hash = reading(card, [&] { return json.at("dataset_hash").get<std::string>(); });
  const auto name = reading(card, [&] { return json.value("dataset", "?"); });
  DatasetPlace* place = with_hash(hash);
  if (place == nullptr)
    base::fail_usage("report",
                     "{} is a split of the data set '{}' (hash {}), which is not among the sources; name the "
                     "folder of that data set, too",
                     folder.string(), name, hash);
  auto split = std::make_unique<SplitPlace>();
  split->path = folder;
  split->split = data::load_split(folder, place->dataset);
  place->splits.push_back(std::move(split));
}

std::optional<SlatesPlace> DataShelf::find_whole(const std::string& slates_hash,
                                                 const std::string& training_hash) const {
  std::optional<SlatesPlace> found;
  for (const auto& place : datasets_)
    for (const auto& split : place->splits)
      for (const auto* slates : {&split->split.test, &split->split.valid}) {
        if (slates->hash != slates_hash) continue;
        const SlatesPlace candidate{&place->dataset, &split->split, slates};
        if (data::training_hash(split->split) == training_hash) return candidate;
        if (!found) found = candidate;
      }
  return found;
}

std::optional<SlatesPlace> DataShelf::find(const std::string& slates_hash,
                                           const std::string& training_hash) const {
  auto place = find_whole(slates_hash.substr(0, slates_hash.find(':')), training_hash);
  const auto sample = sample_of(slates_hash);
  if (!place || slates_hash.find(':') == std::string::npos) return place;
  if (!sample) return std::nullopt;
  auto drawn =
      std::make_unique<data::SlateSet>(data::sampled_slates(*place->slates, *place->dataset, *sample));
  if (drawn->hash != slates_hash) return std::nullopt;
  samples_.push_back(std::move(drawn));
  place->slates = samples_.back().get();
  return place;
}

std::string DataShelf::name_of(const data::Dataset& dataset) const {
  for (const auto& place : datasets_)
    if (&place->dataset == &dataset) return place->name;
  return dataset.name;
}

}  // namespace r2rank::report
