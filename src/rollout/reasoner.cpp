#include "rollout/reasoner.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/random.h"
#include "model/decoder.h"
#include "model/token_logprob.h"

namespace r2rank::rollout {
namespace {

std::vector<double> to_doubles(const at::Tensor& values) {
  const at::Tensor wide = values.to(at::kDouble).cpu().contiguous();
  return {wide.const_data_ptr<double>(), wide.const_data_ptr<double>() + wide.numel()};
}

at::Tensor rows_of(const at::Tensor& states, const std::vector<int64_t>& rows) {
  return states.index_select(0, at::tensor(rows, at::kLong).to(states.device()));
}

}  // namespace

std::vector<double> SlateRollout::mean_scores() const {
  if (scores.empty()) return silent;
  std::vector<double> means;
  for (const auto& each : scores)
    means.push_back(std::accumulate(each.begin(), each.end(), 0.0) / static_cast<double>(each.size()));
  return means;
}

Reasoner::Reasoner(const model::LanguageModel& model, PromptFrame frame, std::vector<int32_t> reserved)
    : model_(model), frame_(std::move(frame)), reserved_(std::move(reserved)) {
  std::sort(reserved_.begin(), reserved_.end());
}

std::vector<std::vector<double>> Reasoner::silent_scores(std::span<const PreparedSlate* const> slates) const {
  at::NoGradGuard no_grad;
  const SlateTree forest = build_slate_tree(slates, frame_, {});
  const auto& transformer = model_.transformer();
  const auto plan = transformer.plan(forest.tree);
  const auto scores =
      to_doubles(model_.readout()(rows_of(transformer.states(plan, false), forest.silent_last)));
  std::vector<std::vector<double>> by_slate;
  auto next = scores.begin();
  for (const PreparedSlate* slate : slates) {
    by_slate.emplace_back(next, next + slate->candidates());
    next += slate->candidates();
  }
  return by_slate;
}

/// One decode batch: the prompt forest, its decoder, and a rationale for each row.
struct Reasoner::Batch {
  std::span<const PreparedSlate* const> slates;
  model::TokenTree prompts;
  std::vector<int32_t> leaves;
  std::vector<int64_t> silent_last;         // [leaves] packed
  std::vector<base::RandomStream> streams;  // [rows]
  std::vector<Rationale> rationales;        // [rows]
  std::unique_ptr<model::Decoder> decoder;
  std::vector<double> silent, scores;  // [leaves], [rows]

  Batch(std::span<const PreparedSlate* const> all, const PromptFrame& frame, const SamplingOptions& options,
        bool silent_cue)
      : slates(all) {
    for (const PreparedSlate* slate : slates) {
      const int32_t root = prompts.add(model::TokenTree::kRoot, slate->pieces.history);
      for (int64_t i = 0; i < slate->candidates(); ++i) {
        const int32_t candidate = prompts.add(root, slate->pieces.candidates[i]);
        if (silent_cue) silent_last.push_back(prompts.last_token(prompts.add(candidate, frame.cue)));
        leaves.push_back(prompts.add(candidate, frame.rationale_start));
        for (int64_t g = 0; g < options.rationales; ++g)
          streams.emplace_back(options.seed, base::Purpose::kToken, slate->id, slate->item_keys[i], g);
      }
    }
    rationales.resize(streams.size());
  }
};

std::vector<SlateRollout> Reasoner::reason(std::span<const PreparedSlate* const> slates,
                                           const SamplingOptions& options, bool with_scores) const {
  R2RANK_CHECK(options.rationales > 0 && options.max_tokens > 0);
  Batch batch(slates, frame_, options, with_scores);
  const auto room = options.max_tokens + static_cast<int64_t>(frame_.cue.size()) + 1;
  batch.decoder =
      std::make_unique<model::Decoder>(model_, batch.prompts, batch.leaves, options.rationales, room);
  sample_all(batch, options);
  if (with_scores) read_scores(batch);

  std::vector<SlateRollout> results;
  size_t leaf = 0, row = 0;
  for (const PreparedSlate* slate : slates) {
    SlateRollout rollout;
    rollout.prompt_tokens = slate_tokens(*slate, frame_, options.rationales, 0);
    for (int64_t i = 0; i < slate->candidates(); ++i, ++leaf) {
      auto& own = rollout.rationales.emplace_back();
      if (with_scores) {
        rollout.silent.push_back(batch.silent[leaf]);
        rollout.scores.emplace_back(batch.scores.begin() + static_cast<int64_t>(row),
                                    batch.scores.begin() + static_cast<int64_t>(row) + options.rationales);
      }
      for (int64_t g = 0; g < options.rationales; ++g, ++row) {
        rollout.sampled_tokens += static_cast<int64_t>(batch.rationales[row].tokens.size());
        own.push_back(std::move(batch.rationales[row]));
      }
    }
    results.push_back(std::move(rollout));
  }
  return results;
}

void Reasoner::sample_all(Batch& batch, const SamplingOptions& options) const {
  const model::Parameter& output = *model_.transformer().output_table;
  const auto rows = static_cast<int64_t>(batch.rationales.size());
  // All copies of a leaf draw their first token from the same state.
  at::Tensor states = batch.decoder->leaf_states().repeat_interleave(options.rationales, 0);  // [rows, D]
  std::vector<int64_t> live(rows);
  std::iota(live.begin(), live.end(), 0);
  for (int64_t t = 0; t < options.max_tokens && !live.empty(); ++t) {
    std::vector<double> uniforms;
    for (const int64_t row : live) uniforms.push_back(batch.streams[row].uniform_at(t));
    const auto sampled = sample_tokens(model::token_logits(states, output), uniforms, options);
    std::vector<int64_t> next_rows;
    std::vector<int32_t> next_tokens;
    for (size_t i = 0; i < live.size(); ++i) {
      Rationale& rationale = batch.rationales[live[i]];
      rationale.tokens.push_back(sampled[i].token);
      rationale.logprobs.push_back(sampled[i].logprob);
      rationale.ended = sampled[i].token == frame_.end_of_turn;
      if (!rationale.ended && std::binary_search(reserved_.begin(), reserved_.end(), sampled[i].token))
        rationale.malformed = true;
      if (rationale.ended) continue;
      next_rows.push_back(live[i]);
      next_tokens.push_back(sampled[i].token);
    }
    live = std::move(next_rows);
    if (!live.empty() && t + 1 < options.max_tokens) states = batch.decoder->step(live, next_tokens);
  }
}

void Reasoner::read_scores(Batch& batch) const {
  at::NoGradGuard no_grad;
  const auto& readout = model_.readout();
  batch.silent = to_doubles(readout(rows_of(batch.decoder->prompt_states(), batch.silent_last)));
  const auto rows = static_cast<int64_t>(batch.rationales.size());
  std::vector<int64_t> all(rows);
  std::iota(all.begin(), all.end(), 0);
  // The last sampled token is not in the cache yet: it was drawn, never run.
  std::vector<int32_t> tokens;
  for (const auto& rationale : batch.rationales) tokens.push_back(rationale.tokens.back());
  at::Tensor states = batch.decoder->step(all, tokens);
  for (const int32_t token : frame_.cue) states = batch.decoder->step(all, std::vector<int32_t>(rows, token));
  batch.scores = to_doubles(readout(states));
  const int64_t copies = rows / static_cast<int64_t>(batch.leaves.size());
  for (int64_t row = 0; row < rows; ++row)
    if (batch.rationales[row].malformed) batch.scores[row] = batch.silent[row / copies];
}

}  // namespace r2rank::rollout
