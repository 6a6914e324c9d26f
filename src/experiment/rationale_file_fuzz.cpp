// Any bytes as a file of kept rationales: refused with base::Error, or lists that fit each other.
#include <cstdint>

#include "base/error.h"
#include "experiment/rationale_file.h"

using namespace r2rank;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  try {
    const auto kept = experiment::parse_rationales({reinterpret_cast<const char*>(bytes), size}, "fuzz");
    for (const auto& slate : kept.slates) {
      R2RANK_CHECK(slate.texts.size() == slate.silent.size() && slate.scores.size() == slate.silent.size());
      for (size_t i = 0; i < slate.texts.size(); ++i)
        R2RANK_CHECK(slate.texts[i].size() == slate.scores[i].size());
    }
  } catch (const base::Error&) {
  }
  return 0;
}
