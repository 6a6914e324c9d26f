#include "report/measured.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/hash.h"
#include "base/json.h"
#include "experiment/rationale_file.h"
#include "report/curves.h"

namespace r2rank::report {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kRowVersion = 2;

Json optional_json(const fs::path& path) {
  return fs::exists(path) ? read_json(path) : Json::object();
}

// ---- evaluation ----

/// The scorer that more than half of the pairs of summary.json begin with. Names may hold dashes themselves.
std::string reference_of(const Json& summary, const std::vector<Measured>& measured) {
  if (!summary.contains("paired") || !summary["paired"].is_object()) return "";
  for (const auto& one : measured) {
    size_t begun = 0;
    for (const auto& [pair, tests] : summary["paired"].items())
      begun += pair.starts_with(one.results.scorer + "-");
    if (2 * begun > summary["paired"].size()) return one.results.scorer;
  }
  return "";
}

void add_notes(const Json& summary, Measured& one) {
  if (!summary.contains("notes") || !summary["notes"].is_object()) return;
  if (summary["notes"].contains(one.results.scorer))
    one.facts["notes"] = summary["notes"][one.results.scorer];
}

// ---- comparison ----

/// Tables of another row are not taken for this one's.
void check_table(const Json& card, const fs::path& table) {
  const auto expected = card.at("tables").at(table.filename().string()).get<std::string>();
  if (const auto found = base::hash_hex(base::read_file(table)); found != expected)
    base::fail_data("report",
                    "expected the hash {} for {}, as row.json beside it says, found {}: run the comparison "
                    "again, which makes the row anew",
                    expected, table.string(), found);
}

/// What a row says of itself, in the words of docs/formats.md.
Json facts_of(const Json& card) {
  Json facts = card.at("row");
  facts.erase("budget");
  facts.erase("seed");
  return facts;
}

Measured read_row(const fs::path& folder, const std::string& name) {
  const fs::path path = folder / "row.json";
  const Json card = read_json(path);
  base::check_format(card, "r2rank-comparison-row", kRowVersion, "report", path.string());
  return reading(path, [&] {
    check_table(card, folder / "test.parquet");
    Measured row;
    row.results = metrics::load_per_user(folder / "test.parquet");
    row.results.scorer = name;
    row.seed = card.at("row").at("seed").get<int64_t>();
    row.ranks_only = card.value("ranks_only", false);
    row.facts = facts_of(card);
    row.curves = epoch_curves(name, card.at("report"), path);
    return row;
  });
}

std::vector<Measured> read_rows(const fs::path& rows) {
  std::vector<Measured> measured;
  if (!fs::is_directory(rows)) return measured;
  for (const auto& row : entries_of(rows))
    for (const auto& seed : entries_of(row))
      if (fs::exists(seed / "row.json")) measured.push_back(read_row(seed, row.filename().string()));
  return measured;
}

void shelve(const fs::path& place, DataShelf& shelf) {
  auto& entry = shelf.add_dataset(place / "data", place.filename().string());
  shelf.add_split(place / "split");
  if (!fs::exists(place / "check.json")) return;
  const std::string text = base::read_file(place / "check.json");
  const auto checked = base::parse_json(text, "report", (place / "check.json").string());
  if (checked.is_array()) entry.findings = Json::parse(text);
}

std::string reference_of_tables(const fs::path& path) {
  const Json tables = optional_json(path);
  if (!tables.contains("tables")) return "";
  return reading(path, [&]() -> std::string {
    const Json& list = tables.at("tables");
    if (list.empty() || !list.at(0).contains("reference") || list.at(0).at("reference").is_null()) return "";
    return list.at(0).at("reference").get<std::string>();
  });
}

}  // namespace

std::vector<Measured> read_evaluation(const base::Path& folder) {
  std::vector<Measured> measured;
  for (const auto& path : entries_of(folder)) {
    if (path.extension() != ".parquet") continue;
    Measured one;
    one.results = metrics::load_per_user(path);
    one.source = folder;
    const fs::path rationales = folder / experiment::rationale_file_name(one.results.scorer);
    if (fs::exists(rationales)) one.rationales = rationales;
    measured.push_back(std::move(one));
  }
  const Json summary = optional_json(folder / "summary.json");
  const std::string reference = reference_of(summary, measured);
  for (auto& one : measured) {
    one.reference = reference;
    add_notes(summary, one);
  }
  return measured;
}

std::vector<Measured> read_comparison(const base::Path& folder, DataShelf& shelf) {
  base::check_format(read_json(folder / "comparison.json"), "r2rank-comparison", 1, "report",
                     (folder / "comparison.json").string());
  const std::string reference = reference_of_tables(folder / "baselines.json");
  std::vector<Measured> measured;
  for (const auto& place : entries_of(folder)) {
    if (!fs::is_directory(place / "data") || !fs::is_directory(place / "split")) continue;
    shelve(place, shelf);
    for (auto& row : read_rows(place / "rows")) {
      row.source = folder;
      row.reference = reference;
      if (!row.curves.is_null())
        row.curves["name"] =
            fmt::format("{} / {} (seed {})", place.filename().string(), row.results.scorer, *row.seed);
      measured.push_back(std::move(row));
    }
  }
  return measured;
}

}  // namespace r2rank::report
