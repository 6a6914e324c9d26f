// Any bytes as a .gz input: unpacked, or refused with base::Error.
#include <cstdint>

#include "base/error.h"
#include "base/fuzz_folder.h"
#include "data/input_file.h"

using namespace r2rank;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  static const base::FuzzFolder folder;
  try {
    data::read_input(folder.write("log.csv.gz", {reinterpret_cast<const char*>(bytes), size}));
  } catch (const base::Error&) {
  }
  return 0;
}
