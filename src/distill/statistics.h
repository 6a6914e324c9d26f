#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>

#include "distill/filters.h"
#include "distill/teacher.h"

namespace r2rank::distill {

/// How often verdicts agree with one label.
struct Agreement {
  int64_t verdicts = 0, agreeing = 0;
  std::optional<double> share() const;
};

/// What was asked, what came, what was kept and why the rest was not. Nothing in it depends on how often a
/// run was interrupted.
struct DistillStatistics {
  int64_t prompts = 0, users = 0, answers = 0;
  std::array<int64_t, kFates> fates{};  ///< answers by Fate
  int64_t kept_yes = 0, kept_no = 0, prompts_kept = 0;
  Agreement yes, no;  ///< of every readable verdict, by the label asked about
  double mean_words = 0;
  int64_t fewest_words = 0, most_words = 0;  ///< of the kept ones
  double distinct_3 = 0;                     ///< share of distinct ones among their three-word shingles
  std::optional<double> mean_gain;           ///< of the kept ones (self)
  TokenCount tokens;
  std::optional<double> cost;

  int64_t kept() const { return kept_yes + kept_no; }
};

DistillStatistics statistics_of(const AskedPairs& asked, std::span<const Draft> drafts,
                                std::span<const Fate> fates);
nlohmann::ordered_json statistics_json(const DistillStatistics& statistics);
/// "against the label 120, parts missing 7": the most frequent reasons of what was dropped.
std::string frequent_reasons(const DistillStatistics& statistics);

}  // namespace r2rank::distill
