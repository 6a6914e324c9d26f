#include "baselines/training_matrix.h"

#include "base/error.h"
#include "baselines/history.h"

namespace r2rank::baselines {

SparseRows training_matrix(const TrainingData& data) {
  R2RANK_CHECK(data.split.training_end.size() == data.dataset.user_ids.size());
  SparseRows matrix;  // [users, items]
  std::vector<SparseEntry> row;
  for (int64_t user = 0; user < data.dataset.users(); ++user) {
    row.clear();
    const auto training = data.dataset.events(user).first(data.split.training_end[user]);
    for (const int32_t item : distinct_items(training)) row.push_back({item, 1.0F});
    matrix.append(row);
  }
  return matrix;
}

}  // namespace r2rank::baselines
