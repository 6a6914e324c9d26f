// Any bytes as a file of outside scores; the first byte picks CSV or JSON lines. Refused with base::Error, or
// a score for each candidate and finite metrics, infinite scores among them or not.
#include <cmath>
#include <cstdint>

#include "base/error.h"
#include "base/log.h"
#include "baselines/test_data.h"
#include "experiment/outside_scores.h"

using namespace r2rank;

namespace {

/// Two users with a slate each, as in the tests.
struct World {
  data::Dataset dataset = baselines::testing::dataset_of({{0, 1, 2}, {1, 2, 0}}, 4);
  data::SlateSet slates;

  World() {
    base::set_log_level(base::LogLevel::kError);
    for (int32_t user = 0; user < 2; ++user) {
      slates.slates.push_back(baselines::testing::last_event_slate(dataset, user, {3, user}));
      slates.slates.back().id = 11 + user;
    }
  }
};

void check(const metrics::PerUserResults& results, const data::SlateSet& slates) {
  R2RANK_CHECK(results.scores.size() == slates.slates.size());
  for (const auto& scores : results.scores)
    for (const double score : scores) R2RANK_CHECK(!std::isnan(score));
  for (const auto& [metric, values] : results.values)
    for (const double value : values) R2RANK_CHECK(std::isfinite(value));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  static const World world;
  if (size == 0) return 0;
  const auto kind = bytes[0] % 2 == 0 ? data::FileKind::kCsv : data::FileKind::kJsonl;
  const std::string text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  try {
    check(experiment::parse_outside_scores(text, kind, "fuzz", "fuzz", world.slates, world.dataset),
          world.slates);
  } catch (const base::Error&) {
  }
  return 0;
}
