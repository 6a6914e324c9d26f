#include "baselines/neural/light_gcn.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "baselines/history.h"

namespace r2rank::baselines {
namespace {

/// One matrix for each side of the graph: [users, D] and [items, D].
struct BothSides {
  at::Tensor users, items;
};

class LightGcn : public PairwiseModel {
 public:
  LightGcn(const TrainingData& data, const LightGcnOptions& options, uint64_t seed)
      : PairwiseModel("lightgcn", data, options.pairs, seed),
        layers_(options.layers),
        by_history_(options.query == "history"),
        item_scale_(inverse_root_degrees(graph().users_of)),
        to_users_(graph().items_of, inverse_root_degrees(graph().items_of), item_scale_),
        to_items_(graph().users_of, item_scale_, inverse_root_degrees(graph().items_of)) {
    const auto items = static_cast<int64_t>(data.dataset.items.size());
    const int64_t width = options.pairs.dimensions;
    set_tables(xavier_uniform_table(data.dataset.users(), width, seed, base::hash64("lightgcn users")),
               xavier_uniform_table(items, width, seed, base::hash64("lightgcn items")));
    for (auto& side : work_) side = like_tables();
  }

 private:
  BothSides like_tables() const {
    return {at::empty_like(users_->values()), at::empty_like(items_->values())};
  }
  float share() const { return 1 / static_cast<float>(layers_ + 1); }

  /// E_layer of all nodes from E_(layer - 1).
  void spread(const BothSides& from, BothSides& to) const {
    to_users_.multiply(from.items, nullptr, to.users);
    to_items_.multiply(from.users, nullptr, to.items);
  }

  /// Final embeddings of the batch's rows; E_0 of them stays in own_.
  BothSides final_rows(const PairwiseBatch& batch) {
    const auto& users = batch.users().rows();
    const auto& items = batch.items().rows();
    BothSides layer{users_->values(), items_->values()};
    own_ = {gather_rows(layer.users, users), gather_rows(layer.items, items)};
    BothSides sum{own_.users.clone(), own_.items.clone()};
    for (int64_t next = 1; next < layers_; ++next) {
      spread(layer, work_[next % 2]);
      layer = work_[next % 2];
      sum.users.add_(gather_rows(layer.users, users));
      sum.items.add_(gather_rows(layer.items, items));
    }
    BothSides last{at::empty_like(sum.users), at::empty_like(sum.items)};
    to_users_.multiply_rows(layer.items, users, last.users);
    to_items_.multiply_rows(layer.users, items, last.items);
    return {sum.users.add_(last.users).mul_(share()), sum.items.add_(last.items).mul_(share())};
  }

  /// Gradient by E_0 from the gradient g by the final embeddings, by Horner's scheme: h = g, then layers_
  /// times h = A_hat h + g.
  BothSides backward(const PairwiseBatch& batch) {
    BothSides* now = work_.data();
    BothSides* next = &work_[1];
    for (int64_t layer = 0; layer < layers_; ++layer) {
      if (layer == layers_ - 1) {
        regularised_users_ = copy_of(by_users_);
        regularised_items_ = copy_of(by_items_);
        batch.add_regularisation(own_.users, own_.items, options().regularisation, options().squared_norms,
                                 regularised_users_, regularised_items_);
      }
      const RowSubset& users = layer == layers_ - 1 ? regularised_users_ : by_users_;
      const RowSubset& items = layer == layers_ - 1 ? regularised_items_ : by_items_;
      if (layer == 0) {
        to_users_.multiply_subset(by_items_, &users, next->users);
        to_items_.multiply_subset(by_users_, &items, next->items);
      } else {
        to_users_.multiply(now->items, &users, next->users);
        to_items_.multiply(now->users, &items, next->items);
      }
      std::swap(now, next);
    }
    return *now;
  }

  static RowSubset copy_of(const RowSubset& subset) {
    return {subset.rows, subset.place, subset.values.clone()};
  }

  double step(PairwiseBatch& batch) override {
    const BothSides rows = final_rows(batch);
    const double loss = batch.loss(rows.users, rows.items);
    batch.gradient(rows.users, rows.items, share(), by_users_, by_items_);
    const BothSides gradient = backward(batch);
    users_->step(gradient.users);
    items_->step(gradient.items);
    return loss;
  }

  void refresh() override {
    BothSides layer{users_->values(), items_->values()};
    final_ = {layer.users.clone(), layer.items.clone()};
    for (int64_t next = 1; next <= layers_; ++next) {
      if (next == layers_) below_ = final_.items.clone();
      spread(layer, work_[next % 2]);
      layer = work_[next % 2];
      final_.users.add_(layer.users);
      final_.items.add_(layer.items);
    }
    final_.users.mul_(share());
    final_.items.mul_(share());
  }

  bool has_vector(const data::Slate& slate) const override {
    if (!by_history_) return PairwiseModel::has_vector(slate);
    const auto history = history_of(dataset(), slate);
    return std::any_of(history.begin(), history.end(),
                       [&](const data::Interaction& event) { return item_scale_[event.item] > 0; });
  }

  void user_vector(const data::Slate& slate, float* out) const override {
    const int64_t width = options().dimensions;
    if (!by_history_) {
      std::copy_n(final_.users.const_data_ptr<float>() + slate.user * width, width, out);
      return;
    }
    join_to_history(slate, out);
  }

  /// The user's final embedding were its neighbours the trained items of its history: with S the sum of the
  /// items' E_0 .. E_(L-1), (E_0 + sum over the history of S_i / sqrt(|history| degree_i)) / (L + 1).
  void join_to_history(const data::Slate& slate, float* out) const {
    const int64_t width = options().dimensions;
    std::vector<int32_t> items = distinct_items(history_of(dataset(), slate));
    std::erase_if(items, [&](int32_t item) { return item_scale_[item] == 0; });
    const float root = 1 / std::sqrt(static_cast<float>(items.size()));
    const float* below = below_.const_data_ptr<float>();
    std::fill_n(out, width, 0.0F);
    for (const int32_t item : items) {
      const float weight = root * item_scale_[item];
      for (int64_t c = 0; c < width; ++c) out[c] += weight * below[item * width + c];
    }
    const bool trained = graph().items_of.degree(slate.user) > 0;
    const float* own = users_->values().const_data_ptr<float>() + slate.user * width;
    for (int64_t c = 0; c < width; ++c) out[c] = share() * (out[c] + (trained ? own[c] : 0));
  }

  const at::Tensor& item_factors() const override { return final_.items; }

  int64_t layers_;
  bool by_history_;
  std::vector<float> item_scale_;  // [items]
  GraphProduct to_users_, to_items_;
  std::array<BothSides, 2> work_;
  BothSides own_, final_;
  at::Tensor below_;  // [items, D] sum of E_0 .. E_(L-1)
  RowSubset by_users_, by_items_, regularised_users_, regularised_items_;
};

void check(const LightGcnOptions& options) {
  if (options.layers < 1 || options.layers > 16) {
    base::fail_usage("lightgcn", "expected 1 to 16 layers (found: {}); 2 or 3 are usual", options.layers);
  }
  if (options.query != "history" && options.query != "training") {
    base::fail_usage("lightgcn", "expected the query 'history' or 'training' (found: '{}')", options.query);
  }
}

}  // namespace

void LightGcnOptions::describe(base::ConfigFields& fields) {
  pairs.describe(fields);
  fields.add("layers", layers, "steps over the graph").between(1, 16);
  fields
      .add("query", query,
           "items a user is joined to when scored: of the history before the target, or of training alone")
      .one_of({"history", "training"});
}

std::unique_ptr<Trainable> make_light_gcn(const TrainingData& data, const LightGcnOptions& options,
                                          uint64_t seed) {
  check(options);
  return std::make_unique<LightGcn>(data, options, seed);
}

}  // namespace r2rank::baselines
