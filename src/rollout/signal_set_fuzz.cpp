// signals.json on arbitrary bytes: what is read is written and read again to the same text.
#include <cstdint>

#include "base/error.h"
#include "rollout/signal_set.h"

using namespace r2rank;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  try {
    const std::string written = rollout::signal_set_text(rollout::parse_signal_set(text, "fuzz"));
    R2RANK_CHECK(rollout::signal_set_text(rollout::parse_signal_set(written, "fuzz")) == written);
  } catch (const base::Error&) {
  }
  return 0;
}
