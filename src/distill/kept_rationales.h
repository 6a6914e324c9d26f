#pragma once

#include <span>
#include <string>
#include <vector>

#include "distill/filters.h"
#include "rollout/rationale_set.h"

namespace r2rank::distill {

/// The drafts whose fate is kKept, in their order, as they are saved and taught. `source` is who wrote them.
std::vector<rollout::WrittenRationale> kept_rationales(const AskedPairs& asked, std::span<const Draft> drafts,
                                                       std::span<const Fate> fates,
                                                       const std::string& source);

/// An endpoint without its host, which nobody needs to know: "http, /v1/chat/completions".
std::string endpoint_without_host(const std::string& endpoint);

}  // namespace r2rank::distill
