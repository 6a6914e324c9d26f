#include "base/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/toml_text.h"

namespace r2rank::base {
namespace {

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

std::string join(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string to_kebab(std::string name) {
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

std::string range_text(const ConfigField& field) {
  if (field.high < 1e300) return fmt::format("a value from {} to {}", field.low, field.high);
  return field.low > -1e300 ? fmt::format("at least {}", field.low) : "a finite number";
}

template <class T>
T parse_number(const ConfigField& field, std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    fail_usage("config", "expected {} for {}, found '{}'", field.type_name(), field.name, text);
  // The negated form also refuses NaN.
  if (!(static_cast<double>(value) >= field.low && static_cast<double>(value) <= field.high))
    fail_usage("config", "{} = {} is out of range: choose {}", field.name, text, range_text(field));
  return value;
}

bool parse_bool(const ConfigField& field, std::string_view text) {
  if (text == "true" || text == "1" || text == "yes") return true;
  if (text == "false" || text == "0" || text == "no") return false;
  fail_usage("config", "expected true or false for {}, found '{}'", field.name, text);
}

std::vector<std::string> split_commas(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    if (comma > 0) words.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return words;
}

void check_choice(const ConfigField& field, const std::string& value) {
  if (field.choices.empty() ||
      std::find(field.choices.begin(), field.choices.end(), value) != field.choices.end())
    return;
  fail_usage("config", "{} = '{}' is not known: choose one of {}", field.name, value, join(field.choices));
}

void assign(ConfigField& field, std::string_view text) {
  std::visit(Overloaded{[&](bool* target) { *target = parse_bool(field, text); },
                        [&](int64_t* target) { *target = parse_number<int64_t>(field, text); },
                        [&](double* target) { *target = parse_number<double>(field, text); },
                        [&](std::string* target) {
                          check_choice(field, std::string(text));
                          *target = text;
                        },
                        [&](std::vector<std::string>* target) {
                          auto words = split_commas(text);
                          for (const auto& word : words) check_choice(field, word);
                          *target = std::move(words);
                        }},
             field.value);
  field.required = false;
  field.given = true;
}

std::string field_as_text(const toml::node& node, const ConfigField& field) {
  if (node.is_array() && !std::holds_alternative<std::vector<std::string>*>(field.value))
    fail_usage("config", "expected {} for {}, found a list", field.type_name(), field.name);
  return toml_as_text(node, field.name);
}

nlohmann::json as_json_value(const ConfigField& field) {
  return std::visit([](const auto* value) { return nlohmann::json(*value); }, field.value);
}

/// As JSON; a path need not be UTF-8, and must not throw here.
template <class Json>
std::string dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

ConfigField& ConfigField::one_of(std::vector<std::string> values) {
  choices = std::move(values);
  return *this;
}
ConfigField& ConfigField::between(double lowest, double highest) {
  low = lowest;
  high = highest;
  return *this;
}
ConfigField& ConfigField::at_least(double lowest) {
  low = lowest;
  return *this;
}
ConfigField& ConfigField::mandatory() {
  required = true;
  return *this;
}

std::string ConfigField::flag() const {
  return "--" + to_kebab(name);
}

std::string ConfigField::as_text() const {
  std::string text = dump(as_json_value(*this));
  // JSON leaves DEL as it is, TOML refuses it.
  for (size_t at = text.find('\x7f'); at != std::string::npos; at = text.find('\x7f', at))
    text.replace(at, 1, "\\u007f");
  return text;
}

std::string ConfigField::type_name() const {
  return std::visit(
      Overloaded{[](const bool*) { return "true/false"; }, [](const int64_t*) { return "a whole number"; },
                 [](const double*) { return "a number"; }, [](const std::string*) { return "text"; },
                 [](const std::vector<std::string>*) { return "a list"; }},
      value);
}

const ConfigField& ConfigFields::find(std::string_view name) const {
  for (const auto& field : fields_)
    if (field.name == name) return field;
  std::vector<std::string> names;
  for (const auto& field : fields_) names.push_back(field.name);
  const std::string near = nearest_name(name, names);
  fail_usage("config", "unknown key '{}'{}", name,
             near.empty() ? "; see --help for the valid ones" : fmt::format("; did you mean '{}'?", near));
}

ConfigField& ConfigFields::find(std::string_view name) {
  return const_cast<ConfigField&>(std::as_const(*this).find(name));
}

void ConfigFields::set(std::string_view name, std::string_view text) {
  assign(find(name), text);
}

bool ConfigFields::given(std::string_view name) const {
  return find(name).given;
}

void ConfigFields::load_toml(const std::string& path) {
  for (const auto& [key, node] : read_toml(path)) {
    ConfigField& field = find(key.str());
    assign(field, field_as_text(node, field));
  }
}

void ConfigFields::check_complete() const {
  for (const auto& field : fields_)
    if (field.required) fail_usage("config", "{} is needed ({})", field.flag(), field.help);
}

std::string ConfigFields::as_toml() const {
  std::string text;
  for (const auto& field : fields_)
    text += fmt::format("# {}\n{} = {}\n", field.help, field.name, field.as_text());
  return text;
}

std::string ConfigFields::as_json() const {
  nlohmann::ordered_json values = nlohmann::ordered_json::object();
  for (const auto& field : fields_) values[field.name] = as_json_value(field);
  return dump(values);
}

std::string ConfigFields::as_markdown() const {
  std::string text = "| key | type | default | meaning |\n|---|---|---|---|\n";
  for (const auto& field : fields_) {
    const std::string type = field.choices.empty() ? field.type_name() : join(field.choices);
    text += fmt::format("| `{}` | {} | `{}` | {} |\n", field.name, type,
                        field.required ? "(needed)" : field.as_text(), field.help);
  }
  return text;
}

}  // namespace r2rank::base
