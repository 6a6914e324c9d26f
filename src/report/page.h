#pragma once

#include <string>

#include "report/json_file.h"

namespace r2rank::report {

/// Every page of ours holds this near its beginning: nothing else is replaced by one.
inline constexpr const char* kPageMark = "<meta name=\"generator\" content=\"r2rank report\">";

/// JSON that can stand inside a <script> element of an HTML page, whatever texts are in it: "<", ">", "&",
/// U+2028, U+2029 and the marks that turn the direction of text are escaped; bytes that are no UTF-8 are
/// replaced.
std::string model_text(const Json& model);

/// One HTML page that shows the model (build_model()), with its style, scripts and the plotting library in
/// it: it needs no network, and its content policy allows none.
std::string render_page(const Json& model);

/// What render_page() takes beside the model.
int64_t page_bytes();

}  // namespace r2rank::report
