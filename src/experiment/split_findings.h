#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "data/split_check.h"

namespace r2rank::experiment {

/// The gravest of them; kFine where there is none.
data::Verdict worst_of(const std::vector<data::Finding>& findings);

/// A list of objects {name, verdict, count, of, text}: what `data check --json` prints and a comparison
/// keeps.
nlohmann::ordered_json findings_json(const std::vector<data::Finding>& findings);
/// The same read back. Errors: kData naming `source`.
std::vector<data::Finding> parse_findings(const nlohmann::json& json, const std::string& source);

}  // namespace r2rank::experiment
