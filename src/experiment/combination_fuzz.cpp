// Any bytes as combination.json: refused with base::Error, or parts and what was learned of them fit each
// other.
#include <cstdint>

#include "base/error.h"
#include "experiment/combination_folder.h"

using namespace r2rank;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  try {
    const auto kept = experiment::parse_combination(text, [] { return std::string("tree\n"); }, "fuzz");
    R2RANK_CHECK(kept.combination.scorers().size() == kept.parts.size());
    for (const double weight : kept.combination.blend.weights) R2RANK_CHECK(weight >= 0 && weight <= 1);
  } catch (const base::Error&) {
  }
  return 0;
}
