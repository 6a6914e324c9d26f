#pragma once

#include <memory>
#include <string>

#include "baselines/neural/pairwise_model.h"

namespace r2rank::baselines {

struct LightGcnOptions {
  /// What won on the validation slates of three data sets (docs/lab-log.md); RecBole's, learning rate 0.001
  /// and plain norms times 1e-5, need more epochs.
  PairwiseOptions pairs{.learning_rate = 3e-3, .regularisation = 0.02, .squared_norms = true};
  int64_t layers = 3;  ///< L
  /// Which items a user's node is joined to when a slate is scored: those of its history ("history"), which
  /// is the query the protocol gives, or those it was trained with ("training"), as RecBole does.
  std::string query = "history";

  void describe(base::ConfigFields& fields);
};

/// LightGCN (He et al. 2020): embeddings E_0 are spread over the graph, E_l = D^-1/2 A D^-1/2 E_(l-1), and
/// score = user . item of the mean of E_0 .. E_L; trained by pairwise ranking with the whole graph in every
/// step. Of the first product backwards only the batch's rows are read, of the last one forwards only they
/// are computed: the result is the same. With query = "history" a user without training events but with known
/// items in the history has a vector (E_0 counts as zero). Errors: kUsage for settings out of range or no
/// training event.
std::unique_ptr<Trainable> make_light_gcn(const TrainingData& data, const LightGcnOptions& options,
                                          uint64_t seed);

}  // namespace r2rank::baselines
