#include <cstdlib>

#include "distill/leakage.h"
#include "distill/markers.h"
#include "distill/teacher_reply.h"
#include "text/utf8.h"

/// Bytes as a teacher's reply: whatever they are, what is read is well-formed text.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace r2rank;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto reply = distill::read_teacher_reply(text);
  if (!text::is_utf8(reply.text) || reply.text.find('\n') != std::string::npos) std::abort();
  if (!reply.text.starts_with(reply.opening)) std::abort();
  distill::find_leak(reply.text, reply.opening, "The Third Man (1949)", false);
  distill::has_reserved_marker(reply.text, {"Answer:"});
  return 0;
}
