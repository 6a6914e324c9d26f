#include "cli/command_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/shell.h"

namespace r2rank::cli {
namespace {

/// "--flag value", "--flag" or "--no-flag".
struct Argument {
  const base::ConfigField& field;

  std::string with(const std::string& value) const {
    return fmt::format("{} {}", field.flag(), shell_word(value));
  }
  std::string operator()(const bool* value) const {
    return *value ? field.flag() : fmt::format("--no-{}", field.flag().substr(2));
  }
  std::string operator()(const int64_t* value) const { return with(fmt::format("{}", *value)); }
  std::string operator()(const double* value) const { return with(fmt::format("{}", *value)); }
  std::string operator()(const std::string* value) const { return with(*value); }
  std::string operator()(const std::vector<std::string>* value) const {
    return with(fmt::format("{}", fmt::join(*value, ",")));
  }
};

}  // namespace

std::string command_text(std::string_view verb, const base::ConfigFields& fields) {
  std::string text = fmt::format("r2rank {}", verb);
  for (const auto& field : fields.all())
    if (field.given) text += fmt::format(" {}", std::visit(Argument{field}, field.value));
  return text;
}

}  // namespace r2rank::cli
