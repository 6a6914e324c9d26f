#pragma once

#include <toml++/toml.h>

#include <string>

namespace r2rank::base {

/// A value of a TOML document as the text that ConfigFields::set() takes: a list is joined by commas. `key`
/// names it in messages. Errors: kUsage for tables, dates, and list elements that are empty or hold a comma.
std::string toml_as_text(const toml::node& node, const std::string& key);

/// Reads and parses a TOML file. Errors: kIo; kData naming the line.
toml::table read_toml(const std::string& path);

}  // namespace r2rank::base
