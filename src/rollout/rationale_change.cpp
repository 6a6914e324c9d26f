#include "rollout/rationale_change.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "base/random.h"
#include "rollout/prompt_view.h"

namespace r2rank::rollout {
namespace {

constexpr std::array<std::pair<const char*, RationaleChange>, 4> kNames = {
    {{"none", RationaleChange::kNone},
     {"swap", RationaleChange::kSwap},
     {"scramble", RationaleChange::kScramble},
     {"filler", RationaleChange::kFiller}}};
constexpr const char* kFillerText = " .";
constexpr uint64_t kOfRationales = 1;  // beside the orders of histories, which have slates as keys

/// Candidates that were reasoned about, in random order: each gets what the next one has.
void swap_around(base::RandomStream random, std::vector<std::vector<Rationale>>& rationales) {
  std::vector<size_t> order;
  for (size_t i = 0; i < rationales.size(); ++i)
    if (!rationales[i].empty()) order.push_back(i);
  random.shuffle(std::span(order));
  for (size_t i = 1; i < order.size(); ++i) std::swap(rationales[order[i - 1]], rationales[order[i]]);
}

/// The words of a text, each with the white space in front of it.
std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  bool in_word = true;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n' || c == '\t';
    if (words.empty() || (space && in_word)) words.emplace_back();
    in_word = !space;
    words.back() += c;
  }
  return words;
}

std::vector<int32_t> scrambled(std::span<const int32_t> tokens, const text::Tokenizer& tokenizer,
                               base::RandomStream random) {
  auto words = words_of(tokenizer.decode(tokens));
  random.shuffle(std::span(words));
  std::string text;
  for (const auto& word : words) text += word;
  return tokenizer.encode(text, false);
}

/// Puts other tokens before the one that ended the rationale.
void replace_body(Rationale& rationale, std::vector<int32_t> body) {
  if (rationale.ended) body.push_back(rationale.tokens.back());
  rationale.tokens = std::move(body);
  rationale.logprobs.assign(rationale.tokens.size(), 0.0F);
}

int32_t filler_token(const text::Tokenizer& tokenizer) {
  return tokenizer.encode(kFillerText, false).back();
}

std::span<const int32_t> body_of(const Rationale& rationale) {
  return std::span(rationale.tokens).first(rationale.tokens.size() - (rationale.ended ? 1 : 0));
}

std::vector<double> scores_at(const Reasoner& reasoner, const at::Tensor& states,
                              const std::vector<int64_t>& rows) {
  const at::Tensor index = at::tensor(rows, at::kLong).to(states.device());
  const at::Tensor scores =
      reasoner.model().readout()(states.index_select(0, index)).to(at::kDouble).cpu().contiguous();
  return {scores.const_data_ptr<double>(), scores.const_data_ptr<double>() + scores.numel()};
}

/// Puts scores where their rationales are; a malformed one has its candidate's silent score.
void hand_out(const SlateTree& tree, const std::vector<double>& read, SlateRollout& rollout) {
  auto next = read.begin();
  auto place = tree.reasoned_last.begin();
  rollout.scores.assign(rollout.rationales.size(), {});
  for (size_t i = 0; i < rollout.rationales.size(); ++i)
    for (size_t g = 0; g < rollout.rationales[i].size(); ++g)
      rollout.scores[i].push_back(*place++ < 0 ? rollout.silent[i] : *next++);
}

void score_slate(const Reasoner& reasoner, const PreparedSlate& slate, SlateRollout& rollout) {
  const PreparedSlate* pointer = &slate;
  const SlateTree tree = build_slate_tree({&pointer, 1}, reasoner.frame(), {rollout.rationales});
  const auto& transformer = reasoner.model().transformer();
  const at::Tensor states = transformer.states(transformer.plan(tree.tree), false);  // [N, D]
  rollout.silent = scores_at(reasoner, states, tree.silent_last);
  std::vector<int64_t> read = tree.reasoned_last;
  std::erase(read, -1);
  hand_out(tree, read.empty() ? std::vector<double>() : scores_at(reasoner, states, read), rollout);
}

}  // namespace

std::vector<std::string> rationale_change_names() {
  std::vector<std::string> names;
  for (const auto& [name, change] : kNames) names.emplace_back(name);
  return names;
}

RationaleChange rationale_change(const std::string& name) {
  const auto found =
      std::find_if(kNames.begin(), kNames.end(), [&](const auto& known) { return name == known.first; });
  R2RANK_CHECK(found != kNames.end());
  return found->second;
}

void change_rationales(RationaleChange change, const text::Tokenizer& tokenizer, uint64_t seed, int64_t slate,
                       std::vector<std::vector<Rationale>>& rationales) {
  const uint64_t key = base::mix({static_cast<uint64_t>(slate), kOfRationales});
  if (change == RationaleChange::kSwap) return swap_around(study_stream(seed, key), rationales);
  if (change == RationaleChange::kNone) return;
  const int32_t filler = filler_token(tokenizer);
  for (size_t i = 0; i < rationales.size(); ++i) {
    for (size_t g = 0; g < rationales[i].size(); ++g) {
      Rationale& rationale = rationales[i][g];
      const auto body = body_of(rationale);
      replace_body(rationale, change == RationaleChange::kFiller
                                  ? std::vector<int32_t>(body.size(), filler)
                                  : scrambled(body, tokenizer, study_stream(seed, key, i, g)));
    }
  }
}

std::vector<SlateRollout> filler_rollouts(std::span<const PreparedSlate* const> slates,
                                          const PromptFrame& frame, const text::Tokenizer& tokenizer,
                                          int64_t rationales, int64_t length) {
  Rationale filler;
  filler.tokens.assign(static_cast<size_t>(length), filler_token(tokenizer));
  filler.logprobs.assign(static_cast<size_t>(length), 0.0F);
  std::vector<SlateRollout> rollouts(slates.size());
  for (size_t b = 0; b < slates.size(); ++b) {
    const auto candidates = static_cast<size_t>(slates[b]->candidates());
    rollouts[b].rationales.assign(candidates,
                                  std::vector<Rationale>(static_cast<size_t>(rationales), filler));
    rollouts[b].prompt_tokens = slate_tokens(*slates[b], frame, rationales, 0);
    rollouts[b].sampled_tokens = slates[b]->candidates() * rationales * length;
  }
  return rollouts;
}

void score_given(const Reasoner& reasoner, std::span<const PreparedSlate* const> slates,
                 std::vector<SlateRollout>& rollouts) {
  R2RANK_CHECK(rollouts.size() == slates.size());
  at::NoGradGuard no_grad;
  for (size_t b = 0; b < slates.size(); ++b) score_slate(reasoner, *slates[b], rollouts[b]);
}

}  // namespace r2rank::rollout
