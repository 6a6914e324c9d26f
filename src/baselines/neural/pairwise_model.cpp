#include "baselines/neural/pairwise_model.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "base/random.h"
#include "baselines/neural/row_maths.h"

namespace r2rank::baselines {
namespace {

void check(const std::string& name, const PairwiseOptions& options) {
  if (options.dimensions < 1 || options.batch < 1 || !(options.learning_rate > 0) ||
      !(options.regularisation >= 0)) {
    base::fail_usage(
        name,
        "expected dimensions and batch of at least 1, learning_rate above 0 and regularisation of at "
        "least 0 (found: {}, {}, {} and {})",
        options.dimensions, options.batch, options.learning_rate, options.regularisation);
  }
}

}  // namespace

void PairwiseOptions::describe(base::ConfigFields& fields) {
  fields.add("dimensions", dimensions, "numbers in an embedding").between(1, 4096);
  fields.add("learning_rate", learning_rate, "step size of Adam").between(1e-9, 10);
  fields.add("batch", batch, "training events a step").between(1, 10'000'000);
  fields.add("regularisation", regularisation, "weight of the embeddings' norms in the loss").at_least(0);
  fields.add("squared_norms", squared_norms,
             "square those norms (He et al. 2020) instead of taking them plain");
}

PairwiseModel::PairwiseModel(std::string name, const TrainingData& data, const PairwiseOptions& options,
                             uint64_t seed)
    : batch_(data.dataset.users(), static_cast<int64_t>(data.dataset.items.size())),
      name_(std::move(name)),
      dataset_(data.dataset),
      options_(options),
      graph_(training_graph(data)),
      sampler_(graph_, base::mix({seed, base::hash64("pairs")})),
      popularity_(data.dataset.items.size(), 0.0F) {
  check(name_, options_);
  if (sampler_.per_epoch() == 0) {
    base::fail_usage(name_,
                     "expected training events of users who lack some item, found none; split otherwise");
  }
  for (const UserItem& event : graph_.events) ++popularity_[event.item];
}

void PairwiseModel::set_tables(at::Tensor users, at::Tensor items) {
  users_ = std::make_unique<AdamTable>(std::move(users), options_.learning_rate);
  items_ = std::make_unique<AdamTable>(std::move(items), options_.learning_rate);
}

EpochResult PairwiseModel::train_epoch(int64_t epoch, const std::function<void(int64_t)>& advance) {
  const at::NoGradGuard no_gradient;
  sampler_.start_epoch(epoch);
  stale_ = true;
  double sum = 0;
  const int64_t all = sampler_.per_epoch();
  std::vector<Triple> triples;
  for (int64_t done = 0; done < all; done += static_cast<int64_t>(triples.size())) {
    triples.resize(std::min(options_.batch, all - done));
    sampler_.draw(done, triples);
    batch_.assign(triples);
    sum += step(batch_);
    advance(static_cast<int64_t>(triples.size()));
  }
  return {.loss = sum / static_cast<double>(all), .targets = all};
}

void PairwiseModel::refresh_if_stale() {
  if (!stale_) return;
  const at::NoGradGuard no_gradient;
  refresh();
  item_panels_ = {};
  stale_ = false;
}

bool PairwiseModel::has_vector(const data::Slate& slate) const {
  return graph_.items_of.degree(slate.user) > 0;
}

std::vector<double> PairwiseModel::score(const data::Slate& slate) {
  refresh_if_stale();
  std::vector<double> scores;  // [K]
  if (!has_vector(slate)) {
    for (const int32_t item : slate.candidates) scores.push_back(popularity_.at(item));
    return scores;
  }
  const int64_t width = options_.dimensions;
  std::vector<float> user(width);
  user_vector(slate, user.data());
  const float* items = item_factors().const_data_ptr<float>();
  for (const int32_t item : slate.candidates) scores.push_back(dot(user.data(), items + item * width, width));
  return scores;
}

void PairwiseModel::score_catalogue(std::span<const data::Slate> slates, std::span<float> scores) {
  refresh_if_stale();
  const at::Tensor& factors = item_factors();
  if (item_panels_.rows() == 0)
    item_panels_.pack(factors.const_data_ptr<float>(), factors.size(0), factors.size(1));
  const auto count = static_cast<int64_t>(slates.size()), width = options_.dimensions,
             items = factors.size(0);
  check_room(slates, static_cast<size_t>(items), scores);
  std::vector<float> vectors(count * width);  // [B, D]
  for (int64_t i = 0; i < count; ++i) {
    if (has_vector(slates[i])) user_vector(slates[i], vectors.data() + i * width);
  }
  item_panels_.multiply_all(vectors.data(), count, scores.data(), items);
  for (int64_t i = 0; i < count; ++i) {
    if (!has_vector(slates[i])) std::copy(popularity_.begin(), popularity_.end(), scores.begin() + i * items);
  }
}

void PairwiseModel::keep() {
  kept_users_ = users_->values().clone();
  kept_items_ = items_->values().clone();
}

void PairwiseModel::restore() {
  if (!kept_users_.defined()) return;
  users_->set_values(kept_users_);
  items_->set_values(kept_items_);
  stale_ = true;
}

NamedTensors PairwiseModel::tensors() const {
  return {{"users", users_->values()}, {"items", items_->values()}};
}

void PairwiseModel::save(const base::Path& path) const {
  save_tensors(path, name_, tensors());
}

void PairwiseModel::load(const base::Path& path) {
  load_tensors(path, name_, tensors());
  stale_ = true;
}

at::Tensor gather_rows(const at::Tensor& table, const std::vector<int32_t>& rows) {
  const int64_t width = table.size(1);
  at::Tensor out = at::empty({static_cast<int64_t>(rows.size()), width}, at::kFloat);  // [rows, D]
  const float* from = table.const_data_ptr<float>();
  float* to = out.data_ptr<float>();
  at::parallel_for(0, out.size(0), 256, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) std::copy_n(from + rows[i] * width, width, to + i * width);
  });
  return out;
}

}  // namespace r2rank::baselines
