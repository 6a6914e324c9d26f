// Any bytes as a Parquet log: read row by row, or refused with base::Error.
#include <cstdint>

#include "base/error.h"
#include "base/fuzz_folder.h"
#include "data/parquet_reader.h"

using namespace r2rank;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  static const base::FuzzFolder folder;
  try {
    const auto path = folder.write("log.parquet", {reinterpret_cast<const char*>(bytes), size});
    const auto reader = data::open_parquet(path, "fuzz", {"user_id", "item_id", "timestamp", "rating"});
    data::Record record;
    for (int row = 0; row < 10'000 && reader->next(record); ++row) continue;
  } catch (const base::Error&) {
  }
  return 0;
}
