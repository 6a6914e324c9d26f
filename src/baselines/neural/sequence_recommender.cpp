#include "baselines/neural/sequence_recommender.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <utility>

#include "baselines/history.h"
#include "baselines/neural/row_maths.h"
#include "baselines/neural/table_file.h"

namespace r2rank::baselines {
namespace {

constexpr int64_t kAskedAtOnce = 32;  // sequences of one pass when scoring

std::vector<float> training_counts(const TrainingData& data) {
  std::vector<float> counts(data.dataset.items.size(), 0.0F);
  for (int64_t user = 0; user < data.dataset.users(); ++user) {
    const auto events = data.dataset.events(user);
    for (int32_t i = 0; i < data.split.training_end[user]; ++i) counts[events[i].item] += 1;
  }
  return counts;
}

}  // namespace

SequenceRecommender::SequenceRecommender(const TrainingData& data, SequenceModel model, uint64_t seed)
    : dataset_(data.dataset), model_(std::move(model)), seed_(seed), popularity_(training_counts(data)) {
  encoder_ = model_.make_encoder(parameters_);
  parameters_.allocate(seed);
  for (int64_t part = 0; part < SequenceBatch::kParts; ++part) {
    passes_.push_back(encoder_->make_pass());
    shared_gradients_.emplace_back(encoder_->shared());
  }
}

EpochResult SequenceRecommender::train_epoch(int64_t epoch, const std::function<void(int64_t)>& advance) {
  SequenceBatch batch;
  double loss = 0;
  int64_t targets = 0, events = 0;
  model_.sampler->begin_epoch(seed_, epoch);
  for (uint64_t step = 0; model_.sampler->next(batch); ++step) {
    if (!batch.targets.empty()) {
      loss += differentiate(batch, Dropout(1, base::mix({seed_, static_cast<uint64_t>(epoch), step})));
      parameters_.step(model_.learning_rate);
    }
    targets += static_cast<int64_t>(batch.targets.size());
    events += batch.events;
    advance(batch.events);
  }
  return {targets > 0 ? loss / static_cast<double>(targets) : 0, events};
}

double SequenceRecommender::differentiate(const SequenceBatch& batch, const Dropout& dropout) {
  const int64_t width = encoder_->width();
  const size_t states = batch.targets.size() * static_cast<size_t>(width);
  std::vector<int64_t> first(SequenceBatch::kParts + 1, 0);
  for (int64_t part = 0; part < SequenceBatch::kParts; ++part)
    first[part + 1] = first[part] + static_cast<int64_t>(batch.parts[part].wanted.size()) * width;
  ready_to_score_ = false;
  encoder_->refresh();
  const int64_t rows = static_cast<int64_t>(dataset_.items.size()) + 1;
  loss_.set_table(encoder_->output_table(parameters_.values(), dropout), rows, width, bias());
  parameters_.clear_gradients();
  states_.resize(states);
  state_gradients_.resize(states);
  const auto for_each_part = [&](auto&& work) {
    at::parallel_for(0, SequenceBatch::kParts, 1, [&](int64_t begin, int64_t end) {
      for (int64_t part = begin; part < end; ++part)
        if (first[part + 1] > first[part]) work(part);
    });
  };
  for_each_part([&](int64_t part) {
    passes_[part]->forward(batch.parts[part], dropout.at_site(static_cast<uint64_t>(part)),
                           states_.data() + first[part]);
  });
  float* gradients = parameters_.gradients();
  float* table_gradients = gradients + encoder_->item_table();
  if (!encoder_->output_is_table()) {
    output_gradients_.assign(rows * width, 0.0F);
    table_gradients = output_gradients_.data();
  }
  const double loss = loss_.run(states_.data(), batch.targets, state_gradients_.data(), table_gradients,
                                encoder_->bias() < 0 ? nullptr : gradients + encoder_->bias());
  if (!encoder_->output_is_table()) encoder_->output_back(table_gradients, gradients);
  for (auto& shared : shared_gradients_) std::fill(shared.begin(), shared.end(), 0.0F);
  for_each_part([&](int64_t part) {
    passes_[part]->backward(state_gradients_.data() + first[part], shared_gradients_[part].data());
  });
  add_shared_gradients();
  for (int64_t part = 0; part < SequenceBatch::kParts; ++part)
    if (first[part + 1] > first[part]) passes_[part]->scatter(gradients);
  return loss + encoder_->regularise(gradients) * static_cast<double>(batch.targets.size());
}

void SequenceRecommender::add_shared_gradients() {
  float* gradients = parameters_.gradients();
  at::parallel_for(0, encoder_->shared(), 1 << 14, [&](int64_t begin, int64_t end) {
    for (const auto& shared : shared_gradients_)
      for (int64_t i = begin; i < end; ++i) gradients[i] += shared[i];
  });
}

void SequenceRecommender::refresh_for_scoring() {
  if (ready_to_score_) return;
  const int64_t width = encoder_->width();
  encoder_->refresh();
  output_ = encoder_->output_table(parameters_.values(), Dropout());
  loss_.set_table(output_ + width,  // without row 0, the padding's
                  static_cast<int64_t>(dataset_.items.size()), width,
                  bias() == nullptr ? nullptr : bias() + 1);
  ready_to_score_ = true;
}

const std::vector<float>& SequenceRecommender::encode(std::span<const data::Slate> slates) {
  refresh_for_scoring();
  const auto count = static_cast<int64_t>(slates.size());
  const int64_t width = encoder_->width();
  states_.assign(count * width, 0.0F);
  at::parallel_for(0, (count + kAskedAtOnce - 1) / kAskedAtOnce, 1, [&](int64_t begin, int64_t end) {
    const auto pass = encoder_->make_pass();
    PackedSequences query;
    std::vector<float> states;
    std::vector<int64_t> asked;
    for (int64_t group = begin; group < end; ++group) {
      query.clear();
      asked.clear();
      for (int64_t i = group * kAskedAtOnce; i < std::min(count, (group + 1) * kAskedAtOnce); ++i) {
        const auto history = history_of(dataset_, slates[i]);
        if (history.empty()) continue;
        model_.sampler->ask(slates[i].user, history, query);
        asked.push_back(i);
      }
      states.resize(asked.size() * width);
      if (!asked.empty()) pass->forward(query, Dropout(), states.data());
      for (size_t i = 0; i < asked.size(); ++i)
        std::copy_n(states.data() + static_cast<int64_t>(i) * width, width,
                    states_.data() + asked[i] * width);
    }
  });
  return states_;
}

std::vector<double> SequenceRecommender::score(const data::Slate& slate) {
  return score_batch({&slate, 1}).front();
}

std::vector<std::vector<double>> SequenceRecommender::score_batch(std::span<const data::Slate> slates) {
  const int64_t width = encoder_->width();
  const std::vector<float>& states = encode(slates);
  std::vector<std::vector<double>> scores(slates.size());
  for (size_t s = 0; s < slates.size(); ++s) {
    const float* state = states.data() + static_cast<int64_t>(s) * width;
    for (const int32_t item : slates[s].candidates) {
      if (slates[s].history_end == 0) {
        scores[s].push_back(popularity_[item]);
        continue;
      }
      const float shift = bias() == nullptr ? 0 : bias()[item + 1];
      scores[s].push_back(shift + dot(state, output_ + (item + 1) * width, width));
    }
  }
  return scores;
}

void SequenceRecommender::score_catalogue(std::span<const data::Slate> slates, std::span<float> scores) {
  const auto items = static_cast<int64_t>(dataset_.items.size());
  const auto count = static_cast<int64_t>(slates.size());
  check_room(slates, dataset_.items.size(), scores);
  const std::vector<float>& states = encode(slates);
  loss_.logits(states.data(), count, scores.data(), items);
  for (int64_t s = 0; s < count; ++s) {
    if (slates[s].history_end == 0)
      std::copy(popularity_.begin(), popularity_.end(), scores.begin() + s * items);
  }
}

void SequenceRecommender::restore() {
  parameters_.restore();
  ready_to_score_ = false;
}

void SequenceRecommender::save(const base::Path& path) const {
  save_tensors(path, model_.name, parameters_.tensors());
}

void SequenceRecommender::load(const base::Path& path) {
  load_tensors(path, model_.name, parameters_.tensors());
  ready_to_score_ = false;
}

}  // namespace r2rank::baselines
