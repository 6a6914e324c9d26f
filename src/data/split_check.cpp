#include "data/split_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <unordered_set>
#include <utility>

#include "data/candidates.h"
#include "data/item_statistics.h"
#include "data/seen_items.h"
#include "data/slate_traits.h"
#include "data/title_check.h"

namespace r2rank::data {
namespace {

using Findings = std::vector<Finding>;

constexpr int32_t kNowhere = -1;
constexpr double kStandardErrors = 5;          // beyond so many a mean place or a difference is no accident
constexpr double kSmallestDifference = 0.005;  // of shares: below it, however certain, it decides nothing

Verdict bad_if(int64_t count, Verdict verdict) {
  return count > 0 ? verdict : Verdict::kFine;
}

int64_t count_slates(const Split& split) {
  return static_cast<int64_t>(split.valid.slates.size() + split.test.slates.size());
}

template <class Action>
void each_slate(const Split& split, const Action& action) {
  for (const SlateSet* set : {&split.valid, &split.test})
    for (const Slate& slate : set->slates) action(*set, slate);
}

template <class Action>
void each_relevant(const Slate& slate, const Action& action) {
  for (size_t place = 0; place < slate.candidates.size(); ++place)
    if (slate.relevance[place] > 0) action(slate.candidates[place]);
}

/// The position of the item among the user's events from `begin` on, or kNowhere.
int32_t position_of(const Dataset& dataset, int32_t user, int32_t item, int32_t begin) {
  const auto events = dataset.events(user);
  for (auto position = begin; position < static_cast<int32_t>(events.size()); ++position)
    if (events[static_cast<size_t>(position)].item == item) return position;
  return kNowhere;
}

void check_histories(const Dataset& dataset, const Split& split, Findings& findings) {
  int64_t in_history = 0, never = 0;
  each_slate(split, [&](const SlateSet&, const Slate& slate) {
    bool only_before = false, untaken = false;
    each_relevant(slate, [&](int32_t item) {
      if (position_of(dataset, slate.user, item, slate.history_end) != kNowhere) return;
      const bool before = position_of(dataset, slate.user, item, 0) != kNowhere;
      (before ? only_before : untaken) = true;
    });
    in_history += only_before;
    never += untaken;
  });
  findings.push_back({"future-in-history", bad_if(in_history, Verdict::kFailure), in_history,
                      count_slates(split),
                      "slates whose history runs past their target: a relevant item is taken only before the "
                      "history ends"});
  findings.push_back({"unknown-targets", bad_if(never, Verdict::kWarning), never, count_slates(split),
                      "slates with a relevant item that the user never takes in this data set"});
}

void check_training(const Dataset& dataset, const Split& split, Findings& findings) {
  int64_t trained = 0;
  each_slate(split, [&](const SlateSet&, const Slate& slate) {
    bool seen = false;
    each_relevant(slate, [&](int32_t item) {
      const int32_t position = position_of(dataset, slate.user, item, slate.history_end);
      seen = seen || (position != kNowhere && position < split.training_end[slate.user]);
    });
    trained += seen;
  });
  findings.push_back({"targets-in-training", bad_if(trained, Verdict::kFailure), trained, count_slates(split),
                      "slates whose target is a training event"});
}

/// The protocol's name and the slates leave it out: it is the same test with more to learn from.
void check_unvalidated(const Dataset& dataset, const Split& split, Findings& findings) {
  if (split.protocol.split != "leave-one-out") return;
  int64_t longer = 0, held_out = 0;
  for (int64_t user = 0; user < dataset.users(); ++user) {
    const auto events = std::ssize(dataset.events(user));
    const auto held = events - split.training_end[static_cast<size_t>(user)];
    held_out += held > 0;
    longer += held == 1;
  }
  findings.push_back(
      {"unvalidated-training", bad_if(longer, Verdict::kNote), longer, held_out,
       "users who are not validated and train on their second-last event too "
       "(--train-on-unvalidated): say so beside the protocol's name, which does not, and compare "
       "scorers trained on this split alone"});
}

void check_parts(const Dataset& dataset, const Split& split, Findings& findings) {
  std::set<std::pair<int32_t, int32_t>> validated;
  std::unordered_set<int32_t> valid_users, both_users, test_users;
  int64_t both = 0;
  each_slate(split, [&](const SlateSet& set, const Slate& slate) {
    const bool test = &set == &split.test;
    (test ? test_users : valid_users).insert(slate.user);
    if (test && valid_users.contains(slate.user)) both_users.insert(slate.user);
    bool shared = false;
    each_relevant(slate, [&](int32_t item) {
      const std::pair target(slate.user, position_of(dataset, slate.user, item, slate.history_end));
      if (!test) validated.insert(target);
      shared = shared || (test && target.second != kNowhere && validated.contains(target));
    });
    both += shared;
  });
  findings.push_back({"targets-in-both-parts", bad_if(both, Verdict::kFailure), both,
                      static_cast<int64_t>(split.test.slates.size()),
                      "test slates whose target is validated on too"});
  findings.push_back({"users-in-both-parts", bad_if(static_cast<int64_t>(both_users.size()), Verdict::kNote),
                      static_cast<int64_t>(both_users.size()), static_cast<int64_t>(test_users.size()),
                      fmt::format("test users who are validated on too, with earlier targets: part of {}",
                                  split.protocol.split)});
}

/// Real times only: an order says nothing between users.
void check_test_time(const Dataset& dataset, const Split& split, Findings& findings) {
  if (dataset.time_kind != TimeKind::kReal || split.test.slates.empty()) return;
  int64_t earliest = std::numeric_limits<int64_t>::max(), later = 0, training = 0;
  for (const Slate& slate : split.test.slates)
    earliest = std::min(earliest, dataset.events(slate.user)[static_cast<size_t>(slate.history_end)].time);
  for (int64_t user = 0; user < dataset.users(); ++user)
    for (const Interaction& event :
         dataset.events(user).first(static_cast<size_t>(split.training_end[static_cast<size_t>(user)]))) {
      ++training;
      later += event.time >= earliest;
    }
  const bool temporal = split.protocol.split == "temporal";
  findings.push_back(
      {"training-after-test", bad_if(later, temporal ? Verdict::kFailure : Verdict::kNote), later, training,
       temporal ? "training events at or after the first test target: item statistics and models see the "
                  "time they are tested on"
                : fmt::format("training events of some user at or after another user's test target: part of "
                              "{}, which item statistics and models therefore learn from",
                              split.protocol.split)});
}

void check_traits(const Dataset& dataset, const Split& split, Findings& findings) {
  const auto traits = slate_traits(dataset, split, split.test);
  const auto slates = static_cast<int64_t>(traits.size());
  std::unordered_set<int32_t> users, tied;
  int64_t repeated = 0;
  for (size_t i = 0; i < traits.size(); ++i) {
    users.insert(split.test.slates[i].user);
    if (traits[i].tied) tied.insert(split.test.slates[i].user);
    repeated += traits[i].repeated;
  }
  const auto tied_users = static_cast<int64_t>(tied.size());
  findings.push_back(
      {"tied-order", bad_if(tied_users, Verdict::kWarning), tied_users, static_cast<int64_t>(users.size()),
       "test users with a target whose order the log decided, not time: it or its neighbour "
       "shares a timestamp (`eval --slices tied` shows figures without them, --slices FILE names the slates)"});
  findings.push_back(
      {"repeated-targets", bad_if(repeated, Verdict::kWarning), repeated, slates,
       split.test.protocol.exclude == "none"
           ? "test slates whose target stands in the history already"
           : "test slates whose target stands in the history already, where no other known "
             "item can be a candidate: knowing it is enough (import --duplicates drops them)"});
}

struct Part {
  int64_t of = 0, cold = 0;
  double share() const { return of > 0 ? static_cast<double>(cold) / static_cast<double>(of) : 0; }
};

/// Of the difference of two shares, were they one.
double standard_error(const Part& a, const Part& b) {
  const double all = Part{a.of + b.of, a.cold + b.cold}.share();
  return std::sqrt(all * (1 - all) * (1 / static_cast<double>(a.of) + 1 / static_cast<double>(b.of)));
}

Finding cold_shares(const Part& relevant, const Part& others, const Protocol& protocol) {
  const double difference = std::abs(relevant.share() - others.share());
  const bool by_chance =
      relevant.of == 0 || others.of == 0 ||
      difference < std::max(kSmallestDifference, kStandardErrors * standard_error(relevant, others));
  // Drawn from what training has seen: an item it has not is the target, however few there are.
  const bool certain = protocol.negatives == "popularity" && relevant.cold > 0 && others.cold == 0;
  const bool tells = certain || !by_chance;
  return {
      "cold-shares", tells ? Verdict::kWarning : Verdict::kFine, tells ? relevant.cold : 0, relevant.of,
      fmt::format("relevant items that training never saw: {:.1f} % of them, of the other candidates {:.1f} "
                  "%; where the shares differ a ranker that knows which items are unseen knows something of "
                  "the target: leave slates of cold targets out, or compare only rankers that do not look",
                  100 * relevant.share(), 100 * others.share())};
}

void check_cold(const Dataset& dataset, const Split& split, Findings& findings) {
  const ItemStatistics statistics = item_statistics(dataset, split);
  const auto cold = [&](int32_t item) { return statistics.count[static_cast<size_t>(item)] == 0; };
  int64_t relevant = 0, cold_relevant = 0, others = 0, cold_others = 0;
  for (const Slate& slate : split.test.slates)
    for (size_t place = 0; place < slate.candidates.size(); ++place) {
      const bool is_cold = cold(slate.candidates[place]), is_relevant = slate.relevance[place] > 0;
      (is_relevant ? relevant : others) += 1;
      (is_relevant ? cold_relevant : cold_others) += is_cold;
    }
  if (split.test.protocol.negatives == "full")
    for (int32_t item = 0; item < static_cast<int32_t>(dataset.items.size()); ++item) {
      ++others;
      cold_others += cold(item);
    }
  findings.push_back({"cold-targets", bad_if(cold_relevant, Verdict::kNote), cold_relevant, relevant,
                      "relevant items of the test set that training never saw"});
  findings.push_back({"cold-candidates", bad_if(cold_others, Verdict::kNote), cold_others, others,
                      "other candidates of the test set that training never saw"});
  findings.push_back(cold_shares({relevant, cold_relevant}, {others, cold_others}, split.test.protocol));
}

/// Ranks of known, history, none: a slate may not exclude less than its protocol.
int strictness(const std::string& exclude) {
  return exclude == "known" ? 2 : exclude == "history" ? 1 : 0;
}

void check_exclusion(const Dataset& dataset, const Split& split, Findings& findings) {
  int64_t less = 0;
  each_slate(split, [&](const SlateSet& set, const Slate& slate) {
    less += strictness(observed_exclusion(dataset, slate)) < strictness(set.protocol.exclude);
  });
  findings.push_back({"excluded-candidates", bad_if(less, Verdict::kFailure), less, count_slates(split),
                      "slates with a candidate that their protocol excludes (an item the user knows)"});
  if (split.test.protocol.exclude == "known")
    findings.push_back({"later-items-excluded", Verdict::kNote,
                        static_cast<int64_t>(split.test.slates.size()),
                        static_cast<int64_t>(split.test.slates.size()),
                        "test slates whose candidates exclude what the user takes later: part of the "
                        "protocol (split --exclude history does not)"});
}

void check_places(const Split& split, Findings& findings) {
  double sum = 0;
  int64_t relevant = 0;
  for (const Slate& slate : split.test.slates)
    for (size_t place = 0; place < slate.candidates.size(); ++place) {
      if (slate.relevance[place] <= 0) continue;
      sum += (static_cast<double>(place) + 0.5) / static_cast<double>(slate.candidates.size());
      ++relevant;
    }
  if (relevant == 0 || split.test.protocol.negatives == "full") return;
  const auto count = static_cast<double>(relevant);
  const bool odd = std::abs(sum / count - 0.5) > kStandardErrors * std::sqrt(1 / (12 * count));
  findings.push_back({"candidate-order", odd ? Verdict::kWarning : Verdict::kFine, odd ? relevant : 0,
                      relevant,
                      fmt::format("relevant items stand at {:.3f} of their slates on average (0: first, 1: "
                                  "last; 0.5 when shuffled)",
                                  sum / count)});
}

/// A relevant item that was put in has a lower score of the retriever's than every candidate that it found:
/// who knows its scores, takes the last one and is right there.
Finding retriever_tells(const Split& split) {
  int64_t last = 0;
  double by_chance = 0;
  for (const Slate& slate : split.test.slates) {
    last += !slate.missed.empty();
    by_chance +=
        static_cast<double>(slate.candidates.size() - static_cast<size_t>(split.protocol.negative_count)) /
        static_cast<double>(slate.candidates.size());
  }
  const bool tells = static_cast<double>(last) > by_chance + 0.5;
  return {"retriever-tells", tells ? Verdict::kWarning : Verdict::kFine, tells ? last : 0,
          std::ssize(split.test.slates),
          fmt::format(
              "test slates where the last candidate by {0}'s score is relevant, because it was put in (by "
              "chance it would be in {1:.0f}): rankers that learn from {0}'s scores or its kin's (blend, "
              "lambdamart) find it by that alone; leave them out, or measure on slates without `missed`",
              split.protocol.retriever, by_chance)};
}

void check_retriever(const Split& split, Findings& findings) {
  if (split.protocol.negatives != "hard") return;
  const RetrieverRecall recall = retriever_recall(split.test);
  findings.push_back({"retriever-recall", Verdict::kNote, recall.found, recall.relevant,
                      fmt::format("relevant items of the test set that the best of {} held; the others were "
                                  "put in, and would be lost behind that retriever",
                                  split.protocol.retriever)});
  findings.push_back(retriever_tells(split));
}

}  // namespace

std::string verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kFine:
      return "ok";
    case Verdict::kNote:
      return "note";
    case Verdict::kWarning:
      return "warning";
    case Verdict::kFailure:
      return "failure";
  }
  return "";
}

std::vector<Finding> check_split(const Dataset& dataset, const Split& split) {
  Findings findings;
  check_histories(dataset, split, findings);
  check_training(dataset, split, findings);
  check_unvalidated(dataset, split, findings);
  check_parts(dataset, split, findings);
  check_test_time(dataset, split, findings);
  check_exclusion(dataset, split, findings);
  check_traits(dataset, split, findings);
  check_cold(dataset, split, findings);
  check_places(split, findings);
  check_retriever(split, findings);
  findings.push_back(check_titles(dataset, split.test));
  return findings;
}

}  // namespace r2rank::data
