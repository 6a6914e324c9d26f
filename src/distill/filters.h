#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/dataset.h"
#include "distill/asked_pairs.h"
#include "distill/distill_config.h"
#include "distill/teacher_reply.h"

namespace r2rank::distill {

/// One answer about one pair.
struct Draft {
  size_t pair = 0;  ///< index into AskedPairs::pairs
  int64_t round = 0, sample = 0;
  bool answered = true;
  bool cut = false;       ///< as long as allowed, with no end of its own
  bool gains = true;      ///< false: it gains too little to be kept (self, SelfConfig::keep)
  bool reserved = false;  ///< it holds a control token
  Verdict verdict = Verdict::kMissing;
  bool parts = false;
  std::string text;
  std::string opening;         ///< what is written before the conclusion
  std::optional<double> gain;  ///< utility gained (self)
};

/// What became of a draft: kept, or the first reason why not, in this order.
enum class Fate {
  kKept,
  kNoAnswer,
  kNoVerdict,
  kUnclearVerdict,
  kCutOff,
  kAgainstLabel,
  kNoGain,
  kPartsMissing,
  kTooShort,
  kTooLong,
  kReservedMarker,
  kTellsLabel,
  kTargetAsKnown,
  kDuplicate,
  kNearDuplicate,
  kMoreOfOnePrompt,
  kSurplusYes,
  kSurplusNo
};
constexpr size_t kFates = static_cast<size_t>(Fate::kSurplusNo) + 1;
std::string_view fate_name(Fate fate);  ///< "kept", "no answer", ... as in docs/cold-start.md

/// Judges drafts (docs/cold-start.md, "What is dropped, and why"). The references must outlive it.
class Filters {
 public:
  Filters(const data::Dataset& dataset, const AskedPairs& asked, FilterConfig config);

  /// What a draft is by itself: kKept where nothing in it speaks against it.
  Fate by_itself(const Draft& draft) const;
  /// One fate a draft, in their order; earlier drafts make later ones duplicates.
  std::vector<Fate> judge(std::span<const Draft> drafts) const;

 private:
  bool agrees(const Draft& draft) const;
  Fate by_length(const Draft& draft) const;
  Fate by_leaks(const Draft& draft) const;
  void drop_duplicates(std::span<const Draft> drafts, std::vector<Fate>& fates) const;
  void drop_more_of_one_prompt(std::span<const Draft> drafts, std::vector<Fate>& fates) const;
  void balance(std::span<const Draft> drafts, std::vector<Fate>& fates) const;
  uint64_t key_of(const Draft& draft) const;

  const data::Dataset& dataset_;
  const AskedPairs& asked_;
  FilterConfig config_;
};

}  // namespace r2rank::distill
