// Any bytes as the per-user results of `eval --with`: refused with base::Error, or columns of one length with
// finite metrics and a scorer that names a file.
#include <cmath>
#include <cstdint>

#include "base/error.h"
#include "base/fuzz_folder.h"
#include "metrics/per_user.h"

using namespace r2rank;

namespace {

void check(const metrics::PerUserResults& results) {
  const size_t rows = results.slate_ids.size();
  R2RANK_CHECK(results.user_ids.size() == rows && results.scores.size() == rows);
  for (const auto& [metric, values] : results.values) {
    R2RANK_CHECK(values.size() == rows);
    for (const double value : values) R2RANK_CHECK(std::isfinite(value));
  }
  R2RANK_CHECK(base::Path(results.scorer + ".parquet").filename() == results.scorer + ".parquet");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  static const base::FuzzFolder folder;
  try {
    check(metrics::load_per_user(
        folder.write("earlier.parquet", {reinterpret_cast<const char*>(bytes), size})));
  } catch (const base::Error&) {
  }
  return 0;
}
