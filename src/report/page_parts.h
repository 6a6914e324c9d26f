#pragma once

#include <string_view>

/// The files of src/report/page and the plotting library, put into the program by cmake/ReportPage.cmake.
namespace r2rank::report::parts {

extern const std::string_view kTemplate;  ///< page.html, with {{name}} where something is filled in
extern const std::string_view kStyle;     ///< page.css
extern const std::string_view kLibrary;   ///< d3 and Observable Plot with their licences
extern const std::string_view kScript;    ///< our own scripts, one after the other
extern const std::string_view kLibraryHash, kScriptHash;  ///< "sha256-...", as a content policy names them

}  // namespace r2rank::report::parts
