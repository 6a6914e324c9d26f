#pragma once

#include <string>

namespace r2rank::data {

/// Replaces character references that end in a semicolon (&amp; &eacute; &#39; &#x2019;) by their characters,
/// once: "&amp;lt;" becomes "&lt;". Names are those of HTML 4; numbers are read as browsers do (128 to 159 as
/// Windows-1252, what is no character as U+FFFD). Anything else stays. Returns whether it replaced any.
bool decode_html(std::string& text);

}  // namespace r2rank::data
