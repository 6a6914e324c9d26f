#pragma once

#include "baselines/scorer.h"
#include "baselines/sparse_rows.h"

namespace r2rank::baselines {

/// The training interactions as a binary matrix, [users, items]: 1 where the user had the item, however
/// often; columns ascend within a row.
SparseRows training_matrix(const TrainingData& data);

}  // namespace r2rank::baselines
