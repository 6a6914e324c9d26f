#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

#include "base/config.h"
#include "baselines/neural/adam_table.h"
#include "baselines/neural/pair_sampler.h"
#include "baselines/neural/pairwise_loss.h"
#include "baselines/neural/row_product.h"
#include "baselines/neural/table_file.h"
#include "baselines/trainable.h"

namespace r2rank::baselines {

/// What models of a user and an item table trained on pairs share.
struct PairwiseOptions {
  int64_t dimensions = 64;  ///< D
  double learning_rate = 1e-3;
  int64_t batch = 2048;        ///< training events a step
  double regularisation = 0;   ///< weight of the embeddings' norms
  bool squared_norms = false;  ///< of their squares (He et al. 2020) instead of the plain norms (RecBole)

  void describe(base::ConfigFields& fields);
};

/// Bayesian personalised ranking (Rendle et al. 2009) of user . item, by Adam: what is common to matrix
/// factorisation and LightGCN. A user without training events is scored by popularity. Any number of threads
/// gives the same parameters.
class PairwiseModel : public Trainable {
 public:
  PairwiseModel(std::string name, const TrainingData& data, const PairwiseOptions& options, uint64_t seed);

  std::string name() const override { return name_; }
  EpochResult train_epoch(int64_t epoch, const std::function<void(int64_t)>& advance) override;
  int64_t targets_per_epoch() const override { return sampler_.per_epoch(); }
  std::vector<double> score(const data::Slate& slate) override;
  void score_catalogue(std::span<const data::Slate> slates, std::span<float> scores) override;
  void keep() override;
  void restore() override;
  void save(const base::Path& path) const override;
  void load(const base::Path& path) override;

 protected:
  /// One step on a batch; the sum of its losses.
  virtual double step(PairwiseBatch& batch) = 0;
  /// Recomputes what scoring needs from the tables.
  virtual void refresh() = 0;
  /// [D] of the slate's user; only called where has_vector().
  virtual void user_vector(const data::Slate& slate, float* out) const = 0;
  virtual bool has_vector(const data::Slate& slate) const;
  /// [items, D] by which user vectors are multiplied; valid after refresh().
  virtual const at::Tensor& item_factors() const = 0;

  void set_tables(at::Tensor users, at::Tensor items);
  const InteractionGraph& graph() const { return graph_; }
  const data::Dataset& dataset() const { return dataset_; }
  const PairwiseOptions& options() const { return options_; }

  std::unique_ptr<AdamTable> users_, items_;
  PairwiseBatch batch_;

 private:
  NamedTensors tensors() const;
  void refresh_if_stale();

  std::string name_;
  const data::Dataset& dataset_;
  PairwiseOptions options_;
  InteractionGraph graph_;
  PairSampler sampler_;
  std::vector<float> popularity_;       // [items]
  TablePanels item_panels_;             // of item_factors(), once the whole catalogue is scored
  at::Tensor kept_users_, kept_items_;  // tables put aside by keep()
  bool stale_ = true;
};

/// Rows of a table, [rows.size(), D].
at::Tensor gather_rows(const at::Tensor& table, const std::vector<int32_t>& rows);

}  // namespace r2rank::baselines
