#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace r2rank::data {

class JsonFields;

/// How a set of slates was made. Its name is part of every metric's name: "loo-uni19-seed7".
struct Protocol {
  std::string split = "leave-one-out";  ///< leave-one-out, temporal
  std::string negatives = "uniform";    ///< uniform, popularity, file
  int64_t negative_count = 19;
  uint64_t seed = 7;
  bool exclude_known = true;  ///< negatives exclude every known interaction of the user, later ones included
  std::string file_hash;      ///< negatives = "file": first 8 digits of the set's hash, else empty
  std::string name() const;
};

/// The `protocol` object of a slates file and of split.json (docs/formats.md). Errors: kData.
nlohmann::ordered_json protocol_json(const Protocol& protocol);
Protocol parse_protocol(const JsonFields& fields);

}  // namespace r2rank::data
