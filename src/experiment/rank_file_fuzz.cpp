// Any bytes as a file of ranks: refused with base::Error, or rows whose lists fit each other.
#include <cstdint>

#include "base/error.h"
#include "experiment/rank_file.h"

using namespace r2rank;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  try {
    const auto ranks = experiment::parse_ranks({reinterpret_cast<const char*>(bytes), size}, "fuzz");
    for (const auto& row : ranks.rows) {
      R2RANK_CHECK(row.at("above").get<std::vector<int64_t>>().size() ==
                   row.at("tied").get<std::vector<int64_t>>().size());
      R2RANK_CHECK(row.at("key").is_string() && row.at("seed").is_number_integer());
    }
  } catch (const base::Error&) {
  }
  return 0;
}
