#include "report/contest.h"

#include <algorithm>
#include <set>

#include "base/log.h"
#include "data/candidates.h"

namespace r2rank::report {
namespace {

using Groups = std::vector<const ResultGroup*>;  // of one set of slates: the whole and samples of it

/// A scorer of a group.
struct Entry {
  const ResultGroup* group;
  experiment::ScorerRuns runs;
  size_t place;  // of its first result

  const std::string& own_name() const { return group->own_names[place]; }
  size_t slates() const { return runs.runs.front()->slate_ids.size(); }
  bool is_called(const std::string& name) const {
    return !name.empty() && (runs.scorer == name || own_name() == name);
  }
};

// ---- what was asked for ----

std::set<std::string> names_in(std::span<const ResultGroup> groups) {
  std::set<std::string> names;
  for (const auto& group : groups) {
    for (const auto& results : group.results) names.insert(results.scorer);
    names.insert(group.own_names.begin(), group.own_names.end());
  }
  return names;
}

void check_names(std::span<const ResultGroup> groups, const OwnScorers& ours) {
  const auto names = names_in(groups);
  if (!ours.text.empty()) check_scorer_name("--text", ours.text, names);
  if (!ours.hybrid.empty()) check_scorer_name("--hybrid", ours.hybrid, names);
  if (ours.text == ours.hybrid)
    base::fail_usage(
        "report",
        "expected two scorers, one without signals and one with them (--text and --hybrid are both "
        "{}); give one of the flags, or another name",
        ours.text);
}

// ---- sets of slates ----

bool of_one_set(const ResultGroup& a, const ResultGroup& b) {
  return whole_hash(a.slates_hash) == whole_hash(b.slates_hash) &&
         (a.training_hash.empty() || b.training_hash.empty() || a.training_hash == b.training_hash);
}

std::vector<Groups> test_sets(std::span<const ResultGroup> groups) {
  std::vector<Groups> sets;
  for (const auto& group : groups) {
    if (group.part == "valid") continue;
    const auto found = std::find_if(sets.begin(), sets.end(), [&](const Groups& set) {
      return std::all_of(set.begin(), set.end(),
                         [&](const auto* other) { return of_one_set(*other, group); });
    });
    if (found == sets.end())
      sets.push_back({&group});
    else
      found->push_back(&group);
  }
  return sets;
}

std::vector<Entry> entries_of(const Groups& set) {
  std::vector<Entry> entries;
  for (const auto* group : set)
    for (auto& runs : experiment::group_runs(group->results, group->seeds)) {
      const auto place = static_cast<size_t>(runs.runs.front() - group->results.data());
      entries.push_back({group, std::move(runs), place});
    }
  return entries;
}

// ---- contestants ----

std::string method_of(const Entry& entry) {
  const Json& facts = entry.group->about[entry.place].facts;
  if (facts.contains("method") && facts["method"].is_string()) return facts["method"].get<std::string>();
  return baselines::family_of(entry.own_name()) ? entry.own_name() : "";
}

std::optional<double> training_seconds_of(const Entry& entry) {
  const Json& facts = entry.group->about[entry.place].facts;
  if (!facts.contains("training_seconds") || !facts["training_seconds"].is_number()) return std::nullopt;
  return facts["training_seconds"].get<double>();
}

Contestant contestant(const Entry& entry) {
  Contestant one{.runs = entry.runs,
                 .method = method_of(entry),
                 .family = {},
                 .training_seconds = training_seconds_of(entry)};
  one.family = baselines::family_of(one.method);
  return one;
}

/// All that go by the name: where they are in several groups, those in the one with the most slates.
std::vector<const Entry*> own_entries(const std::vector<Entry>& entries, const std::string& name) {
  std::vector<const Entry*> own;
  for (const auto& entry : entries) {
    if (!entry.is_called(name)) continue;
    if (!own.empty() && own.front()->group != entry.group) {
      if (own.front()->slates() >= entry.slates()) continue;
      own.clear();
    }
    own.push_back(&entry);
  }
  return own;
}

std::optional<Contestant> own_contestant(const std::vector<Entry>& entries, const std::string& name) {
  const auto own = own_entries(entries, name);
  if (own.empty()) return std::nullopt;
  Contestant one = contestant(*own.front());
  if (own.size() == 1) return one;
  one.runs.scorer = name;
  one.runs.runs.clear();
  for (const auto* entry : own)
    one.runs.runs.insert(one.runs.runs.end(), entry->runs.runs.begin(), entry->runs.runs.end());
  base::log_info(
      "headline: the results that {} sources call '{}' on {} are taken for training seeds of one scorer",
      own.size(), name, own.front()->group->dataset);
  return one;
}

/// Over the whole set where the report has it, else over the largest sample.
std::optional<double> recall_in(const Groups& set) {
  const data::SlateSet* most = nullptr;
  for (const auto* group : set)
    if (group->place && (most == nullptr || group->place->slates->slates.size() > most->slates.size()))
      most = group->place->slates;
  if (most == nullptr || most->protocol.negatives != "hard") return std::nullopt;
  return data::retriever_recall(*most).share();
}

Contest make_contest(const Groups& set, const OwnScorers& ours) {
  const auto entries = entries_of(set);
  Contest contest{.dataset = set.front()->dataset,
                  .protocol = set.front()->protocol,
                  .slates_hash = whole_hash(set.front()->slates_hash),
                  .training_hash = "",
                  .recall = recall_in(set),
                  .text = own_contestant(entries, ours.text),
                  .hybrid = own_contestant(entries, ours.hybrid),
                  .baselines = {},
                  .others = {}};
  for (const auto* group : set)
    if (contest.training_hash.empty()) contest.training_hash = group->training_hash;
  for (const auto& entry : entries)
    if (!entry.is_called(ours.text) && !entry.is_called(ours.hybrid))
      contest.baselines.push_back(contestant(entry));
  return contest;
}

// ---- what is wrong ----

void warn_missing(const Contest& contest, const OwnScorers& ours) {
  if (!ours.text.empty() && !contest.text)
    base::log_warning("headline: no results of '{}' on {}", ours.text, contest.dataset);
  if (!ours.hybrid.empty() && !contest.hybrid)
    base::log_warning("headline: no results of '{}' on {}", ours.hybrid, contest.dataset);
}

void warn_unknown(const std::vector<Contest>& contests) {
  std::set<std::string> names;
  for (const auto& contest : contests)
    for (const auto& baseline : contest.baselines)
      if (!baseline.family && names.insert(baseline.runs.scorer).second)
        base::log_warning(
            "headline: nothing says what kind of ranker '{}' is (no row of a comparison, no method's name): it "
            "counts among all baselines, in no family",
            baseline.runs.scorer);
}

void check_baselines(const std::vector<Contest>& contests) {
  if (contests.empty())
    base::fail_usage("report",
                     "expected results of ours on test slates (found some on validation slates alone)");
  for (const auto& contest : contests)
    if (contest.baselines.empty())
      base::fail_usage(
          "report",
          "expected baselines on the test slates of {} that ours were measured on ({}, slates {}), "
          "found none; name their comparison, or evaluate ours on its split",
          contest.dataset, contest.protocol, contest.slates_hash);
}

// ---- several sets of a data set ----

/// `contest` joins those of its data set: the one with the most baselines holds the others.
void join(Contest& main, Contest contest) {
  if (contest.baselines.size() > main.baselines.size()) {
    std::swap(main, contest);
    std::swap(main.others, contest.others);
  }
  main.others.push_back(std::move(contest));
}

std::vector<Contest> by_dataset(std::vector<Contest> contests) {
  std::vector<Contest> joined;
  for (auto& contest : contests) {
    const auto main = std::find_if(joined.begin(), joined.end(),
                                   [&](const auto& other) { return other.dataset == contest.dataset; });
    if (main == joined.end())
      joined.push_back(std::move(contest));
    else
      join(*main, std::move(contest));
  }
  return joined;
}

void check_main(const Contest& main) {
  for (const auto& other : main.others) {
    if (!other.training_hash.empty() && !main.training_hash.empty() &&
        other.training_hash != main.training_hash)
      base::fail_usage(
          "report",
          "expected all results of {} to have learned from the same events (found {} and {}); leave the source "
          "of one out",
          main.dataset, main.training_hash, other.training_hash);
    if (other.baselines.size() == main.baselines.size())
      base::fail_usage(
          "report",
          "expected the headline's test slates of {} to be those with the most baselines (found {} on "
          "{}, slates {}, and as many on {}, slates {}); leave the source of one out, or name more",
          main.dataset, main.baselines.size(), main.protocol, main.slates_hash, other.protocol,
          other.slates_hash);
  }
  if (!main.others.empty())
    base::log_info("headline: {} is about {} (slates {}, {} baselines); {} more stand beside it",
                   main.dataset, main.protocol, main.slates_hash, main.baselines.size(), main.others.size());
}

}  // namespace

std::vector<Contest> find_contests(std::span<const ResultGroup> groups, const OwnScorers& ours) {
  check_names(groups, ours);
  std::vector<Contest> contests;
  for (const auto& set : test_sets(groups)) {
    Contest contest = make_contest(set, ours);
    warn_missing(contest, ours);
    if (contest.text || contest.hybrid) contests.push_back(std::move(contest));
  }
  check_baselines(contests);
  warn_unknown(contests);
  contests = by_dataset(std::move(contests));
  for (const auto& contest : contests) check_main(contest);
  return contests;
}

}  // namespace r2rank::report
