#pragma once

#include <string>

#include "base/error.h"

namespace r2rank::base {

/// What an error says without its "[where] ", to be said again in another place's message.
std::string text_of(const Error& error);

}  // namespace r2rank::base
