#include "experiment/rank_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <span>
#include <unordered_map>

#include "base/error.h"
#include "base/json.h"
#include "data/slate_sample.h"
#include "experiment/catalogue_evaluation.h"
#include "experiment/evaluation.h"

namespace r2rank::experiment {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "r2rank-ranks";
constexpr int64_t kVersion = 1;
constexpr int64_t kMostCandidates = 100'000'000;

[[noreturn]] void refuse(const std::string& source, const std::string& what) {
  base::fail_data(
      "compare",
      "expected the ranks that `compare --ranks` writes in {}, found {}; fetch the file again or remove it",
      source, what);
}

// ---- slates ----

std::vector<size_t> relevant_places(const data::Slate& slate) {
  std::vector<size_t> places;
  for (size_t i = 0; i < slate.relevance.size(); ++i)
    if (slate.relevance[i] > 0) places.push_back(i);
  return places;
}

void check_slates(const Place& place) {
  const auto& test = place.split.test;
  const auto one = [](const data::Slate& slate) { return relevant_places(slate).size() == 1; };
  if (ranks_full_catalogue(test) || !std::all_of(test.slates.begin(), test.slates.end(), one))
    base::fail_usage("compare",
                     "{}: ranks tell all of slates with one relevant item each and a list of candidates, "
                     "which those of '{}' are not; leave out --ranks",
                     place.plan->name, test.protocol.name());
}

std::vector<int64_t> ids_of(const data::SlateSet& slates) {
  std::vector<int64_t> ids;
  for (const auto& slate : slates.slates) ids.push_back(slate.id);
  return ids;
}

// ---- ranks ----

/// Of the candidates: how many are above the relevant one, and how many others share its place.
struct Rank {
  int64_t above = 0, tied = 0;
};

/// What is no number ranks last, as in every metric.
Rank rank_of(std::span<const double> scores, size_t relevant) {
  const double own = scores[relevant];
  Rank rank;
  for (size_t i = 0; i < scores.size(); ++i) {
    if (i == relevant) continue;
    const bool equal = scores[i] == own || (std::isnan(scores[i]) && std::isnan(own));
    rank.tied += equal ? 1 : 0;
    rank.above += !equal && (scores[i] > own || std::isnan(own)) ? 1 : 0;
  }
  return rank;
}

/// Scores that put the relevant candidate there.
std::vector<double> scores_of(const Rank& rank, size_t relevant, size_t count) {
  std::vector<double> scores(count, -1.0);
  scores[relevant] = 0;
  int64_t given = 0;
  for (size_t i = 0; i < count; ++i) {
    if (i == relevant) continue;
    if (given < rank.above + rank.tied) scores[i] = given < rank.above ? 1 : 0;
    ++given;
  }
  return scores;
}

// ---- reading: the file is untrusted ----

std::vector<int64_t> whole_numbers(const Json& list, const char* what, int64_t most,
                                   const std::string& source) {
  if (!list.is_array()) refuse(source, fmt::format("'{}' that is no list", what));
  std::vector<int64_t> numbers;
  for (const auto& value : list) {
    if (!value.is_number_integer() || value.get<int64_t>() < 0 || value.get<int64_t>() > most)
      refuse(source, fmt::format("in '{}' {}", what, base::json_excerpt(value)));
    numbers.push_back(value.get<int64_t>());
  }
  return numbers;
}

void check_row(const Json& row, const std::string& source) {
  for (const char* field : {"name", "key", "scores_hash"})
    if (!row.at(field).is_string()) refuse(source, fmt::format("a row whose '{}' is no text", field));
  for (const char* field : {"seed", "slates"})
    if (!row.at(field).is_number_integer())
      refuse(source, fmt::format("a row whose '{}' is no whole number", field));
  parse_measured(row.at("row"), source);
  if (!row.at("report").is_object()) refuse(source, "a row whose 'report' is no object");
  const auto above = whole_numbers(row.at("above"), "above", kMostCandidates, source);
  const auto tied = whole_numbers(row.at("tied"), "tied", kMostCandidates, source);
  if (above.size() != tied.size()) refuse(source, "a row with more of 'above' than of 'tied', or fewer");
}

// ---- writing ----

Json entry_of(const RowPlan& row, int64_t seed, const Json& card) {
  Json entry = {{"name", row.name}, {"seed", seed}, {"slates", row.slates}};
  for (const char* field : {"key", "scores_hash", "row", "report"}) entry[field] = card.at(field);
  return entry;
}

}  // namespace

RankDocument parse_ranks(std::string_view text, const std::string& source) {
  base::check_format(base::parse_json(text, "compare", source), kFormat, kVersion, "compare", source);
  constexpr int64_t kAnyId = INT64_MAX;
  RankDocument ranks;
  try {
    const Json json = Json::parse(text);
    ranks.protocol = json.at("protocol").get<std::string>();
    ranks.slates_hash = json.at("slates_hash").get<std::string>();
    ranks.training_hash = json.at("training_hash").get<std::string>();
    ranks.slate_ids = whole_numbers(json.at("slate_ids"), "slate_ids", kAnyId, source);
    ranks.rows = json.at("rows");
    if (!ranks.rows.is_array()) refuse(source, "'rows' that are no list");
    for (const auto& row : ranks.rows) check_row(row, source);
  } catch (const nlohmann::json::exception& error) {
    refuse(source, error.what());
  }
  return ranks;
}

RankFile::RankFile(const base::Path& folder, const Place& place)
    : path_(folder / (place.plan->name + ".json")), place_(place) {
  check_slates(place);
  const auto& test = place.split.test;
  const std::string training = data::training_hash(place.split);
  if (std::filesystem::exists(path_)) {
    document_ = parse_ranks(base::read_file(path_), path_.string());
    if (document_.slates_hash != test.hash || document_.training_hash != training)
      base::fail_usage("compare",
                       "{} is of other slates or training events (protocol '{}') than those of '{}' here "
                       "('{}'); name another folder for --ranks",
                       path_.string(), document_.protocol, place.plan->name, test.protocol.name());
    if (document_.slate_ids != ids_of(test)) refuse(path_.string(), "ids of other slates under their hash");
  }
  document_.protocol = test.protocol.name();
  document_.slates_hash = test.hash;
  document_.training_hash = training;
  document_.slate_ids = ids_of(test);
}

const Json* RankFile::find(const std::string& key) const {
  for (const auto& row : document_.rows)
    if (row.at("key") == key) return &row;
  return nullptr;
}

bool RankFile::has(const std::string& key) const {
  return find(key) != nullptr;
}

std::string RankFile::key_of_results(const std::string& key) const {
  const Json* row = find(key);
  return row == nullptr ? key : key + " " + row->at("scores_hash").get<std::string>();
}

bool RankFile::restore(const RowPlan& row, int64_t sample_seed, const std::string& key,
                       const base::Path& folder) const {
  const Json* found = find(key);
  if (found == nullptr) return false;
  const std::string source = path_.string();
  const data::SlateSet set = data::sampled_slates(place_.split.test, place_.dataset,
                                                  {row.slates, static_cast<uint64_t>(sample_seed)});
  const auto above = found->at("above").get<std::vector<int64_t>>();
  const auto tied = found->at("tied").get<std::vector<int64_t>>();
  if (above.size() != set.slates.size())
    refuse(source, fmt::format("{} ranks of '{}' for {} slates", above.size(), row.name, set.slates.size()));
  if (row.slates > 0 && found->value("slate_ids", std::vector<int64_t>()) != ids_of(set))
    refuse(source, fmt::format("ranks of '{}' on other slates than the sample", row.name));
  auto results = results_without_rows(row.name, set);
  results.training_hash = document_.training_hash;
  results.ranks_only = true;
  for (size_t i = 0; i < set.slates.size(); ++i) {
    const size_t count = set.slates[i].candidates.size();
    if (above[i] + tied[i] >= static_cast<int64_t>(count))
      refuse(source, fmt::format("{} above and {} tied of '{}' among {} candidates", above[i], tied[i],
                                 row.name, count));
    append_slate(results, set.slates[i], place_.dataset,
                 scores_of({above[i], tied[i]}, relevant_places(set.slates[i])[0], count));
  }
  const MeasuredRow told = parse_measured(found->at("row"), source);
  results.values[kMilliseconds].assign(set.slates.size(), told.ms_per_slate);
  results.values[kTokens].assign(set.slates.size(), told.tokens_per_slate);
  write_ranked_row(folder, *found, results);
  return true;
}

void RankFile::add(const RowPlan& row, int64_t seed, const base::Path& folder,
                   const metrics::PerUserResults& test) {
  const Json card = read_card(folder);
  const bool restored = card.value("ranks_only", false);
  if (restored && has(card.at("key").get<std::string>())) return;  // what the file has may be newer
  std::unordered_map<int64_t, const data::Slate*> slates;
  for (const auto& slate : place_.split.test.slates) slates.emplace(slate.id, &slate);
  Json above = Json::array(), tied = Json::array();
  for (size_t i = 0; i < test.slate_ids.size(); ++i) {
    const auto slate = slates.find(test.slate_ids[i]);
    if (slate == slates.end() || slate->second->candidates.size() != test.scores[i].size())
      base::fail_data("compare",
                      "expected a score of each candidate of the split's slates in {}, found others",
                      folder.string());
    const Rank rank = rank_of(test.scores[i], relevant_places(*slate->second)[0]);
    above.push_back(rank.above);
    tied.push_back(rank.tied);
  }
  Json entry = entry_of(row, seed, card);
  if (row.slates > 0) entry["slate_ids"] = test.slate_ids;
  entry["above"] = std::move(above);
  entry["tied"] = std::move(tied);
  put(std::move(entry));
}

void RankFile::put(Json entry) {
  for (auto& row : document_.rows) {
    if (row.at("name") != entry.at("name") || row.at("seed") != entry.at("seed")) continue;
    if (row == entry) return;
    row = std::move(entry);
    return save();
  }
  document_.rows.push_back(std::move(entry));
  save();
}

/// A line a row, so that versions of the file can be compared.
void RankFile::save() const {
  const auto text_of = [](const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
  };
  std::string text = text_of({{"format", kFormat},
                              {"version", kVersion},
                              {"dataset", place_.plan->name},
                              {"protocol", document_.protocol},
                              {"slates_hash", document_.slates_hash},
                              {"training_hash", document_.training_hash},
                              {"slate_ids", document_.slate_ids}});
  text.back() = ',';
  text += "\n\"rows\": [";
  for (size_t i = 0; i < document_.rows.size(); ++i)
    text += (i > 0 ? ",\n" : "\n") + text_of(document_.rows[i]);
  base::write_file(path_, text + "\n]}\n");
}

}  // namespace r2rank::experiment
