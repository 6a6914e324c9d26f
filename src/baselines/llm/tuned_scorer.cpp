#include "baselines/llm/tuned_scorer.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/log.h"
#include "learn/activations.h"
#include "learn/tensor_file.h"

namespace r2rank::baselines {
namespace {

constexpr double kActivationBytes = 3e9;  // of a pass; above it layers are recomputed

learn::AdamWOptions adamw_options(const TuningOptions& options) {
  learn::AdamWOptions made;
  made.weight_decay = options.weight_decay;
  made.clip = options.clip_norm;
  return made;
}

}  // namespace

struct TunedScorer::Training {
  data::TrainingSlates slates;
  learn::AdamW optimizer;

  Training(const TrainingData& data, const TuningOptions& options, uint64_t seed,
           model::ParameterStore& parameters)
      : slates(data.dataset, data.split, options.drawing(seed)),
        optimizer(parameters, adamw_options(options)) {}
};

TunedScorer::TunedScorer(std::string name, std::unique_ptr<learn::RankingModel> model,
                         const TrainingData& data, TuningOptions options, uint64_t seed)
    : model_(std::move(model)),
      data_(data),
      options_(std::move(options)),
      seed_(seed),
      name_(std::move(name)) {}

TunedScorer::~TunedScorer() = default;

TunedScorer::Training& TunedScorer::training() {
  if (training_ != nullptr) return *training_;
  if (model_->model->parameters().trainable().empty())
    base::fail_usage("llm", "{} has nothing to train: choose tuning lora or full (found: {})", name_,
                     model_->model->options().tuning);
  training_ = std::make_unique<Training>(data_, options_, seed_, model_->model->parameters());
  return *training_;
}

EpochResult TunedScorer::train_epoch(int64_t epoch, const std::function<void(int64_t)>& advance) {
  EpochResult result;
  const int64_t first = epoch * options_.slates_per_epoch;
  while (result.targets < options_.slates_per_epoch) {
    const int64_t count = std::min(options_.slates_per_step, options_.slates_per_epoch - result.targets);
    result.loss += train_step(first + result.targets, count);
    result.targets += count;
    advance(count);
  }
  result.loss /= static_cast<double>(result.targets);
  return result;
}

double TunedScorer::train_step(int64_t first_slate, int64_t count) {
  Training& state = training();
  std::vector<data::Slate> slates;
  for (int64_t n = 0; n < count; ++n) slates.push_back(state.slates.draw(first_slate + n));
  double loss = 0;
  for (size_t begin = 0; begin < slates.size();) {
    size_t end = begin;
    int64_t tokens = 0;
    while (end < slates.size() &&
           (end == begin || tokens + tokens_of(slates[end]) <= options_.tokens_per_pass))
      tokens += tokens_of(slates[end++]);
    loss += accumulate(std::span(slates).subspan(begin, end - begin), count);
    begin = end;
  }
  const double norm = state.optimizer.gradient_norm();
  const double factor = options_.rate_factor(state.optimizer.steps());
  if (std::isfinite(norm))
    state.optimizer.step(factor * options_.learning_rate, factor * options_.readout_learning_rate, norm);
  else
    base::log_warning("{}: the gradient is not finite; its update is skipped", name_);
  model_->model->parameters().zero_gradients();
  return std::isfinite(norm) ? loss : std::numeric_limits<double>::quiet_NaN();
}

void TunedScorer::keep() {
  best_.clear();
  for (const auto* parameter : model_->model->parameters().trainable())
    best_.push_back(parameter->master.detach().clone());
}

void TunedScorer::restore() {
  R2RANK_CHECK(!best_.empty());
  const at::NoGradGuard no_grad;
  const auto trained = model_->model->parameters().trainable();
  for (size_t i = 0; i < trained.size(); ++i) trained[i]->master.copy_(best_[i]);
  model_->model->parameters().publish();
}

void TunedScorer::save(const base::Path& path) const {
  learn::TensorEntries entries;
  for (const auto* parameter : model_->model->parameters().trainable())
    entries.add(parameter->name(), parameter->master);
  model::write_safetensors(path, entries.all(), {});
}

void TunedScorer::load(const base::Path& path) {
  const learn::TensorFile file(path);
  const at::NoGradGuard no_grad;
  for (auto* parameter : model_->model->parameters().trainable())
    parameter->master.copy_(file.read(parameter->name(), parameter->master.sizes()));
  model_->model->parameters().publish();
}

bool TunedScorer::recomputes(int64_t tokens) const {
  return learn::activation_bytes(*model_->model, tokens, false) > kActivationBytes;
}

}  // namespace r2rank::baselines
