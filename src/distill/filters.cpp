#include "distill/filters.h"

#include <algorithm>
#include <map>

#include "base/hash.h"
#include "base/random.h"
#include "base/stable_sort.h"
#include "distill/balance.h"
#include "distill/duplicates.h"
#include "distill/leakage.h"
#include "distill/markers.h"
#include "distill/words.h"
#include "rollout/rationale_set.h"

namespace r2rank::distill {

std::string_view fate_name(Fate fate) {
  static constexpr std::array<std::string_view, kFates> kNames = {"kept",
                                                                  "no answer",
                                                                  "no verdict",
                                                                  "unclear verdict",
                                                                  "cut off",
                                                                  "against the label",
                                                                  "no gain",
                                                                  "parts missing",
                                                                  "too short",
                                                                  "too long",
                                                                  "reserved marker",
                                                                  "tells the label",
                                                                  "target as known",
                                                                  "duplicate",
                                                                  "near duplicate",
                                                                  "more of one prompt",
                                                                  "surplus yes",
                                                                  "surplus no"};
  return kNames[static_cast<size_t>(fate)];
}

Filters::Filters(const data::Dataset& dataset, const AskedPairs& asked, FilterConfig config)
    : dataset_(dataset), asked_(asked), config_(std::move(config)) {}

Fate Filters::by_itself(const Draft& draft) const {
  if (!draft.answered) return Fate::kNoAnswer;
  if (draft.verdict == Verdict::kMissing) return draft.cut ? Fate::kCutOff : Fate::kNoVerdict;
  if (draft.verdict == Verdict::kUnclear) return Fate::kUnclearVerdict;
  if (draft.cut) return Fate::kCutOff;
  if (!agrees(draft)) return Fate::kAgainstLabel;
  if (!draft.gains) return Fate::kNoGain;
  if (config_.parts && !draft.parts) return Fate::kPartsMissing;
  if (const Fate fate = by_length(draft); fate != Fate::kKept) return fate;
  if (draft.reserved || has_reserved_marker(draft.text, config_.reserved)) return Fate::kReservedMarker;
  return by_leaks(draft);
}

/// What is taught must conclude as the data do, whoever wrote it and whatever it gained.
bool Filters::agrees(const Draft& draft) const {
  return draft.verdict == (asked_.pairs[draft.pair].label ? Verdict::kYes : Verdict::kNo);
}

Fate Filters::by_length(const Draft& draft) const {
  const int64_t words = count_words(draft.text);
  if (words < std::max<int64_t>(1, config_.min_words)) return Fate::kTooShort;
  if (draft.text.size() > rollout::kLongestRationale) return Fate::kTooLong;
  return config_.max_words > 0 && words > config_.max_words ? Fate::kTooLong : Fate::kKept;
}

Fate Filters::by_leaks(const Draft& draft) const {
  const AskedPair& pair = asked_.pairs[draft.pair];
  const data::Slate& slate = asked_.slate_of(pair);
  const std::string& title = dataset_.items[pair.item].title;
  const auto history = dataset_.events(slate.user).first(static_cast<size_t>(slate.history_end));
  const bool in_history = std::any_of(history.begin(), history.end(), [&](const auto& event) {
    return event.item == pair.item || shares_name(title, dataset_.items[event.item].title);
  });
  switch (find_leak(draft.text, draft.opening, title, in_history)) {
    case Leak::kLabel:
      return Fate::kTellsLabel;
    case Leak::kTarget:
      return Fate::kTargetAsKnown;
    case Leak::kNone:
      break;
  }
  return Fate::kKept;
}

std::vector<Fate> Filters::judge(std::span<const Draft> drafts) const {
  std::vector<Fate> fates;
  for (const auto& draft : drafts) fates.push_back(by_itself(draft));
  drop_duplicates(drafts, fates);
  drop_more_of_one_prompt(drafts, fates);
  balance(drafts, fates);
  return fates;
}

void Filters::drop_duplicates(std::span<const Draft> drafts, std::vector<Fate>& fates) const {
  DuplicateFinder finder(config_.similarity);
  for (size_t i = 0; i < drafts.size(); ++i) {
    if (fates[i] != Fate::kKept) continue;
    const auto kind = finder.add(drafts[i].text);
    if (kind == DuplicateFinder::Kind::kSame) fates[i] = Fate::kDuplicate;
    if (kind == DuplicateFinder::Kind::kNear) fates[i] = Fate::kNearDuplicate;
  }
}

void Filters::drop_more_of_one_prompt(std::span<const Draft> drafts, std::vector<Fate>& fates) const {
  std::map<size_t, std::vector<size_t>> by_pair;
  for (size_t i = 0; i < drafts.size(); ++i)
    if (fates[i] == Fate::kKept) by_pair[drafts[i].pair].push_back(i);
  for (auto& [pair, own] : by_pair) {
    own = base::stable_sorted(std::move(own), [&](size_t a, size_t b) {
      return drafts[a].gain.value_or(0) > drafts[b].gain.value_or(0);
    });
    for (size_t n = static_cast<size_t>(config_.keep_per_prompt); n < own.size(); ++n)
      fates[own[n]] = Fate::kMoreOfOnePrompt;
  }
}

/// The draft's own, whatever else was drawn.
uint64_t Filters::key_of(const Draft& draft) const {
  const AskedPair& pair = asked_.pairs[draft.pair];
  const data::Slate& slate = asked_.slate_of(pair);
  return base::mix({config_.seed, base::hash64(dataset_.user_ids[slate.user]),
                    base::hash64(dataset_.items[pair.item].id), static_cast<uint64_t>(slate.history_end),
                    static_cast<uint64_t>(draft.round), static_cast<uint64_t>(draft.sample)});
}

void Filters::balance(std::span<const Draft> drafts, std::vector<Fate>& fates) const {
  std::vector<size_t> kept;
  std::vector<bool> labels;
  std::vector<uint64_t> keys;
  for (size_t i = 0; i < drafts.size(); ++i) {
    if (fates[i] != Fate::kKept) continue;
    kept.push_back(i);
    labels.push_back(asked_.pairs[drafts[i].pair].label);
    keys.push_back(key_of(drafts[i]));
  }
  const auto stays = balanced(labels, keys, config_.min_no, config_.max_no);
  for (size_t n = 0; n < kept.size(); ++n)
    if (!stays[n]) fates[kept[n]] = labels[n] ? Fate::kSurplusYes : Fate::kSurplusNo;
}

}  // namespace r2rank::distill
