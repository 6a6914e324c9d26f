#pragma once

#include <string>
#include <string_view>

namespace r2rank::text {

/// Normalisation form C exactly as the reference tokenizers know it (Unicode 9): characters that came later,
/// and what composes with them, stay as they are. REQUIRES: well-formed UTF-8.
std::string to_nfc(std::string_view text);

}  // namespace r2rank::text
