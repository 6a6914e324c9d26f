#include "learn/step.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "model/profile.h"
#include "model/token_logprob.h"
#include "rollout/prompt_text.h"
#include "rollout/signal_offsets.h"

namespace r2rank::learn {
namespace {

using rollout::Rationale;
using rollout::SlateTree;
using Table = std::vector<std::vector<double>>;                   // [K][G]
using TokenTable = std::vector<std::vector<std::vector<float>>>;  // [K][G][T]

at::Tensor to_index(const std::vector<int64_t>& values, at::Device device) {
  return at::tensor(values, at::kLong).to(device);
}

std::vector<double> to_doubles(const at::Tensor& values) {
  const at::Tensor wide = values.detach().to(at::kDouble).cpu().contiguous();
  return {wide.const_data_ptr<double>(), wide.const_data_ptr<double>() + wide.numel()};
}

/// Everything read from one forward pass, with its graph.
struct Pass {
  SlateTree forest;
  at::Tensor silent;            // [sum K]
  at::Tensor reasoned;          // [sum K G]; the silent score where a rationale is malformed
  model::TokenLogprobs tokens;  // [sum T]
  at::Tensor values;            // [slates, 2] of the critic; undefined without one
  at::Tensor text;              // [] log-likelihood of the slates' texts, summed; undefined without weight
};

/// The log-likelihood of what the slates' users did choose, a mean over each slate's tokens.
at::Tensor text_likelihood(const model::LanguageModel& model, const at::Tensor& states,
                           const SlateTree& forest, std::span<const rollout::PreparedSlate* const> slates) {
  const rollout::PromptText text = rollout::prompt_text(forest, slates);
  if (text.tokens.empty()) return {};
  const at::Device device = states.device();
  const std::vector<int64_t> targets(text.tokens.begin(), text.tokens.end());
  const at::Tensor logprob =
      model::token_logprobs(states.index_select(0, to_index(text.from, device)),
                            *model.transformer().output_table, to_index(targets, device), 1.0)
          .logprob;
  return at::dot(logprob, at::tensor(text.weights).to(device));
}

at::Tensor reasoned_scores(const Pass& pass, const at::Tensor& states, const model::LanguageModel& model,
                           const std::vector<int64_t>& silent_of) {
  std::vector<int64_t> valid, places, malformed, replaced;
  for (size_t i = 0; i < pass.forest.reasoned_last.size(); ++i) {
    const int64_t last = pass.forest.reasoned_last[i];
    (last < 0 ? malformed : places).push_back(static_cast<int64_t>(i));
    (last < 0 ? replaced : valid).push_back(last < 0 ? silent_of[i] : last);
  }
  const at::Device device = states.device();
  at::Tensor scores = model.readout()(states.index_select(0, to_index(valid, device)));
  if (malformed.empty()) return scores;
  const at::Tensor stand_in = pass.silent.index_select(0, to_index(replaced, device));
  places.insert(places.end(), malformed.begin(), malformed.end());
  return at::zeros({static_cast<int64_t>(places.size())}, scores.options())
      .index_copy(0, to_index(places, device), at::cat({scores, stand_in}));
}

/// For each rationale (flat) the flat index of its candidate.
std::vector<int64_t> candidates_of(std::span<const StepSlate> slates) {
  std::vector<int64_t> owner;
  int64_t candidate = 0;
  for (const auto& slate : slates)
    for (int64_t i = 0; i < slate.slate->candidates(); ++i, ++candidate)
      if (slate.rationales != nullptr) owner.insert(owner.end(), (*slate.rationales)[i].size(), candidate);
  return owner;
}

std::vector<int64_t> candidate_counts(std::span<const StepSlate> slates) {
  std::vector<int64_t> counts;
  for (const auto& slate : slates) counts.push_back(slate.slate->candidates());
  return counts;
}

/// Signals add to a candidate's silent score and to each of its reasoned ones alike.
void add_offsets(Pass& pass, const at::Tensor& offsets, const std::vector<int64_t>& owner) {
  if (!offsets.defined()) return;
  pass.silent = pass.silent + offsets;
  if (pass.reasoned.defined())
    pass.reasoned = pass.reasoned + offsets.index_select(0, to_index(owner, offsets.device()));
}

Pass forward(const model::LanguageModel& model, const rollout::PromptFrame& frame,
             std::span<const StepSlate> slates, const StepOptions& options) {
  std::vector<const rollout::PreparedSlate*> prepared;
  std::vector<std::vector<std::vector<Rationale>>> rationales;
  for (const auto& slate : slates) {
    prepared.push_back(slate.slate);
    if (slate.rationales != nullptr) rationales.push_back(*slate.rationales);
  }
  Pass pass;
  pass.forest = rollout::build_slate_tree(prepared, frame, rationales);
  const auto& transformer = model.transformer();
  const at::Device device = transformer.device();
  const auto plan = transformer.plan(pass.forest.tree);
  const rollout::SignalRows signals = rollout::signal_rows(prepared);
  const at::Tensor states =
      transformer.states(plan, options.checkpoint_layers,
                         rollout::signal_shifts(model, signals, pass.forest.candidate_last));  // [N, D]
  const at::Tensor silent_states = states.index_select(0, to_index(pass.forest.silent_last, device));
  pass.silent = model.readout()(silent_states);
  if (options.critic != nullptr) pass.values = (*options.critic)(silent_states, candidate_counts(slates));
  const at::Tensor offsets = rollout::signal_offsets(model, signals);  // [sum K]
  const std::vector<int64_t> owner = candidates_of(slates);
  if (!rationales.empty()) pass.reasoned = reasoned_scores(pass, states, model, owner);
  add_offsets(pass, offsets, owner);
  if (options.text_weight != 0) pass.text = text_likelihood(model, states, pass.forest, prepared);
  if (rationales.empty()) return pass;
  const std::vector<int64_t> targets(pass.forest.predicted.begin(), pass.forest.predicted.end());
  pass.tokens =
      model::token_logprobs(states.index_select(0, to_index(pass.forest.predicted_from, device)),
                            *transformer.output_table, to_index(targets, device), options.temperature);
  return pass;
}

/// The per-token surrogate min(a r, a clip(r)) with its value's gradient; r = pi / pi_old.
at::Tensor clipped_surrogate(const at::Tensor& logprob, const at::Tensor& old, const at::Tensor& credit,
                             double clip) {
  const at::Tensor ratio = (logprob - old).exp();
  return at::minimum(credit * ratio, credit * ratio.clamp(1 - clip, 1 + clip));
}

/// Walks the slates of a pass and gathers, on the CPU, what multiplies each score and each token's
/// log-probability.
class Assembler {
 public:
  Assembler(std::span<const StepSlate> slates, const StepOptions& options, const Pass& pass)
      : slates_(slates), options_(options), silent_(to_doubles(pass.silent)) {
    if (pass.reasoned.defined()) {
      reasoned_ = to_doubles(pass.reasoned);
      logprob_ = to_doubles(pass.tokens.logprob);
      entropy_ = to_doubles(pass.tokens.entropy);
    }
    if (pass.values.defined()) values_ = to_doubles(pass.values);
    const auto told =
        std::count_if(slates.begin(), slates.end(), [](const auto& s) { return s.slate->labelled; });
    if (pass.text.defined()) text_loss_ = -pass.text.item<double>() / static_cast<double>(told);
  }

  void run() {
    for (const auto& slate : slates_) add(slate);
    if (text_loss_)
      for (auto& outcome : outcomes) outcome.text_loss = text_loss_;
  }

  std::vector<SlateOutcome> outcomes;
  std::vector<float> silent_factor, reasoned_factor;                // dJ/ds
  std::vector<float> token_credit, old_logprob, reference_logprob;  // per sampled token
  std::vector<float> token_share;                                   // 1/G: weight of per-token penalties
  std::vector<float> value_factor;                                  // R - V of silent and reasoned rankings

 private:
  void add(const StepSlate& input) {
    SlateOutcome outcome;
    read_scores(input, outcome);
    read_values(input, outcome);
    add_silent(input, outcome);
    if (input.rationales != nullptr) {
      add_reasoned(input, outcome);
      add_tokens(input, outcome);
    }
    if (!values_.empty()) add_value_errors(input, outcome);
    outcomes.push_back(std::move(outcome));
  }

  void read_scores(const StepSlate& input, SlateOutcome& outcome) {
    for (int64_t i = 0; i < input.slate->candidates(); ++i) {
      outcome.scores.silent.push_back(silent_[next_silent_++]);
      if (input.rationales == nullptr) continue;
      auto& row = outcome.scores.reasoned.emplace_back();
      for (size_t g = 0; g < (*input.rationales)[i].size(); ++g) row.push_back(reasoned_[next_reasoned_++]);
    }
  }

  /// Later epochs keep the baselines of the first: by then the critic has seen these rankings' rewards.
  void read_values(const StepSlate& input, SlateOutcome& outcome) const {
    if (input.frozen_values != nullptr)
      outcome.values = *input.frozen_values;
    else if (!values_.empty())
      outcome.values = {values_[2 * outcomes.size()], values_[2 * outcomes.size() + 1]};
  }

  void add_value_errors(const StepSlate& input, SlateOutcome& outcome) {
    const double silent = outcome.silent_utility - values_[2 * outcomes.size()];
    const double reasoned =
        input.rationales != nullptr ? outcome.utility - values_[2 * outcomes.size() + 1] : 0;
    value_factor.push_back(static_cast<float>(silent));
    value_factor.push_back(static_cast<float>(reasoned));
    outcome.critic_error = (silent * silent + reasoned * reasoned) / (input.rationales != nullptr ? 2 : 1);
  }

  double ranking_baseline(const StepSlate& input, double value) const {
    return options_.estimator.baseline == RankingBaseline::kCritic ? value : input.baseline;
  }

  base::RandomStream stream(const StepSlate& input, uint64_t which) const {
    return {options_.seed, base::Purpose::kPermutation, static_cast<uint64_t>(input.slate->id), which};
  }

  void add_silent(const StepSlate& input, SlateOutcome& outcome) {
    const std::span<const double> old =
        input.old_scores != nullptr ? input.old_scores->silent : std::span<const double>();
    const auto found =
        score_gradient(options_.estimator, options_.utility, outcome.scores.silent, input.slate->relevance,
                       old, ranking_baseline(input, outcome.values.silent), stream(input, 0));
    outcome.silent_utility = found.value;
    for (const double value : found.gradient)
      silent_factor.push_back(static_cast<float>(options_.silent_weight * value));
  }

  void add_reasoned(const StepSlate& input, SlateOutcome& outcome) {
    const int64_t items = outcome.scores.items(), count = outcome.scores.rationales();
    Table factor(items, std::vector<double>(count, 0.0));
    const bool mean = options_.objective == Objective::kJG;
    const int64_t vectors = mean ? 1 : count;
    for (int64_t n = 0; n < vectors; ++n) {
      const auto scores = mean ? outcome.scores.means() : outcome.scores.sample(n);
      std::vector<double> old;
      if (input.old_scores != nullptr) old = mean ? input.old_scores->means() : input.old_scores->sample(n);
      const auto found = score_gradient(options_.estimator, options_.utility, scores, input.slate->relevance,
                                        old, ranking_baseline(input, outcome.values.reasoned),
                                        stream(input, 1 + static_cast<uint64_t>(n)));
      outcome.utility += found.value / static_cast<double>(vectors);
      outcome.ranking_clip_share += found.clipped_share / static_cast<double>(vectors);
      for (int64_t i = 0; i < items; ++i)
        for (int64_t g = mean ? 0 : n; g < (mean ? count : n + 1); ++g)
          factor[i][g] += found.gradient[i] / static_cast<double>(count);
    }
    for (const auto& row : factor) reasoned_factor.insert(reasoned_factor.end(), row.begin(), row.end());
  }

  Table credit_of_slate(const StepSlate& input, const SlateOutcome& outcome) const {
    if (input.frozen_credit != nullptr) return *input.frozen_credit;
    const auto utility = [&](std::span<const double> scores) {
      return options_.utility(scores, input.slate->relevance);
    };
    return learn::token_credit(options_.credit, options_.objective, outcome.scores, utility, input.baseline);
  }

  void add_tokens(const StepSlate& input, SlateOutcome& outcome) {
    outcome.credit = credit_of_slate(input, outcome);
    const auto count = static_cast<double>(outcome.scores.rationales());
    for (int64_t i = 0; i < outcome.scores.items(); ++i) {
      auto& item_logprobs = outcome.logprobs.emplace_back();
      for (size_t g = 0; g < (*input.rationales)[i].size(); ++g) {
        const Rationale& rationale = (*input.rationales)[i][g];
        const auto length = static_cast<double>(rationale.tokens.size());
        // The price is per rationale of the objective's mean, hence the 1/G of every per-rationale weight but
        // J_G's own.
        double credit = outcome.credit[i][g] - price_weight(count) * options_.length_price * length;
        if (rationale.malformed) credit = std::min(credit, 0.0);
        auto& own = item_logprobs.emplace_back();
        for (size_t t = 0; t < rationale.tokens.size(); ++t)
          add_token(input, outcome, own, i, g, t, credit, 1.0 / count);
      }
    }
    finish_means(outcome);
  }

  /// The length price is subtracted from A before its weight w (1 for contribution and J_G's shared credit,
  /// else 1/G).
  double price_weight(double count) const {
    const bool whole = options_.credit == Credit::kContribution ||
                       (options_.credit == Credit::kShared && options_.objective == Objective::kJG);
    return whole ? 1.0 : 1.0 / count;
  }

  void add_token(const StepSlate& input, SlateOutcome& outcome, std::vector<float>& own, int64_t i, size_t g,
                 size_t t, double credit, double share) {
    const double logprob = logprob_[next_token_];
    const double old = input.old_logprobs != nullptr ? (*input.old_logprobs)[i][g][t] : logprob;
    const double reference =
        input.reference_logprobs != nullptr ? (*input.reference_logprobs)[i][g][t] : logprob;
    own.push_back(static_cast<float>(logprob));
    token_credit.push_back(static_cast<float>(credit));
    old_logprob.push_back(static_cast<float>(old));
    reference_logprob.push_back(static_cast<float>(reference));
    token_share.push_back(static_cast<float>(share));
    outcome.token_entropy += entropy_[next_token_];
    outcome.kl += std::exp(reference - logprob) - (reference - logprob) - 1;
    outcome.token_clip_share += std::abs(std::exp(logprob - old) - 1) > options_.token_clip ? 1 : 0;
    ++outcome.tokens;
    ++next_token_;
  }

  static void finish_means(SlateOutcome& outcome) {
    const double tokens = std::max<double>(1, static_cast<double>(outcome.tokens));
    outcome.token_entropy /= tokens;
    outcome.kl /= tokens;
    outcome.token_clip_share /= tokens;
  }

  std::span<const StepSlate> slates_;
  const StepOptions& options_;
  std::vector<double> silent_, reasoned_, logprob_, entropy_, values_;
  std::optional<double> text_loss_;
  size_t next_silent_ = 0, next_reasoned_ = 0, next_token_ = 0;
};

at::Tensor on_device(const std::vector<float>& values, const at::Tensor& like) {
  return at::tensor(values).to(like.device());
}

/// The scalar whose gradient is the step's: constants times scores and log-probabilities.
at::Tensor surrogate(const Pass& pass, const Assembler& parts, const StepOptions& options) {
  at::Tensor total = at::dot(pass.silent, on_device(parts.silent_factor, pass.silent));
  if (pass.text.defined()) total = total + options.text_weight * pass.text;
  if (pass.values.defined())  // of -(R - V)^2 / 2
    total = total + at::dot(pass.values.flatten(), on_device(parts.value_factor, pass.values));
  if (!pass.reasoned.defined()) return total;
  total = total + at::dot(pass.reasoned, on_device(parts.reasoned_factor, pass.reasoned));
  const at::Tensor& logprob = pass.tokens.logprob;
  const at::Tensor share = on_device(parts.token_share, logprob);
  if (options.credit != Credit::kNone || options.length_price != 0)
    total = total + clipped_surrogate(logprob, on_device(parts.old_logprob, logprob),
                                      on_device(parts.token_credit, logprob), options.token_clip)
                        .sum();
  if (options.token_entropy != 0) total = total + options.token_entropy * at::dot(share, pass.tokens.entropy);
  if (options.kl != 0) {
    const at::Tensor difference = on_device(parts.reference_logprob, logprob) - logprob;
    total = total - options.kl * at::dot(share, difference.exp() - difference - 1);
  }
  return total;
}

}  // namespace

std::vector<SlateOutcome> accumulate_step(model::LanguageModel& model, const rollout::PromptFrame& frame,
                                          std::span<const StepSlate> slates, const StepOptions& options,
                                          int64_t slates_in_step) {
  const Pass pass = forward(model, frame, slates, options);
  Assembler parts(slates, options, pass);
  parts.run();
  const at::Tensor loss = surrogate(pass, parts, options) * (-1.0 / static_cast<double>(slates_in_step));
  // A loss that is not finite goes backward too: its gradient's norm is what tells the trainer to skip the
  // step.
  if (loss.requires_grad()) torch::autograd::backward({loss}, {});
  {
    const model::Mark mark("collect gradients");
    model.parameters().collect_gradients();
    if (options.critic != nullptr) options.critic->parameters().collect_gradients();
  }
  return std::move(parts.outcomes);
}

TokenTable rationale_logprobs(const model::LanguageModel& model, const rollout::PromptFrame& frame,
                              const rollout::PreparedSlate& slate,
                              const std::vector<std::vector<Rationale>>& rationales, double temperature) {
  at::NoGradGuard no_grad;
  const StepSlate input{.slate = &slate, .rationales = &rationales};
  StepOptions options;
  options.temperature = temperature;
  const Pass pass = forward(model, frame, {&input, 1}, options);
  const auto flat = to_doubles(pass.tokens.logprob);
  TokenTable table;
  auto next = flat.begin();
  for (const auto& item : rationales) {
    auto& rows = table.emplace_back();
    for (const auto& rationale : item) {
      const auto length = static_cast<int64_t>(rationale.tokens.size());
      rows.emplace_back(next, next + length);
      next += length;
    }
  }
  return table;
}

}  // namespace r2rank::learn
