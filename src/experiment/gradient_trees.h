#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/config.h"

namespace r2rank::experiment {

/// Lists to rank: rows of features, a label each, and how many rows each list has.
struct RankingRows {
  size_t features = 0;               ///< F
  std::vector<double> values;        ///< [rows, F]
  std::vector<float> labels;         ///< [rows] relevance as in slates
  std::vector<int32_t> sizes;        ///< [lists]
  std::vector<double> weights = {};  ///< [lists] what each counts; empty: 1 each

  size_t rows() const { return labels.size(); }
};

struct TreeOptions {
  int64_t trees = 300;  ///< at most
  int64_t leaves = 15;
  double learning_rate = 0.05;
  int64_t rows_in_leaf = 100;  ///< at least
  double feature_share = 0.8;  ///< of the features a tree may use

  void describe(base::ConfigFields& fields);
};

/// LambdaMART (Burges 2010) by LightGBM (Ke et al. 2017): boosted regression trees on the lambda gradients of
/// NDCG@10. One thread, deterministic: the same rows and seed give the same trees. Not thread-safe.
class GradientTrees {
 public:
  /// Errors: kUsage for no rows or options out of range; kResource with LightGBM's own message.
  GradientTrees(const RankingRows& rows, const TreeOptions& options, uint64_t seed);
  /// A model from to_text(). Errors: kData when it is none.
  explicit GradientTrees(const std::string& text);
  ~GradientTrees();
  GradientTrees(const GradientTrees&) = delete;
  GradientTrees& operator=(const GradientTrees&) = delete;

  /// Adds a tree; false when none could be found that helps.
  bool grow();
  int64_t trees() const;
  /// What trees begin .. end add to each row's score, [rows].
  std::vector<double> predict(std::span<const double> values, size_t features, int64_t begin,
                              int64_t end) const;
  /// Total gain of the splits on each feature, [F].
  std::vector<double> importance(size_t features) const;
  std::string to_text() const;

 private:
  struct Handles;
  std::unique_ptr<Handles> handles_;
};

}  // namespace r2rank::experiment
