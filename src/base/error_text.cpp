#include "base/error_text.h"

namespace r2rank::base {

std::string text_of(const Error& error) {
  const std::string text = error.what();
  const size_t end = text.starts_with('[') ? text.find("] ") : std::string::npos;
  return end == std::string::npos ? text : text.substr(end + 2);
}

}  // namespace r2rank::base
