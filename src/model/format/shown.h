#pragma once

#include <string>
#include <string_view>

namespace r2rank::model {

/// A name from an untrusted file, made fit for an error message: control and non-ASCII bytes as \xNN, cut
/// after 80 characters.
std::string shown(std::string_view name);

}  // namespace r2rank::model
