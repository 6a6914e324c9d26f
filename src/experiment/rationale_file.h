#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"

namespace r2rank::experiment {

/// What a language model wrote about the candidates of one slate, in the slate's own order.
struct SlateRationales {
  int64_t slate_id = 0;
  std::vector<double> silent;                   ///< [K] scores before any rationale
  std::vector<std::vector<std::string>> texts;  ///< [K][G]; none for a candidate that was not reasoned about
  std::vector<std::vector<double>> scores;      ///< [K][G] scores after each of them
};

/// All that one scorer wrote in an evaluation.
struct KeptRationales {
  std::string scorer, slates_hash;
  std::vector<SlateRationales> slates;
};

/// The name that such a file has beside the scorer's results: "model.rationales.jsonl".
std::string rationale_file_name(const std::string& scorer);

/// JSON lines, a header and a line a slate (docs/formats.md); the file appears whole or not at all. Scores
/// that are no number become null. Errors: kIo.
void save_rationales(const KeptRationales& kept, const base::Path& path);
/// Errors: kIo; kData naming file and line.
KeptRationales load_rationales(const base::Path& path);
/// The same of a text; `source` names it.
KeptRationales parse_rationales(std::string_view text, const std::string& source);

}  // namespace r2rank::experiment
