#include "cli/parse.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>

#include "base/error.h"

namespace r2rank::cli {
namespace {

using base::ConfigField;

std::string negated(const ConfigField& field) {
  return fmt::format("--no-{}", field.flag().substr(2));
}
bool is_switch(const ConfigField& field) {
  return std::holds_alternative<bool*>(field.value);
}
bool is_list(const ConfigField& field) {
  return std::holds_alternative<std::vector<std::string>*>(field.value);
}

CLI::Option* add_flag(CLI::App& app, const ConfigField& field) {
  if (is_switch(field)) return app.add_flag(field.flag() + ",!" + negated(field));
  CLI::Option* option = app.add_option(field.flag());
  return option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

std::vector<std::string> known_flags(const base::ConfigFields& own, const base::ConfigFields& common) {
  std::vector<std::string> names = {"help"};
  for (const auto* fields : {&own, &common})
    for (const auto& field : fields->all()) {
      names.push_back(field.flag().substr(2));
      if (is_switch(field)) names.push_back(negated(field).substr(2));
    }
  return names;
}

/// The CLI11 options of one set of fields, and their way into those fields.
class BoundFlags {
 public:
  BoundFlags(CLI::App& app, base::ConfigFields& fields) : fields_(fields) {
    for (const auto& field : fields.all()) options_.push_back(add_flag(app, field));
  }

  void apply() {
    for (size_t i = 0; i < options_.size(); ++i) {
      const auto& results = options_[i]->results();
      if (results.empty()) continue;
      const auto& field = fields_.all()[i];
      // A repeated flag: a list grows, otherwise the last one counts (scripts append flags to override).
      fields_.set(field.name, is_list(field) ? fmt::format("{}", fmt::join(results, ",")) : results.back());
    }
  }
  bool given(std::string_view name) const {
    for (size_t i = 0; i < options_.size(); ++i)
      if (fields_.all()[i].name == name) return !options_[i]->results().empty();
    return false;
  }

 private:
  base::ConfigFields& fields_;
  std::vector<CLI::Option*> options_;
};

/// CLI11 takes the next argument as the value of "--name=": written as two arguments, the empty value
/// survives.
std::vector<std::string> with_empty_values(const std::vector<std::string>& arguments) {
  std::vector<std::string> result;
  for (const auto& argument : arguments) {
    const bool empty_value = argument.starts_with("--") && argument.find('=') == argument.size() - 1;
    result.push_back(empty_value ? argument.substr(0, argument.size() - 1) : argument);
    if (empty_value) result.emplace_back();
  }
  return result;
}

void run_parser(CLI::App& app, const std::vector<std::string>& arguments) {
  try {
    auto reversed = with_empty_values(arguments);  // CLI11 reads from the back
    std::reverse(reversed.begin(), reversed.end());
    app.parse(std::move(reversed));
  } catch (const CLI::ParseError& error) {
    base::fail_usage("flags", "{}; see --help", error.what());
  }
}

[[noreturn]] void refuse_unknown(const std::string& argument, const std::vector<std::string>& known) {
  const std::string name = argument.substr(std::min(argument.find_first_not_of('-'), argument.size()));
  const std::string near = base::nearest_name(name.substr(0, name.find('=')), known);
  base::fail_usage("flags", "unknown flag '{}'; {}", argument,
                   near.empty() ? "--help lists the valid ones" : fmt::format("did you mean '--{}'?", near));
}

/// Puts what is left of the arguments into the fields that may be given by position.
void apply_positionals(const std::vector<std::string>& values, Flags& flags, const BoundFlags& bound) {
  size_t next = 0;
  for (const auto& positional : flags.positionals()) {
    if (next == values.size()) return;
    const auto& field = flags.find(positional.field);
    if (bound.given(field.name))
      base::fail_usage("flags", "'{}' is given twice: as {} and as {}; leave one out", values[next],
                       positional.metavar, field.flag());
    const size_t count = is_list(field) ? values.size() - next : 1;
    const auto first = values.begin() + static_cast<ptrdiff_t>(next);
    flags.fields().set(field.name,
                       fmt::format("{}", fmt::join(first, first + static_cast<ptrdiff_t>(count), ",")));
    next += count;
  }
  if (next < values.size())
    base::fail_usage("flags", "unexpected argument '{}'; see the usage line of --help", values[next]);
}

std::vector<ConfigField*> mandatory_fields(Flags& flags) {
  std::vector<ConfigField*> mandatory;
  for (auto& field : flags.fields().all())
    if (field.required && std::holds_alternative<std::string*>(field.value)) mandatory.push_back(&field);
  return mandatory;
}

void load_config(const std::string& path, Flags& flags) {
  std::error_code code;
  if (std::filesystem::is_directory(path, code))
    base::fail_io("config", "--config {}: it is a folder; name a TOML file", path);
  if (!std::filesystem::is_regular_file(path, code))
    base::fail_io("config", "--config {}: there is no such file; --print-config > {} makes one", path, path);
  flags.fields().load_toml(path);
}

}  // namespace

void CommonFlags::describe(base::ConfigFields& fields) {
  fields.add("config", config, "TOML file of this verb's keys, read before the flags (flags win)");
  fields.add("print_config", print_config,
             "Print the resolved configuration as TOML (with --json as JSON) and stop");
  fields.add("json", json, "Results as one JSON object on standard output");
  fields.add("dry_run", dry_run, "Check everything and say what would be done; write nothing");
  fields.add("profile", profile, "Say at the end which tensor operations took the time");
  fields.add("quiet", quiet, "No progress, only warnings and errors");
  fields.add("verbose", verbose, "More about what is being done");
}

bool asks_for_help(const std::vector<std::string>& arguments) {
  const auto end = std::find(arguments.begin(), arguments.end(), "--");
  return std::any_of(arguments.begin(), end, [](const auto& a) { return a == "--help" || a == "-h"; });
}

CommonFlags parse_arguments(const std::vector<std::string>& arguments, Flags& flags, bool common_flags) {
  CommonFlags common;
  base::ConfigFields common_fields;
  if (common_flags) common.describe(common_fields);
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  BoundFlags bound_common(app, common_fields), bound(app, flags.fields());
  std::vector<std::string> positional_values;
  app.add_option("arguments", positional_values)->expected(0, CLI::detail::expected_max_vector_size);
  run_parser(app, arguments);
  if (const auto unknown = app.remaining(); !unknown.empty())
    refuse_unknown(unknown.front(), known_flags(flags.fields(), common_fields));
  const auto mandatory = mandatory_fields(flags);
  bound_common.apply();
  if (!common.config.empty()) load_config(common.config, flags);
  bound.apply();
  apply_positionals(positional_values, flags, bound);
  // "output = ''" in a printed configuration means that it was never set.
  for (ConfigField* field : mandatory) field->required = field->as_text() == R"("")";
  return common;
}

void check_complete(Flags& flags, const CommonFlags& common) {
  for (auto& field : flags.fields().all())
    if (common.dry_run && field.name == "output") field.required = false;
  flags.fields().check_complete();
}

}  // namespace r2rank::cli
