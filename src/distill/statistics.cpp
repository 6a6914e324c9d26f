#include "distill/statistics.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <unordered_set>

#include "distill/words.h"

namespace r2rank::distill {
namespace {

using Json = nlohmann::ordered_json;

/// Lengths and variety of the kept texts, one after the other.
class TextMeter {
 public:
  void add(const std::string& text) {
    const int64_t words = count_words(text);
    fewest_ = texts_ == 0 ? words : std::min(fewest_, words);
    most_ = std::max(most_, words);
    total_ += words;
    ++texts_;
    const auto list = words_of(text);
    for (size_t at = 0; at + 3 <= list.size(); ++at, ++shingles_)
      distinct_.insert(fmt::format("{} {} {}", list[at], list[at + 1], list[at + 2]));
  }
  void tell(DistillStatistics& statistics) const {
    if (texts_ > 0) statistics.mean_words = static_cast<double>(total_) / static_cast<double>(texts_);
    statistics.fewest_words = fewest_;
    statistics.most_words = most_;
    if (shingles_ > 0)
      statistics.distinct_3 = static_cast<double>(distinct_.size()) / static_cast<double>(shingles_);
  }

 private:
  int64_t texts_ = 0, total_ = 0, fewest_ = 0, most_ = 0, shingles_ = 0;
  std::unordered_set<std::string> distinct_;
};

void count_verdict(DistillStatistics& statistics, const Draft& draft, bool label) {
  if (draft.verdict != Verdict::kYes && draft.verdict != Verdict::kNo) return;
  Agreement& own = label ? statistics.yes : statistics.no;
  ++own.verdicts;
  own.agreeing += (draft.verdict == Verdict::kYes) == label ? 1 : 0;
}

Json or_null(const std::optional<double>& value) {
  return value ? Json(*value) : Json();
}

}  // namespace

std::optional<double> Agreement::share() const {
  if (verdicts == 0) return std::nullopt;
  return static_cast<double>(agreeing) / static_cast<double>(verdicts);
}

DistillStatistics statistics_of(const AskedPairs& asked, std::span<const Draft> drafts,
                                std::span<const Fate> fates) {
  DistillStatistics statistics;
  std::set<int32_t> users;
  for (const auto& slate : asked.slates) users.insert(slate.user);
  statistics.prompts = static_cast<int64_t>(asked.pairs.size());
  statistics.users = static_cast<int64_t>(users.size());
  statistics.answers = static_cast<int64_t>(drafts.size());
  TextMeter texts;
  std::set<size_t> prompts;
  double gain = 0;
  for (size_t i = 0; i < drafts.size(); ++i) {
    const bool label = asked.pairs[drafts[i].pair].label;
    ++statistics.fates[static_cast<size_t>(fates[i])];
    count_verdict(statistics, drafts[i], label);
    if (fates[i] != Fate::kKept) continue;
    ++(label ? statistics.kept_yes : statistics.kept_no);
    prompts.insert(drafts[i].pair);
    texts.add(drafts[i].text);
    gain += drafts[i].gain.value_or(0);
    if (drafts[i].gain) statistics.mean_gain = gain / static_cast<double>(statistics.kept());
  }
  statistics.prompts_kept = static_cast<int64_t>(prompts.size());
  texts.tell(statistics);
  return statistics;
}

Json statistics_json(const DistillStatistics& statistics) {
  Json dropped = Json::object();
  for (size_t fate = 1; fate < kFates; ++fate)
    dropped[std::string(fate_name(static_cast<Fate>(fate)))] = statistics.fates[fate];
  return {{"prompts", statistics.prompts},
          {"users", statistics.users},
          {"answers", statistics.answers},
          {"kept", statistics.kept()},
          {"kept_yes", statistics.kept_yes},
          {"kept_no", statistics.kept_no},
          {"prompts_kept", statistics.prompts_kept},
          {"dropped", dropped},
          {"agreement", {{"yes", or_null(statistics.yes.share())}, {"no", or_null(statistics.no.share())}}},
          {"words",
           {{"mean", statistics.mean_words},
            {"fewest", statistics.fewest_words},
            {"most", statistics.most_words}}},
          {"distinct_3", statistics.distinct_3},
          {"mean_gain", or_null(statistics.mean_gain)},
          {"tokens",
           {{"read", statistics.tokens.read},
            {"written", statistics.tokens.written},
            {"estimated_answers", statistics.tokens.estimated_answers}}},
          {"cost", or_null(statistics.cost)}};
}

std::string frequent_reasons(const DistillStatistics& statistics) {
  constexpr size_t kShown = 3;
  std::vector<std::pair<int64_t, size_t>> counts;
  for (size_t fate = 1; fate < kFates; ++fate)
    if (statistics.fates[fate] > 0) counts.emplace_back(-statistics.fates[fate], fate);
  std::sort(counts.begin(), counts.end());
  counts.resize(std::min(counts.size(), kShown));
  std::vector<std::string> shown;
  for (const auto& [count, fate] : counts)
    shown.push_back(fmt::format("{} {}", fate_name(static_cast<Fate>(fate)), -count));
  return fmt::format("{}", fmt::join(shown, ", "));
}

}  // namespace r2rank::distill
