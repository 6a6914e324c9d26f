// Any bytes as a file that a report reads and no other verb does; the first byte picks which. Refused with
// base::Error, or JSON that can be written.
#include <cstdint>
#include <string_view>

#include "base/fuzz_folder.h"
#include "report/bench_section.h"
#include "report/curves.h"
#include "report/page.h"
#include "report/study_section.h"

using namespace r2rank;

namespace {

report::Json read(const base::Path& path, int kind) {
  switch (kind) {
    case 0:
      return report::study_json(path);
    case 1:
      return report::bench_json(path);
    case 2:
      return report::run_curves(path.parent_path());
    default:
      return report::epoch_curves("fuzz", report::read_json(path), path);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  static const base::FuzzFolder folder;
  if (size == 0) return 0;
  const int kind = bytes[0] % 4;
  const auto path = folder.write(kind == 2 ? "log.jsonl" : "file.json",
                                 std::string_view(reinterpret_cast<const char*>(bytes) + 1, size - 1));
  try {
    R2RANK_CHECK(report::model_text(read(path, kind)).find('<') == std::string::npos);
  } catch (const base::Error&) {
  }
  return 0;
}
