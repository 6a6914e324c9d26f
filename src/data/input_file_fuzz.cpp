// Any bytes as a packed input: unpacked, or refused with base::Error. The first byte picks gzip or zstd.
#include <cstdint>

#include "base/error.h"
#include "base/fuzz_folder.h"
#include "data/input_file.h"

using namespace r2rank;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  static const base::FuzzFolder folder;
  if (size == 0) return 0;
  const char* name = bytes[0] % 2 == 0 ? "log.csv.gz" : "log.csv.zst";
  try {
    data::read_input(folder.write(name, {reinterpret_cast<const char*>(bytes) + 1, size - 1}));
  } catch (const base::Error&) {
  }
  return 0;
}
