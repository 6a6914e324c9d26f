#include "rollout/reasoner.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "base/random.h"
#include "model/decoder.h"
#include "model/token_logprob.h"
#include "rollout/signal_offsets.h"
#include "text/tokenizer.h"

namespace r2rank::rollout {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kGap = 1e-3;  // between what was reasoned about and the rest

std::vector<double> to_doubles(const at::Tensor& values) {
  const at::Tensor wide = values.to(at::kDouble).cpu().contiguous();
  return {wide.const_data_ptr<double>(), wide.const_data_ptr<double>() + wide.numel()};
}

at::Tensor with_offsets(const at::Tensor& scores, const at::Tensor& offsets) {
  return offsets.defined() ? scores + offsets : scores;
}

at::Tensor rows_of(const at::Tensor& states, const std::vector<int64_t>& rows) {
  return states.index_select(0, at::tensor(rows, at::kLong).to(states.device()));
}

}  // namespace

std::vector<double> SlateRollout::mean_scores() const {
  if (scores.empty()) return silent;
  std::vector<double> means = silent;
  double worst = kInfinity, best_silent = -kInfinity;
  for (size_t i = 0; i < scores.size(); ++i) {
    const auto& each = scores[i];
    if (each.empty()) {
      best_silent = std::max(best_silent, silent[i]);
      continue;
    }
    means[i] = std::accumulate(each.begin(), each.end(), 0.0) / static_cast<double>(each.size());
    worst = std::min(worst, means[i]);
  }
  const double lowered = std::max(0.0, best_silent - worst + kGap);
  for (size_t i = 0; i < scores.size(); ++i)
    if (scores[i].empty()) means[i] -= lowered;
  return means;
}

Reasoner::Reasoner(const model::LanguageModel& model, PromptFrame frame, std::vector<int32_t> reserved)
    : model_(model),
      frame_(std::move(frame)),
      reserved_(std::move(reserved)),
      ends_(text::end_ids(model.tokenizer)) {
  ends_.push_back(frame_.end_of_turn);
  std::sort(reserved_.begin(), reserved_.end());
  std::sort(ends_.begin(), ends_.end());
}

/// One pass: the prompts of a group as a forest, their decoder, and a rationale for each row.
struct Reasoner::Batch {
  const RolloutGroup& group;
  model::TokenTree prompts;
  std::vector<int32_t> leaves;              // none without rationales
  std::vector<int64_t> candidate_last;      // [candidates] packed
  std::vector<int64_t> silent_last;         // [candidates] packed
  SignalRows signals;                       // [candidates]
  std::vector<base::RandomStream> streams;  // [rows]
  std::vector<Rationale> rationales;        // [rows]
  std::unique_ptr<model::Decoder> decoder;
  std::vector<double> silent, scores;  // [candidates], [rows]

  Batch(Slates slates, const RolloutGroup& wanted, const PromptFrame& frame, uint64_t seed, bool silent_cue)
      : group(wanted) {
    for (const auto& run : group.runs) {
      const PreparedSlate& slate = *slates[run.slate];
      const int32_t root = prompts.add(model::TokenTree::kRoot, slate.pieces.history);
      for (int64_t i = run.first; i < run.last; ++i) {
        const int32_t candidate = prompts.add(root, slate.pieces.candidates[i]);
        signals.push_back(signal_row(slate, i));
        candidate_last.push_back(prompts.last_token(candidate));
        if (silent_cue) silent_last.push_back(prompts.last_token(prompts.add(candidate, frame.cue)));
        if (group.copies > 0) leaves.push_back(prompts.add(candidate, frame.rationale_start));
        for (int64_t g = group.first_copy; g < group.first_copy + group.copies; ++g)
          streams.emplace_back(seed, base::Purpose::kToken, slate.id, slate.item_keys[i], g);
      }
    }
    rationales.resize(streams.size());
  }

  /// Moves what was found to the slates it belongs to. Groups come in the order of candidates and rationales.
  void hand_over(std::vector<SlateRollout>& rollouts, bool with_scores) {
    size_t leaf = 0, row = 0;
    for (const auto& run : group.runs) {
      SlateRollout& rollout = rollouts[run.slate];
      for (int64_t i = run.first; i < run.last; ++i, ++leaf) {
        if (with_scores && group.first_copy == 0) {
          rollout.silent.push_back(silent[leaf]);
          rollout.scores.emplace_back();
        }
        for (int64_t copy = 0; copy < group.copies; ++copy, ++row) {
          Rationale& rationale = rationales[row];
          rollout.sampled_tokens += static_cast<int64_t>(rationale.tokens.size());
          if (with_scores) rollout.scores[i].push_back(rationale.malformed ? rollout.silent[i] : scores[row]);
          rollout.rationales[i].push_back(std::move(rationale));
        }
      }
    }
  }
};

std::vector<RolloutGroup> Reasoner::cut(Slates slates, int64_t rationales, int64_t max_tokens) const {
  const double element = model_.transformer().compute_type() == at::kFloat ? 4 : 2;
  return cut_rollout(slates, frame_, rollout_costs(model_.config(), element), rationales, max_tokens,
                     budget_);
}

std::vector<std::vector<double>> Reasoner::silent_scores(Slates slates) const {
  at::NoGradGuard no_grad;
  const auto& transformer = model_.transformer();
  std::vector<std::vector<double>> by_slate(slates.size());
  for (const auto& group : cut(slates, 0, 0)) {
    const Batch batch(slates, group, frame_, 0, true);
    const auto plan = transformer.plan(batch.prompts);
    const at::Tensor states = rows_of(transformer.states(plan, false, shifts_of(batch)),
                                      batch.silent_last);  // [candidates, D]
    const auto scores =
        to_doubles(with_offsets(model_.readout()(states), signal_offsets(model_, batch.signals)));
    auto next = scores.begin();
    for (const auto& run : group.runs) {
      by_slate[run.slate].insert(by_slate[run.slate].end(), next, next + (run.last - run.first));
      next += run.last - run.first;
    }
  }
  return by_slate;
}

std::vector<SlateRollout> Reasoner::reason(Slates slates, const SamplingOptions& options,
                                           bool with_scores) const {
  R2RANK_CHECK(options.rationales > 0 && options.max_tokens > 0);
  std::vector<SlateRollout> rollouts(slates.size());
  for (size_t b = 0; b < slates.size(); ++b) {
    rollouts[b].prompt_tokens = slate_tokens(*slates[b], frame_, options.rationales, 0);
    rollouts[b].rationales.resize(slates[b]->order.size());
  }
  const auto room = options.max_tokens + static_cast<int64_t>(frame_.cue.size()) + 1;
  for (const auto& group : cut(slates, options.rationales, options.max_tokens)) {
    Batch batch(slates, group, frame_, options.seed, with_scores);
    batch.decoder = std::make_unique<model::Decoder>(model_, batch.prompts, batch.leaves, group.copies, room,
                                                     shifts_of(batch));
    sample_all(batch, options);
    if (with_scores) read_scores(batch);
    batch.hand_over(rollouts, with_scores);
  }
  return rollouts;
}

model::Transformer::Shifts Reasoner::shifts_of(const Batch& batch) const {
  at::NoGradGuard no_grad;
  return signal_shifts(model_, batch.signals, batch.candidate_last);
}

void Reasoner::sample_all(Batch& batch, const SamplingOptions& options) const {
  const model::Parameter& output = *model_.transformer().output_table;
  const auto rows = static_cast<int64_t>(batch.rationales.size());
  // All copies of a leaf draw their first token from the same state.
  at::Tensor states = batch.decoder->leaf_states().repeat_interleave(batch.group.copies, 0);  // [rows, D]
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
      rationale.ended = std::binary_search(ends_.begin(), ends_.end(), sampled[i].token);
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

void Reasoner::score(Slates slates, std::vector<SlateRollout>& rollouts) const {
  R2RANK_CHECK(rollouts.size() == slates.size());
  at::NoGradGuard no_grad;
  for (size_t b = 0; b < slates.size(); ++b) {
    if (rollouts[b].rationales.empty())
      rollouts[b].silent = silent_scores(slates.subspan(b, 1)).front();
    else
      score_slate(*slates[b], rollouts[b]);
  }
}

/// Of the rationales that are not malformed, in their order.
std::vector<double> Reasoner::reasoned_scores(const SlateTree& tree,
                                              const std::vector<std::vector<Rationale>>& rationales,
                                              const at::Tensor& states, const at::Tensor& offsets) const {
  std::vector<int64_t> read, candidates;
  auto place = tree.reasoned_last.begin();
  for (size_t i = 0; i < rationales.size(); ++i)
    for (size_t g = 0; g < rationales[i].size(); ++g, ++place) {
      if (*place < 0) continue;
      read.push_back(*place);
      candidates.push_back(static_cast<int64_t>(i));
    }
  if (read.empty()) return {};
  return to_doubles(with_offsets(model_.readout()(rows_of(states, read)),
                                 offsets.defined() ? rows_of(offsets, candidates) : offsets));
}

void Reasoner::score_slate(const PreparedSlate& slate, SlateRollout& rollout) const {
  const PreparedSlate* pointer = &slate;
  const SlateTree tree = build_slate_tree({&pointer, 1}, frame_, {rollout.rationales});
  const SignalRows signals = signal_rows({&pointer, 1});
  const at::Tensor states = model_.transformer().states(model_.transformer().plan(tree.tree), false,
                                                        signal_shifts(model_, signals, tree.candidate_last));
  const at::Tensor offsets = signal_offsets(model_, signals);  // [K]
  rollout.silent = to_doubles(with_offsets(model_.readout()(rows_of(states, tree.silent_last)), offsets));
  const auto scores = reasoned_scores(tree, rollout.rationales, states, offsets);
  auto next = scores.begin();
  auto place = tree.reasoned_last.begin();
  rollout.scores.assign(rollout.rationales.size(), {});
  for (size_t i = 0; i < rollout.rationales.size(); ++i)
    for (size_t g = 0; g < rollout.rationales[i].size(); ++g)
      rollout.scores[i].push_back(*place++ < 0 ? rollout.silent[i] : *next++);
}

void Reasoner::read_scores(Batch& batch) const {
  at::NoGradGuard no_grad;
  const auto& readout = model_.readout();
  const at::Tensor offsets = signal_offsets(model_, batch.signals);  // [candidates]
  batch.silent =
      to_doubles(with_offsets(readout(rows_of(batch.decoder->prompt_states(), batch.silent_last)), offsets));
  const auto rows = static_cast<int64_t>(batch.rationales.size());
  std::vector<int64_t> all(rows);
  std::iota(all.begin(), all.end(), 0);
  // The last sampled token is not in the cache yet: it was drawn, never run.
  std::vector<int32_t> tokens;
  for (const auto& rationale : batch.rationales) tokens.push_back(rationale.tokens.back());
  at::Tensor states = batch.decoder->step(all, tokens);
  for (const int32_t token : frame_.cue) states = batch.decoder->step(all, std::vector<int32_t>(rows, token));
  batch.scores = to_doubles(with_offsets(
      readout(states), offsets.defined() ? offsets.repeat_interleave(batch.group.copies) : offsets));
}

}  // namespace r2rank::rollout
