// Any bytes as the log.jsonl that a run finds at resume; the first byte is the step of its checkpoint. The
// log is refused with base::Error or cut to whole lines, added to, and then taken as it is at the next
// resume.
#include <cstdint>

#include "base/error.h"
#include "base/fuzz_folder.h"
#include "base/run_log.h"

using namespace r2rank;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  static const base::FuzzFolder folder;
  if (size == 0) return 0;
  const int64_t step = bytes[0];
  folder.clear();
  const auto log = folder.write("log.jsonl", {reinterpret_cast<const char*>(bytes) + 1, size - 1});
  try {
    base::RunLog(folder.path(), step).add(step + 1, {{"loss", 0.5}});
  } catch (const base::Error&) {
    return 0;
  }
  const std::string kept = base::read_file(log);
  const base::RunLog again(folder.path(), step + 1);
  R2RANK_CHECK(base::read_file(log) == kept);
  return 0;
}
