#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "data/split.h"

namespace r2rank::data {

inline constexpr int64_t kSplitVersion = 3;

/// The content hash of a parsed split.json: of everything in it but "hash", in the file's order.
std::string split_hash(nlohmann::ordered_json json);
/// split.json of a split; the two slates files are recorded by their hashes.
std::string split_json(const Split& split, const Dataset& dataset);
/// The inverse: protocol, training_end and counts, and in valid.hash and test.hash what the slates files must
/// have. Errors: kData naming `source`.
Split parse_split(std::string_view json, const std::string& source, const Dataset& dataset);

}  // namespace r2rank::data
