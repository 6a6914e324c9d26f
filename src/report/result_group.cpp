#include "report/result_group.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "metrics/same_scores.h"

namespace r2rank::report {
namespace {

bool same_results(const metrics::PerUserResults& a, const metrics::PerUserResults& b) {
  return a.slate_ids == b.slate_ids && metrics::same_scores(a, b);
}

/// Results that do not say what they were learned from may stand beside any.
bool belongs(const metrics::PerUserResults& results, const ResultGroup& group) {
  return results.slates_hash == group.slates_hash &&
         (results.training_hash.empty() || group.training_hash.empty() ||
          results.training_hash == group.training_hash);
}

ResultGroup& group_of(const Measured& one, std::vector<ResultGroup>& groups) {
  for (auto& group : groups)
    if (belongs(one.results, group)) return group;
  groups.emplace_back();
  groups.back().slates_hash = one.results.slates_hash;
  groups.back().protocol = one.results.protocol;
  return groups.back();
}

/// The same file in two places: what only the later one knows is taken over.
bool merge_equal(const Measured& one, ResultGroup& group) {
  for (size_t i = 0; i < group.results.size(); ++i) {
    if (group.results[i].scorer != one.results.scorer || !same_results(group.results[i], one.results))
      continue;
    Measured& known = group.about[i];
    if (known.rationales.empty()) known.rationales = one.rationales;
    if (known.facts.empty()) known.facts = one.facts;
    return true;
  }
  return false;
}

void add(Measured one, std::vector<ResultGroup>& groups) {
  ResultGroup& group = group_of(one, groups);
  if (group.training_hash.empty()) group.training_hash = one.results.training_hash;
  if (merge_equal(one, group)) return;
  group.results.push_back(std::move(one.results));
  one.results = {};
  group.about.push_back(std::move(one));
}

/// The scorer that the first source with an opinion names, called as the report will call it.
std::string own_reference(const ResultGroup& group) {
  for (const auto& about : group.about)
    for (size_t i = 0; i < group.own_names.size(); ++i)
      if (!about.reference.empty() && group.own_names[i] == about.reference &&
          group.about[i].source == about.source)
        return group.results[i].scorer;
  return "";
}

void name_scorers(ResultGroup& group) {
  std::map<std::string, std::set<base::Path>> sources;
  for (size_t i = 0; i < group.results.size(); ++i) {
    group.own_names.push_back(group.results[i].scorer);
    sources[group.own_names[i]].insert(group.about[i].source);
  }
  std::map<std::string, int> count;
  for (size_t i = 0; i < group.results.size(); ++i) {
    auto& name = group.results[i].scorer;
    if (sources[name].size() > 1) name = fmt::format("{} ({})", name, group.about[i].source.string());
    if (++count[name] == 2) group.seeds.push_back(name);
  }
  group.reference = own_reference(group);
}

bool has_scorer(const ResultGroup& group, const std::string& name) {
  return std::any_of(group.results.begin(), group.results.end(),
                     [&](const auto& results) { return results.scorer == name; });
}

void set_reference(const std::string& reference, std::vector<ResultGroup>& groups) {
  if (reference.empty()) return;
  std::set<std::string> names;
  for (auto& group : groups) {
    for (const auto& results : group.results) names.insert(results.scorer);
    group.reference = has_scorer(group, reference) ? reference : "";
  }
  check_scorer_name("--reference", reference, names);
}

// ---- titles ----

/// Data set and part, where the report has the split of the slates.
void place_group(ResultGroup& group, const DataShelf& shelf) {
  group.place = shelf.find(group.slates_hash, group.training_hash);
  const auto whole = shelf.find(whole_hash(group.slates_hash), group.training_hash);
  group.dataset =
      whole ? shelf.name_of(*whole->dataset) : fmt::format("slates {}", group.slates_hash.substr(0, 8));
  if (whole) group.part = whole->slates->part;
}

std::string plain_title(const ResultGroup& group) {
  if (group.part.empty()) return group.dataset;
  const bool sampled = whole_hash(group.slates_hash) != group.slates_hash;
  return fmt::format("{}{}{}", group.dataset, group.part == "test" ? "" : ", validation",
                     sampled ? ", sample of slates" : "");
}

/// Titles that are not distinct get the protocol, then the hash behind them.
void title_groups(std::vector<ResultGroup>& groups) {
  for (auto& group : groups) group.title = plain_title(group);
  for (const auto& more : {&ResultGroup::protocol, &ResultGroup::slates_hash, &ResultGroup::training_hash}) {
    std::map<std::string, int> count;
    for (const auto& group : groups) ++count[group.title];
    for (auto& group : groups)
      if (count[group.title] > 1) group.title += ", " + group.*more;
  }
}

}  // namespace

std::vector<ResultGroup> group_results(std::vector<Measured> measured, const DataShelf& shelf,
                                       const std::string& reference) {
  std::vector<ResultGroup> groups;
  for (auto& one : measured) add(std::move(one), groups);
  for (auto& group : groups) {
    name_scorers(group);
    place_group(group, shelf);
  }
  set_reference(reference, groups);
  title_groups(groups);
  return groups;
}

bool has_ranks_only(const ResultGroup& group) {
  return std::all_of(group.about.begin(), group.about.end(),
                     [](const Measured& one) { return one.ranks_only; });
}

std::string whole_hash(const std::string& slates_hash) {
  return slates_hash.substr(0, slates_hash.find(':'));
}

void check_scorer_name(const std::string& flag, const std::string& name, const std::set<std::string>& names) {
  if (names.contains(name)) return;
  const auto near = base::nearest_name(name, names);
  base::fail_usage("report", "{} {}: expected the name of a scorer in the results{}", flag, name,
                   near.empty() ? "" : fmt::format("; did you mean '{}'?", near));
}

}  // namespace r2rank::report
