#include "rollout/rollout_groups.h"

#include <algorithm>
#include <utility>

namespace r2rank::rollout {
namespace {

/// bf16 or f32 products, f32 logits, scaled and exponentiated copies of one row's logits.
constexpr double kBytesPerLogit = 14;

/// How large a group is. Every row has the cache of the longest one.
struct GroupSize {
  double prompt_tokens = 0, history_tokens = 0, rows = 0, positions = 0;

  double bytes(const RolloutCosts& costs) const {
    return prompt_tokens * costs.prompt_token + history_tokens * costs.history_token +
           rows * (positions * costs.cached_token + costs.row);
  }
};

class Cutter {
 public:
  Cutter(const PromptFrame& frame, const RolloutCosts& costs, int64_t rationales, int64_t max_tokens,
         double budget)
      : costs_(costs), rationales_(rationales), budget_(budget) {
    const auto start = static_cast<double>(frame.rationale_start.size()),
               cue = static_cast<double>(frame.cue.size());
    prompt_ends_ = cue + (rationales > 0 ? start : 0);
    row_end_ = start + static_cast<double>(max_tokens) + cue + 1;
  }

  void add(const PreparedSlate& slate, size_t number, int64_t candidate) {
    const bool same_slate = !groups_.empty() && groups_.back().runs.back().slate == number;
    const GroupSize grown = with(size_, slate, candidate, !same_slate);
    if (!open_ || grown.bytes(costs_) > budget_) return begin_group(slate, number, candidate);
    size_ = grown;
    auto& runs = groups_.back().runs;
    if (same_slate)
      runs.back().last = candidate + 1;
    else
      runs.push_back({number, candidate, candidate + 1});
  }
  std::vector<RolloutGroup> take() { return std::move(groups_); }

 private:
  GroupSize with(GroupSize size, const PreparedSlate& slate, int64_t candidate, bool with_history) const {
    const auto length = static_cast<double>(slate.pieces.candidates[candidate].size()),
               history = with_history ? static_cast<double>(slate.pieces.history.size()) : 0;
    size.prompt_tokens += history + length + prompt_ends_;
    if (rationales_ == 0) return size;
    size.history_tokens += history;
    size.rows += static_cast<double>(rationales_);
    size.positions = std::max(size.positions, length + row_end_);
    return size;
  }

  void begin_group(const PreparedSlate& slate, size_t number, int64_t candidate) {
    size_ = with({}, slate, candidate, true);
    open_ = rationales_ <= 1 || size_.bytes(costs_) <= budget_;
    const int64_t copies = open_ ? rationales_ : copies_that_fit();
    int64_t first = 0;
    do {
      groups_.push_back({.runs = {{number, candidate, candidate + 1}},
                         .first_copy = first,
                         .copies = std::min(copies, rationales_ - first)});
      first += copies;
    } while (first < rationales_);
  }

  /// Of the one candidate that size_ is now.
  int64_t copies_that_fit() const {
    GroupSize prompt = size_, row = {};
    prompt.rows = 0;
    row.rows = 1;
    row.positions = size_.positions;
    const double fitting = (budget_ - prompt.bytes(costs_)) / row.bytes(costs_);
    return static_cast<int64_t>(std::clamp(fitting, 1.0, static_cast<double>(rationales_)));
  }

  RolloutCosts costs_;
  int64_t rationales_;
  double budget_, prompt_ends_ = 0, row_end_ = 0;
  std::vector<RolloutGroup> groups_;
  GroupSize size_;     // of the last group
  bool open_ = false;  // whether the last group may grow
};

}  // namespace

RolloutCosts rollout_costs(const model::ModelConfig& config, double element) {
  const auto width = static_cast<double>(config.width), ffn = static_cast<double>(config.ffn_width),
             layers = static_cast<double>(config.layers),
             heads = static_cast<double>(config.heads * config.head_width),
             kv_heads = static_cast<double>(config.kv_heads * config.head_width);
  RolloutCosts costs;
  // Norms and residuals, q, k, v and what attention mixes, gate, up and their product.
  costs.prompt_token = element * (6 * width + 4 * heads + 3 * ffn);
  // The decoder keeps a history's keys and values once for every query head.
  costs.history_token = 2 * element * layers * heads;
  costs.cached_token = 2 * element * layers * kv_heads;
  costs.row = kBytesPerLogit * static_cast<double>(config.vocabulary) + costs.prompt_token;
  return costs;
}

std::vector<RolloutGroup> cut_rollout(std::span<const PreparedSlate* const> slates, const PromptFrame& frame,
                                      const RolloutCosts& costs, int64_t rationales, int64_t max_tokens,
                                      double budget) {
  Cutter cutter(frame, costs, rationales, max_tokens, budget);
  for (size_t number = 0; number < slates.size(); ++number)
    for (int64_t candidate = 0; candidate < slates[number]->candidates(); ++candidate)
      cutter.add(*slates[number], number, candidate);
  return cutter.take();
}

}  // namespace r2rank::rollout
