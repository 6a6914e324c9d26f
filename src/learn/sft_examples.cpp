#include "learn/sft_examples.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "base/error.h"
#include "base/hash.h"
#include "base/random.h"
#include "rollout/reason_about_best.h"
#include "rollout/written_rationale.h"

namespace r2rank::learn {
namespace {

using rollout::Rationale;
using rollout::WrittenRationale;

constexpr uint64_t kSftStreams = 2;  // last key word: slates use 0 and 1

/// What is written about one user's history, by candidate.
using Tree = std::map<int32_t, std::vector<const WrittenRationale*>>;
using Place = std::pair<int32_t, int32_t>;  // user, history_end

std::map<Place, Tree> trees_of(const rollout::RationaleSet& set) {
  std::map<Place, Tree> trees;
  for (const auto& rationale : set.rationales)
    trees[{rationale.user, rationale.history_end}][rationale.item].push_back(&rationale);
  return trees;
}

/// Its id is the place of its target among the interactions, as a held-out slate's.
data::Slate slate_of(const Place& place, const Tree& tree, const data::Dataset& dataset) {
  data::Slate slate{.id = dataset.user_offsets[place.first] + place.second,
                    .user = place.first,
                    .history_end = place.second,
                    .candidates = {},
                    .relevance = {}};
  for (const auto& [item, rationales] : tree) {
    slate.candidates.push_back(item);
    slate.relevance.push_back(rationales.front()->label ? 1.0F : 0.0F);
  }
  return slate;
}

int64_t frame_tokens(const rollout::PromptFrame& frame) {
  return static_cast<int64_t>(frame.rationale_start.size() + frame.cue.size());
}

/// Cuts a tree in parts of at most `most` tokens, or of one rationale.
class TreeCutter {
 public:
  TreeCutter(const SftExample& whole, const rollout::PromptFrame& frame, int64_t most)
      : whole_(whole), frame_(frame), most_(most) {}

  std::vector<SftExample> parts() {
    for (size_t i = 0; i < whole_.rationales.size(); ++i)
      for (const auto& rationale : whole_.rationales[i]) add(static_cast<int64_t>(i), rationale);
    close();
    return std::move(parts_);
  }

 private:
  int64_t size_of_candidate(int64_t candidate) const {
    return static_cast<int64_t>(whole_.slate.pieces.candidates[candidate].size() + frame_.cue.size());
  }

  void add(int64_t candidate, const Rationale& rationale) {
    const int64_t own = frame_tokens(frame_) + static_cast<int64_t>(rationale.tokens.size());
    const bool known = !chosen_.empty() && chosen_.back() == candidate;
    if (tokens_ > 0 && tokens_ + own + (known ? 0 : size_of_candidate(candidate)) > most_) close();
    if (tokens_ == 0) tokens_ = static_cast<int64_t>(whole_.slate.pieces.history.size());
    if (chosen_.empty() || chosen_.back() != candidate) {
      chosen_.push_back(candidate);
      rationales_.emplace_back();
      tokens_ += size_of_candidate(candidate);
    }
    rationales_.back().push_back(rationale);
    tokens_ += own;
    ++count_;
  }

  void close() {
    parts_.push_back({rollout::part_of(whole_.slate, chosen_), std::move(rationales_), count_, tokens_});
    chosen_.clear();
    rationales_.clear();
    count_ = tokens_ = 0;
  }

  const SftExample& whole_;
  const rollout::PromptFrame& frame_;
  int64_t most_;
  std::vector<SftExample> parts_;
  std::vector<int64_t> chosen_;
  std::vector<std::vector<Rationale>> rationales_;
  int64_t count_ = 0, tokens_ = 0;
};

/// Users whose rationales are measured only.
std::set<int32_t> held_out_users(const std::map<Place, Tree>& trees, const data::Dataset& dataset,
                                 const SftExampleOptions& options) {
  std::set<std::pair<double, int32_t>> drawn;
  for (const auto& [place, tree] : trees) {
    base::RandomStream stream(options.seed, base::Purpose::kSplit,
                              base::hash64(dataset.user_ids[place.first]), 0, kSftStreams);
    drawn.emplace(stream.uniform(), place.first);
  }
  if (options.valid_share == 0) return {};
  const auto users = static_cast<int64_t>(drawn.size());
  if (users < 2)
    base::fail_usage(
        "sft",
        "valid_share = {} holds out users, but the rationales are about one user only: write more "
        "rationales, or pass --valid-share 0",
        options.valid_share);
  const auto wanted = std::llround(options.valid_share * static_cast<double>(users));
  std::set<int32_t> chosen;
  for (const auto& [draw, user] : drawn)
    if (static_cast<int64_t>(chosen.size()) < std::clamp<int64_t>(wanted, 1, users - 1)) chosen.insert(user);
  return chosen;
}

}  // namespace

SftExamples make_sft_examples(const rollout::RationaleSet& set, const data::Dataset& dataset,
                              const data::Split& split, const RankingModel& model,
                              const SftExampleOptions& options) {
  const rollout::SlatePrompts prompts(dataset, split, *model.prompts);
  const auto trees = trees_of(set);
  const auto held_out = held_out_users(trees, dataset, options);
  SftExamples examples{.training = {}, .valid = {}, .next_slate = set.next_slate};
  for (const auto& [place, tree] : trees) {
    SftExample whole{.slate = prompts.prepare(slate_of(place, tree, dataset), true), .rationales = {}};
    for (const int32_t index : whole.slate.order) {
      auto& own = whole.rationales.emplace_back();
      for (const auto* written : std::next(tree.begin(), index)->second) {
        own.push_back(rollout::tokenize_rationale(written->text, *model.prompts, *model.tokenizer,
                                                  options.rationale_tokens));
        examples.cut += own.back().ended ? 0 : 1;
      }
    }
    auto& part = held_out.contains(place.first) ? examples.valid : examples.training;
    for (auto& piece : TreeCutter(whole, model.reasoner->frame(), options.tokens_per_tree).parts())
      part.push_back(std::move(piece));
  }
  return examples;
}

SftSchedule::SftSchedule(std::vector<int64_t> rationales_of_trees, int64_t rationales_per_step, uint64_t seed)
    : sizes_(std::move(rationales_of_trees)), per_step_(rationales_per_step), seed_(seed) {
  R2RANK_CHECK(!sizes_.empty() && per_step_ > 0);
}

std::vector<size_t> SftSchedule::order_of(int64_t epoch) const {
  std::vector<size_t> order(sizes_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  base::RandomStream stream(seed_, base::Purpose::kShuffle, static_cast<uint64_t>(epoch), 0, kSftStreams);
  stream.shuffle(std::span<size_t>(order));
  return order;
}

std::vector<size_t> SftSchedule::step_at(int64_t cursor) const {
  const std::vector<size_t> order = order_of(cursor / trees());
  const auto begin = order.begin() + cursor % trees();
  auto end = begin;
  for (int64_t count = 0; end != order.end() && count < per_step_; ++end) count += sizes_[*end];
  int64_t left = 0;
  for (auto next = end; next != order.end(); ++next) left += sizes_[*next];
  return {begin, 2 * left < per_step_ ? order.end() : end};
}

std::vector<std::vector<const SftExample*>> pack_trees(const std::vector<const SftExample*>& trees,
                                                       int64_t tokens_per_pass) {
  std::vector<std::vector<const SftExample*>> packs;
  int64_t tokens = 0;
  for (const auto* tree : trees) {
    if (packs.empty() || tokens + tree->tokens > tokens_per_pass) {
      packs.emplace_back();
      tokens = 0;
    }
    packs.back().push_back(tree);
    tokens += tree->tokens;
  }
  return packs;
}

}  // namespace r2rank::learn
