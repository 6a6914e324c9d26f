#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace r2rank::data {

class JsonFields;

/// How a set of slates was made. Its name is part of every metric's name: "loo-uni19-seed7"
/// (docs/protocols.md).
struct Protocol {
  std::string split = "leave-one-out";  ///< leave-one-out, temporal, ratio
  std::string negatives = "uniform";    ///< uniform, popularity, smoothed-popularity, hard, full, file
  int64_t negative_count = 19;          ///< candidates beside the relevant ones; 0 for the full catalogue
  uint64_t seed = 7;
  std::string exclude = "known";  ///< which items of the user are no candidates unless relevant: "known"
                                  ///< (all, later ones included), "history" (those of the history), "none"
  std::string file_hash;          ///< negatives = "file": first 8 digits of the set's hash, else empty
  double valid_from = 0, test_from = 0;  ///< temporal, ratio: where validation and testing begin; 0: the file
                                         ///< is of a version that did not record it
  std::string shares = "interactions";   ///< temporal: what the two are shares of: interactions, targets
  std::string targets = "each";          ///< "each" held-out event is a slate, or those of a user "together"
  std::string labels = "binary";         ///< "binary", or "ratings" as graded labels
  std::string retriever;                 ///< negatives = "hard": the baseline whose best items they are
  std::string name() const;
  /// Whether a candidate's popularity says how it came into the slate, rather than something of its own.
  bool draws_by_popularity() const { return negatives == "popularity" || negatives == "smoothed-popularity"; }
};

/// The `protocol` object of a slates file and of split.json (docs/formats.md). Errors: kData.
nlohmann::ordered_json protocol_json(const Protocol& protocol);
Protocol parse_protocol(const JsonFields& fields);
/// The oldest version of both files that can hold this protocol: files of today's defaults stay readable for
/// older programs, and keep their hashes.
int64_t protocol_version(const Protocol& protocol);

}  // namespace r2rank::data
