#include "rollout/rationale_change.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "base/random.h"
#include "rollout/prompt_view.h"

namespace r2rank::rollout {
namespace {

constexpr std::array<std::pair<const char*, RationaleChange>, 5> kNames = {
    {{"none", RationaleChange::kNone},
     {"swap", RationaleChange::kSwap},
     {"scramble", RationaleChange::kScramble},
     {"filler", RationaleChange::kFiller},
     {"fixed-filler", RationaleChange::kFixedFiller}}};
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
  R2RANK_CHECK(change != RationaleChange::kFixedFiller);
  const uint64_t key = base::mix({static_cast<uint64_t>(slate), kOfRationales});
  if (change == RationaleChange::kSwap) return swap_around(study_stream(seed, key), rationales);
  if (change == RationaleChange::kNone) return;
  const int32_t filler = filler_token(tokenizer);
  for (size_t i = 0; i < rationales.size(); ++i) {
    for (size_t g = 0; g < rationales[i].size(); ++g) {
      Rationale& rationale = rationales[i][g];
      const auto body = rationale.body();
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

}  // namespace r2rank::rollout
