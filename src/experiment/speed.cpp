#include "experiment/speed.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>

#include "base/error.h"
#include "base/memory_peak.h"
#include "learn/sft_step.h"
#include "learn/step.h"
#include "model/decoder.h"
#include "model/device.h"
#include "model/packed_weight.h"
#include "model/token_logprob.h"

namespace r2rank::experiment {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t kSeed = 7;
constexpr int64_t kProductRows = 3072;
constexpr int64_t kSilentSlates = 4;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Random tokens end nothing: the tokenizer's own ends would cut rationales short.
model::LanguageModel& without_ends(model::LanguageModel& model) {
  model.tokenizer.eos.reset();
  model.tokenizer.eos_ids.clear();
  return model;
}

}  // namespace

double SpeedResult::median_seconds() const {
  std::vector<double> sorted = seconds;
  std::sort(sorted.begin(), sorted.end());
  const size_t half = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

SpeedBench::SpeedBench(model::LanguageModel& model, const Workload& workload, int64_t repeats)
    : model_(without_ends(model)),
      workload_(workload),
      repeats_(repeats),
      flop_(forward_flop(model.config())),
      slate_(make_slate(workload, model.config().vocabulary, kSeed)),
      reasoner_(model, endless_frame(), {}) {}

const std::vector<SpeedBench::Operation>& SpeedBench::operations() {
  static const std::vector<Operation> all = {
      {"product", [](SpeedBench& b) { return b.product(); }},
      {"packed_product", [](SpeedBench& b) { return b.packed_product(); }},
      {"prefill", [](SpeedBench& b) { return b.prefill(); }},
      {"decode_1", [](SpeedBench& b) { return b.decode(1); }},
      {"decode_20", [](SpeedBench& b) { return b.decode(20); }},
      {"decode_80", [](SpeedBench& b) { return b.decode(80); }},
      {"decode_320", [](SpeedBench& b) { return b.decode(320); }},
      {"silent_slate", [](SpeedBench& b) { return b.silent_slate(); }},
      {"rollout", [](SpeedBench& b) { return b.rollout_slate(); }},
      {"training_pass", [](SpeedBench& b) { return b.training_pass(); }, true},
      {"optimizer", [](SpeedBench& b) { return b.optimizer_step(); }, true},
      {"rl_step", [](SpeedBench& b) { return b.rl_step(); }, true},
      {"silent_step", [](SpeedBench& b) { return b.silent_step(); }, true},
      {"sft_step", [](SpeedBench& b) { return b.sft_step(); }, true}};
  return all;
}

std::vector<std::string> SpeedBench::names() {
  std::vector<std::string> found;
  for (const auto& operation : operations()) found.emplace_back(operation.name);
  return found;
}

bool SpeedBench::trains(const std::string& name) {
  return std::any_of(operations().begin(), operations().end(),
                     [&](const Operation& operation) { return operation.trains && name == operation.name; });
}

SpeedResult SpeedBench::run(const std::string& name) {
  for (const auto& operation : operations())
    if (name == operation.name) return operation.run(*this);
  base::fail_usage("bench", "there is no operation '{}': choose {}", name, fmt::join(names(), ", "));
}

template <class Once>
SpeedResult SpeedBench::repeated(SpeedResult result, const Once& once) const {
  once();
  base::reset_memory_peak();
  for (int64_t repeat = 0; repeat < repeats_; ++repeat) result.seconds.push_back(once());
  result.peak_bytes = base::memory_peak();
  return result;
}

template <class Work>
SpeedResult SpeedBench::timed(SpeedResult result, const Work& work) const {
  return repeated(std::move(result), [&] {
    const Clock::time_point start = Clock::now();
    work();
    model::synchronize(model_.transformer().device());
    return seconds_since(start);
  });
}

/// The feed-forward product of the model, tall: shares are stated against the faster of its two ways.
template <class Multiply>
SpeedResult SpeedBench::timed_products(const std::string& name, const Multiply& multiply) const {
  const auto& config = model_.config();
  const auto options =
      at::TensorOptions().dtype(model_.transformer().compute_type()).device(model_.transformer().device());
  const at::Tensor x = at::ones({kProductRows, config.width}, options),
                   w = at::ones({2 * config.ffn_width, config.width}, options);
  constexpr int kTimes = 20;
  SpeedResult result{.name = name,
                     .work = fmt::format("{} products [{}, {}] x [{}, {}]", kTimes, kProductRows,
                                         config.width, config.width, 2 * config.ffn_width)};
  result.flop = kTimes * 2.0 * static_cast<double>(kProductRows * config.width * 2 * config.ffn_width);
  return timed(std::move(result), [&] {
    for (int i = 0; i < kTimes; ++i) multiply(x, w);
  });
}

SpeedResult SpeedBench::product() {
  return timed_products("product", [](const at::Tensor& x, const at::Tensor& w) { at::linear(x, w); });
}

SpeedResult SpeedBench::packed_product() {
  model::PackedWeight packed;
  return timed_products("packed_product", [&](const at::Tensor& x, const at::Tensor& w) {
    packed.product(w, x, at::Tensor(), at::Tensor());
  });
}

SpeedResult SpeedBench::prefill() {
  const int64_t tokens = workload_.prompt_tokens();
  SpeedResult result{.name = "prefill", .work = fmt::format("{} prompt tokens of one slate", tokens)};
  result.units = static_cast<double>(tokens);
  result.flop = result.units * flop_.block_token + visible_pairs(workload_, 0) * flop_.visible_pair;
  return timed(std::move(result), [&] {
    const at::NoGradGuard no_grad;
    model::TokenTree tree;
    const int32_t root = tree.add(model::TokenTree::kRoot, slate_.pieces.history);
    for (const auto& candidate : slate_.pieces.candidates) tree.add(root, candidate);
    model_.transformer().states(model_.transformer().plan(tree), false);
  });
}

double SpeedBench::decode_flop(int64_t sequences, int64_t prompt) const {
  const auto t = static_cast<double>(workload_.rationale_tokens);
  const double pairs = t * static_cast<double>(prompt) + t * (t + 1) / 2;
  return static_cast<double>(sequences) *
         (t * (flop_.block_token + flop_.output_token) + pairs * flop_.visible_pair);
}

/// Sequences that continue one prompt, token by token; the prompt itself is not in the time.
SpeedResult SpeedBench::decode(int64_t sequences) {
  const int64_t prompt = workload_.history + workload_.candidate, tokens = workload_.rationale_tokens;
  model::TokenTree tree;
  const int32_t root = tree.add(model::TokenTree::kRoot, slate_.pieces.history);
  const int32_t leaf = tree.add(root, slate_.pieces.candidates.front());
  SpeedResult result{
      .name = fmt::format("decode_{}", sequences),
      .work = fmt::format("{} sequences x {} tokens after {} shared", sequences, tokens, prompt)};
  result.units = static_cast<double>(sequences * tokens);
  result.flop = decode_flop(sequences, prompt);
  return repeated(std::move(result), [&] {
    model::Decoder decoder(model_, tree, {leaf}, sequences, tokens + 1);
    const rollout::SamplingOptions options{.max_tokens = tokens};
    std::vector<int64_t> rows(sequences);
    std::vector<double> uniforms(sequences);
    for (int64_t row = 0; row < sequences; ++row) rows[row] = row;
    model::synchronize(model_.transformer().device());
    const Clock::time_point start = Clock::now();
    at::Tensor states = decoder.leaf_states().repeat_interleave(sequences, 0);
    for (int64_t t = 0; t < tokens; ++t) {
      for (int64_t row = 0; row < sequences; ++row)
        uniforms[row] = base::RandomStream(kSeed, base::Purpose::kToken, 0, row).uniform_at(t);
      std::vector<int32_t> next;
      for (const auto& sampled : rollout::sample_tokens(
               model::token_logits(states, *model_.transformer().output_table), uniforms, options))
        next.push_back(sampled.token);
      states = decoder.step(rows, next);
    }
    model::synchronize(model_.transformer().device());
    return seconds_since(start);
  });
}

SpeedResult SpeedBench::silent_slate() {
  const int64_t tokens = workload_.history + workload_.candidates * (workload_.candidate + 1);
  SpeedResult result{.name = "silent_slate",
                     .work = fmt::format("silent scores of {} candidates", workload_.candidates)};
  result.units = static_cast<double>(tokens);
  result.flop = result.units * flop_.block_token + visible_pairs(workload_, 0) * flop_.visible_pair;
  const rollout::PreparedSlate* slate = &slate_;
  return timed(std::move(result), [&] { reasoner_.silent_scores({&slate, 1}); });
}

std::vector<std::vector<rollout::Rationale>> SpeedBench::roll_out() const {
  const rollout::SamplingOptions options{.rationales = workload_.rationales,
                                         .max_tokens = workload_.rationale_tokens};
  const rollout::PreparedSlate* slate = &slate_;
  return reasoner_.reason({&slate, 1}, options, false).front().rationales;
}

SpeedResult SpeedBench::rollout_slate() {
  SpeedResult result{
      .name = "rollout",
      .work = fmt::format("{} rationales of {} tokens", workload_.sequences(), workload_.rationale_tokens)};
  result.units = static_cast<double>(workload_.sampled_tokens());
  result.flop = rollout_flop();
  return timed(std::move(result), [&] { roll_out(); });
}

void SpeedBench::train_on(const std::vector<std::vector<rollout::Rationale>>& rationales) {
  const learn::StepSlate slate{.slate = &slate_, .rationales = &rationales};
  learn::StepOptions options;
  options.credit = learn::Credit::kMarginal;
  learn::accumulate_step(model_, reasoner_.frame(), {&slate, 1}, options, 1);
}

double SpeedBench::rollout_flop() const {
  const auto prompt = static_cast<double>(workload_.prompt_tokens());
  return decode_flop(workload_.sequences(), workload_.history + workload_.candidate) +
         prompt * flop_.block_token + visible_pairs(workload_, 0) * flop_.visible_pair;
}

/// Forward and twice that backward; computing anything a second time is not counted.
double SpeedBench::training_flop() const {
  const auto sampled = static_cast<double>(workload_.sampled_tokens());
  const auto prompt = static_cast<double>(workload_.prompt_tokens());
  return 3 * ((prompt + sampled) * flop_.block_token +
              visible_pairs(workload_, workload_.rationales) * flop_.visible_pair) +
         3 * sampled * flop_.output_token;
}

SpeedResult SpeedBench::training_pass() {
  SpeedResult result{.name = "training_pass",
                     .work = fmt::format("{} prompt and {} sampled tokens, forward and backward",
                                         workload_.prompt_tokens(), workload_.sampled_tokens())};
  result.units = static_cast<double>(workload_.prompt_tokens() + workload_.sampled_tokens());
  result.flop = training_flop();
  const auto rationales = roll_out();
  result = timed(std::move(result), [&] { train_on(rationales); });
  model_.parameters().zero_gradients();
  return result;
}

SpeedResult SpeedBench::optimizer_step() {
  SpeedResult result{
      .name = "optimizer",
      .work = fmt::format("one AdamW step of {:.1f} M weights",
                          static_cast<double>(model_.parameters().trainable_elements()) / 1e6)};
  return timed(std::move(result), [&] { update(); });
}

/// Rollout, training pass and update of one slate.
SpeedResult SpeedBench::rl_step() {
  SpeedResult result{.name = "rl_step",
                     .work = fmt::format("one slate: {} rationales of {} tokens, training pass, update",
                                         workload_.sequences(), workload_.rationale_tokens)};
  result.units = static_cast<double>(workload_.prompt_tokens() + workload_.sampled_tokens());
  result.flop = training_flop() + rollout_flop();
  return timed(std::move(result), [&] {
    train_on(roll_out());
    update();
  });
}

/// One step of the warm-up: silent slates forward and backward, update.
SpeedResult SpeedBench::silent_step() {
  SpeedResult result{.name = "silent_step",
                     .work = fmt::format("{} silent slates, training pass, update", kSilentSlates)};
  const double tokens = static_cast<double>(
      kSilentSlates * (workload_.history + workload_.candidates * (workload_.candidate + 1)));
  result.units = tokens;
  result.flop =
      3 * (tokens * flop_.block_token + kSilentSlates * visible_pairs(workload_, 0) * flop_.visible_pair);
  const std::vector<learn::StepSlate> slates(kSilentSlates, learn::StepSlate{.slate = &slate_});
  learn::StepOptions options;
  options.silent_weight = 1;
  return timed(std::move(result), [&] {
    learn::accumulate_step(model_, reasoner_.frame(), slates, options, kSilentSlates);
    update();
  });
}

/// As many taught rationales as a rollout writes, and a verdict after each; update.
SpeedResult SpeedBench::sft_step() {
  SpeedResult result{.name = "sft_step",
                     .work = fmt::format("one slate: {} taught rationales of {} tokens and their verdicts, "
                                         "training pass, update",
                                         workload_.sequences(), workload_.rationale_tokens)};
  const auto rationales = roll_out();
  const learn::SftSlate slate{.slate = &slate_, .rationales = &rationales};
  const learn::SftSize size = learn::sft_size({&slate, 1});
  result.units = static_cast<double>(workload_.prompt_tokens() + size.tokens);
  result.flop = training_flop() + 3 * static_cast<double>(size.rationales) * flop_.output_token;
  return timed(std::move(result), [&] {
    learn::accumulate_sft_step(model_, reasoner_.frame(), {&slate, 1}, {}, size);
    update();
  });
}

/// The learning rate is 0, so that each repetition meets the same weights.
void SpeedBench::update() {
  if (!optimizer_) optimizer_ = std::make_unique<learn::AdamW>(model_.parameters(), learn::AdamWOptions{});
  optimizer_->step(0, 0, optimizer_->gradient_norm());
  model_.parameters().zero_gradients();
}

}  // namespace r2rank::experiment
