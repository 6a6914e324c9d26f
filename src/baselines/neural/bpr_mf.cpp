#include "baselines/neural/bpr_mf.h"

#include <algorithm>

#include "base/hash.h"

namespace r2rank::baselines {
namespace {

class BprMf : public PairwiseModel {
 public:
  BprMf(const TrainingData& data, const PairwiseOptions& options, uint64_t seed)
      : PairwiseModel("bpr-mf", data, options, seed) {
    const auto items = static_cast<int64_t>(data.dataset.items.size());
    set_tables(
        xavier_normal_table(data.dataset.users(), options.dimensions, seed, base::hash64("bpr-mf users")),
        xavier_normal_table(items, options.dimensions, seed, base::hash64("bpr-mf items")));
  }

 private:
  double step(PairwiseBatch& batch) override {
    const at::Tensor users = gather_rows(users_->values(), batch.users().rows());  // [rows, D]
    const at::Tensor items = gather_rows(items_->values(), batch.items().rows());  // [rows, D]
    const double loss = batch.loss(users, items);
    batch.gradient(users, items, 1, by_users_, by_items_);
    batch.add_regularisation(users, items, options().regularisation, options().squared_norms, by_users_,
                             by_items_);
    users_->step(by_users_);
    items_->step(by_items_);
    return loss;
  }
  void refresh() override {}
  void user_vector(const data::Slate& slate, float* out) const override {
    const int64_t width = options().dimensions;
    std::copy_n(users_->values().const_data_ptr<float>() + slate.user * width, width, out);
  }
  const at::Tensor& item_factors() const override { return items_->values(); }

  RowSubset by_users_, by_items_;
};

}  // namespace

std::unique_ptr<Trainable> make_bpr_mf(const TrainingData& data, const PairwiseOptions& options,
                                       uint64_t seed) {
  return std::make_unique<BprMf>(data, options, seed);
}

}  // namespace r2rank::baselines
