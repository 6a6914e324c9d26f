// Any text as a Python literal: parsed, or refused with std::invalid_argument. What was parsed is a value
// that JSON can write.
#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include "data/html_entities.h"
#include "data/python_literal.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  try {
    const nlohmann::json value = r2rank::data::parse_python_literal(text);
    value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  } catch (const std::invalid_argument&) {
  }
  std::string decoded = text;
  r2rank::data::decode_html(decoded);
  return 0;
}
