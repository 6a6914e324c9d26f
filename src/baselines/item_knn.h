#pragma once

#include <cstdint>
#include <memory>

#include "base/config.h"
#include "baselines/scorer.h"

namespace r2rank::baselines {

struct ItemKnnOptions {
  int64_t neighbours = 1000;  ///< of the candidate; only these of the user's items count
  double shrink = 0;          ///< added to the product of norms, so that few shared users count less
  bool ties_by_popularity =
      false;  ///< most candidates share no user with the history and tie at 0: rank those by count

  void describe(base::ConfigFields& fields);
};

/// Item-based nearest neighbours (Sarwar et al. 2001; Deshpande & Karypis 2004) as RecBole's ItemKNN: cosine
/// between columns of the binary user-item matrix of training interactions; a candidate's score is the sum of
/// its similarity to those of the user's distinct history items that are among its nearest `neighbours`. Of
/// equally near ones the lower index counts first. Errors: kUsage unless neighbours >= 1 and shrink >= 0.
std::unique_ptr<Scorer> make_item_knn(const TrainingData& data, const ItemKnnOptions& options);

/// Refuses neighbour lists of so many entries as are held for the whole catalogue, twice while they are
/// turned round, where `free` bytes are not enough. Errors: kResource.
void check_item_knn_memory(int64_t entries, double free);

}  // namespace r2rank::baselines
