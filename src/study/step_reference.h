#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace r2rank::study {

/// A setting's value names steps: "@NAME" or "LABEL=@NAME" (experiment::is_label), and so does each element
/// of a list, whose elements stand between commas. These are the names, in their order.
std::vector<std::string> steps_named_in(const std::string& value);

/// An element that looks like one of these and is none: "@", "two words=@NAME".
std::optional<std::string> broken_reference(const std::string& value);

/// The value with something else in the place of every "@NAME".
std::string with_steps(const std::string& value, const std::function<std::string(const std::string&)>& place);

}  // namespace r2rank::study
