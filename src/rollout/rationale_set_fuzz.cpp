// The lines and the header of a folder of rationales on arbitrary bytes. The hash of the lines is left out,
// so that it does not keep the fuzzer out of what lies behind it.
#include <cstdint>

#include "base/error.h"
#include "data/dataset_checks.h"
#include "rollout/rationale_set.h"

using namespace r2rank;

namespace {

/// Two users with three events each, of which two are trained on.
struct World {
  data::Dataset dataset;
  data::Split split;

  World() {
    dataset.user_ids = {"0", "1"};
    for (const char* id : {"0", "1", "2", "3"})
      dataset.items.push_back({.id = id, .title = "", .brand = "", .categories = {}, .description = ""});
    for (int32_t user = 0; user < 2; ++user)
      for (int32_t item = 0; item < 3; ++item)
        dataset.interactions.push_back({.user = user, .item = item, .time = item, .rating = 1});
    dataset.has_ratings = true;
    dataset.hash = "h";
    data::finish_dataset(dataset, "fuzz");
    split.training_end = {2, 2};
  }
};

/// What was read is written and read again to the same lines.
void check_lines(const World& world, std::string_view text) {
  const auto found = rollout::parse_rationale_lines(text, "fuzz", world.dataset, world.split);
  const std::string lines = rollout::rationale_lines(found, world.dataset);
  const auto again = rollout::parse_rationale_lines(lines, "fuzz", world.dataset, world.split);
  R2RANK_CHECK(rollout::rationale_lines(again, world.dataset) == lines);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  static const World world;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  try {
    if (bytes[0] % 2 == 0)
      check_lines(world, text);
    else
      rollout::parse_rationale_header(text, "fuzz", world.dataset, world.split);
  } catch (const base::Error&) {
  }
  return 0;
}
