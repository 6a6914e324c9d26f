#pragma once

#include <string>
#include <string_view>

#include "base/config.h"

namespace r2rank::cli {

/// The command that sets these fields as they are: "r2rank eval --dataset data/ml --baselines ''". Only what
/// was given is in it, by flags or by a TOML file; the rest are defaults.
std::string command_text(std::string_view verb, const base::ConfigFields& fields);

}  // namespace r2rank::cli
