#include "study/step_reference.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>

#include "experiment/named_folder.h"

namespace r2rank::study {
namespace {

/// Where the name of a step begins in an element of a list; npos where it names none.
size_t name_begin(const std::string& element) {
  const size_t sign = element.find('@');
  if (sign == std::string::npos || sign + 1 == element.size()) return std::string::npos;
  if (sign == 0) return 1;
  const bool labelled =
      element[sign - 1] == '=' && experiment::is_label(std::string_view(element).substr(0, sign - 1));
  return labelled ? sign + 1 : std::string::npos;
}

std::vector<std::string> elements_of(const std::string& value) {
  std::vector<std::string> elements;
  size_t begin = 0;
  for (size_t comma = value.find(','); comma != std::string::npos; comma = value.find(',', begin)) {
    elements.push_back(value.substr(begin, comma - begin));
    begin = comma + 1;
  }
  elements.push_back(value.substr(begin));
  return elements;
}

}  // namespace

std::optional<std::string> broken_reference(const std::string& value) {
  for (const auto& element : elements_of(value)) {
    const bool meant = element.starts_with('@') || element.find("=@") != std::string::npos;
    if (meant && name_begin(element) == std::string::npos) return element;
  }
  return std::nullopt;
}

std::vector<std::string> steps_named_in(const std::string& value) {
  std::vector<std::string> names;
  for (const auto& element : elements_of(value))
    if (const size_t begin = name_begin(element); begin != std::string::npos)
      names.push_back(element.substr(begin));
  return names;
}

std::string with_steps(const std::string& value,
                       const std::function<std::string(const std::string&)>& place) {
  auto elements = elements_of(value);
  for (auto& element : elements)
    if (const size_t begin = name_begin(element); begin != std::string::npos)
      element = element.substr(0, begin - 1) + place(element.substr(begin));
  return fmt::format("{}", fmt::join(elements, ","));
}

}  // namespace r2rank::study
