#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/dataset.h"
#include "data/split.h"

namespace r2rank::rollout {

/// A rationale that somebody wrote about one candidate of one user, and what it concludes.
struct WrittenRationale {
  int32_t user = 0;         ///< index into Dataset::user_ids
  int32_t history_end = 0;  ///< it was written from events(user)[0 .. history_end)
  int32_t item = 0;         ///< the candidate
  bool label = false;       ///< whether the candidate is the event at history_end: the verdict, yes or no
  std::string text = {};
  std::string source = {};          ///< who wrote it: a model's name
  int64_t round = 0;                ///< of rejection sampling, from 1; 0: of a teacher, or by hand
  std::optional<double> gain = {};  ///< utility that it gained when it was sampled, where that was measured
};

/// A longer text is not read, bytes.
constexpr size_t kLongestRationale = size_t{64} * 1024;

/// What `distill` leaves and `sft` teaches: a folder with rationales.json and rationales.jsonl
/// (docs/formats.md).
struct RationaleSet {
  std::string hash;        ///< SHA-256 of the lines
  int64_t next_slate = 0;  ///< the first training slate that nothing was asked about; 0: unknown
  std::vector<WrittenRationale> rationales;
};

/// Writes such a folder, whole or not at all, and returns the lines' hash. `about` is a JSON object whose
/// fields (settings, statistics) rationales.json holds besides its own. REQUIRES labels that the dataset
/// confirms. Errors: kIo; kUsage when the folder exists and `overwrite` is false.
std::string save_rationales(const std::vector<WrittenRationale>& rationales, const data::Dataset& dataset,
                            const data::Split& split, const base::Path& folder, const std::string& about,
                            bool overwrite);

/// Errors: kData naming the line: malformed or altered files, users or items that the dataset lacks, events
/// that the split holds out, labels that the dataset contradicts, no rationale at all; kUsage for another
/// dataset or split; kIo.
RationaleSet load_rationales(const base::Path& folder, const data::Dataset& dataset,
                             const data::Split& split);

/// The lines alone, for whoever has them elsewhere and for tests; `source` names them in errors.
std::string rationale_lines(const std::vector<WrittenRationale>& rationales, const data::Dataset& dataset);
std::vector<WrittenRationale> parse_rationale_lines(std::string_view text, const std::string& source,
                                                    const data::Dataset& dataset, const data::Split& split);
/// The hash of the lines that rationales.json promises. Errors: kData, kUsage as load_rationales().
std::string parse_rationale_header(std::string_view text, const std::string& source,
                                   const data::Dataset& dataset, const data::Split& split);

}  // namespace r2rank::rollout
