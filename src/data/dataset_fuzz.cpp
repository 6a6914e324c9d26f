// The dataset loader on arbitrary bytes: dataset.json, each Parquet file without the guard of its recorded
// hash, and the checks of the contents.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/error.h"
#include "data/dataset_checks.h"
#include "data/dataset_folder.h"
#include "data/dataset_tables.h"

namespace data = r2rank::data;

namespace {

void check_events(const std::string& bytes) {
  data::Dataset dataset;
  dataset.user_ids = {"a", "b", "c"};
  dataset.items = {{.id = "x", .title = "", .brand = "", .categories = {}, .description = ""}};
  dataset.has_ratings = true;
  dataset.interactions.resize(bytes.size() / sizeof(data::Interaction));
  if (!dataset.interactions.empty())
    std::memcpy(dataset.interactions.data(), bytes.data(),
                dataset.interactions.size() * sizeof(data::Interaction));
  data::finish_dataset(dataset, "fuzz");
  data::check_dataset(dataset, "fuzz");
}

void run(int mode, const std::string& bytes) {
  data::Dataset dataset;
  switch (mode) {
    case 0:
      data::parse_manifest(bytes, "fuzz");
      return;
    case 1:
      data::interactions_from_parquet(bytes, "fuzz", dataset);
      return;
    case 2:
      data::items_from_parquet(bytes, "fuzz", dataset);
      return;
    case 3:
      data::users_from_parquet(bytes, "fuzz", dataset);
      return;
    default:
      check_events(bytes);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size == 0) return 0;
  try {
    run(bytes[0] % 5, std::string(reinterpret_cast<const char*>(bytes) + 1, size - 1));
  } catch (const r2rank::base::Error&) {
  }
  return 0;
}
