#pragma once

#include <memory>
#include <vector>

#include "baselines/method.h"

namespace r2rank::baselines {

/// The methods of linear algebra and factorisation: "ease", "bpr-mf", "lightgcn".
std::vector<std::unique_ptr<Method>> neural_methods();

}  // namespace r2rank::baselines
