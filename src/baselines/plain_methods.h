#pragma once

#include <memory>
#include <vector>

#include "baselines/method.h"

namespace r2rank::baselines {

/// The methods that count, compare texts or compare neighbours: no gradients. "random", "popularity",
/// "recent-popularity", "item-knn", "item-knn-pop", "tfidf", "bm25".
std::vector<std::unique_ptr<Method>> plain_methods();

}  // namespace r2rank::baselines
